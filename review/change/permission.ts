/** What a rule of ours mirrors, as far as its name says it: all that is known of one that is on its way out. */
import { describeTraffic, normalised } from "../../lib/net/protocols";
import type { Direction } from "../../mapping/types";

export interface NamedPermission {
  groupId: string;
  direction: Direction;
  ipProtocol: string;
  fromPort: number;
  toPort: number;
  /** For people: "TCP port 443". */
  traffic: string;
}

/** The permission that a name of our grammar stands for. */
export function permissionNamed(rule: string): NamedPermission {
  const match =
    /^aws-(sg-[0-9a-z]+)(-out)?-(tcp|udp|icmp|icmpv6|ip|all)(?:-(\d+)(?:-(\d+))?)?(?:-z[0-9a-f]{8})?(?:-p[0-9a-f]{8})?$/.exec(
      rule,
    );
  const [, groupId = "", out, protocol = "", first, second] = match ?? [];
  const [low, high] = [Number(first ?? -1), Number(second ?? -1)];
  const ports = {
    ipProtocol: protocol === "all" ? "-1" : protocol === "ip" ? String(low) : protocol,
    fromPort: low,
    toPort: (protocol === "tcp" || protocol === "udp") && second === undefined ? low : high,
  };
  const permission = normalised(ports);
  return {
    groupId,
    direction: out === undefined ? "ingress" : "egress",
    ...permission,
    traffic: describeTraffic(permission),
  };
}
