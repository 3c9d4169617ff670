/** What a rule of ours mirrors, as far as its name says it: all that is known of one that is on its way out. */
import { ruleNamed } from "../../declaration/names";
import { describeTraffic, normalised } from "../../lib/net/protocols";
import type { Direction, Permission } from "../../mapping/types";

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
  const { groupId = "", direction = "ingress", protocol = "", first = -1, second } = ruleNamed(rule) ?? {};
  const ports = {
    ipProtocol: protocol === "all" ? "-1" : protocol === "ip" ? String(first) : protocol,
    fromPort: first,
    toPort: second ?? (protocol === "tcp" || protocol === "udp" ? first : -1),
  };
  const permission = normalised(ports);
  return { groupId, direction, ...permission, traffic: describeTraffic(permission) };
}

/** Whether a group's permission is the one that a rule's name stands for, whatever its far ends are. */
export function isOf(named: NamedPermission, permission: Permission): boolean {
  return (
    permission.securityGroupId === named.groupId &&
    permission.direction === named.direction &&
    permission.ipProtocol === named.ipProtocol &&
    permission.fromPort === named.fromPort &&
    permission.toPort === named.toPort
  );
}
