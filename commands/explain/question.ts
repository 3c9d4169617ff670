import type { Cidr } from "../../lib/net/cidr";
import type { Traffic } from "../../lib/net/protocols";
import { cidrOf, type PacketQuestion } from "../../review/explain/packets";
import { refuse, UsageError, type GivenTo } from "../framework";
import type { explainTable } from "./table";

/** `interfaces`: the id of one, or "all". */
export type Question = { rule: string } | { interfaces: string } | PacketQuestion;

/** What is asked. @throws UsageError */
export function questionIn({
  operands: [rule],
  from,
  to,
  port,
  interfaces,
}: GivenTo<typeof explainTable>): Question {
  const asked = [from, to, port].some((each) => each !== undefined);
  refuse(
    [rule !== undefined, asked, interfaces].filter(Boolean).length !== 1 &&
      "give either RULE, or --from, --to and --port, or --interfaces",
  );
  if (interfaces) return { interfaces: "all" };
  if (rule !== undefined) return rule.startsWith("eni-") ? { interfaces: rule } : { rule };
  const [source, destination] = [cidrOf(from ?? ""), cidrOf(to ?? "")];
  const traffic = trafficFrom(port ?? "");
  if (source === undefined || destination === undefined || traffic === undefined) {
    throw new UsageError([
      ...(source === undefined ? [`--from ${from ?? "is missing"}: give 203.0.113.0/24 or an address`] : []),
      ...(destination === undefined ? [`--to ${to ?? "is missing"}: give an address or 203.0.113.0/24`] : []),
      ...(traffic === undefined
        ? [`--port ${port ?? "is missing"}: give tcp/443, udp/53, icmp/8, icmpv6/128 or protocol/47`]
        : []),
    ]);
  }
  const family = FAMILY_OF[traffic.protocol];
  refuse(
    source.family !== destination.family &&
      `--from is ${source.family} and --to is ${destination.family}: no packet has two families`,
    family !== undefined &&
      family !== source.family &&
      `--port ${port} is of ${family}, but --from and --to are ${source.family}`,
  );
  return { from: source, to: destination, traffic, port: port ?? "" };
}

/** Protocols that only one family has. */
const FAMILY_OF: Partial<Record<Traffic["protocol"], Cidr["family"]>> = { icmp: "IPv4", icmpv6: "IPv6" };

function trafficFrom(text: string): Traffic | undefined {
  const [, protocol, digits] = /^(tcp|udp|icmp|icmpv6|protocol)(?:\/(\d{1,5}))?$/.exec(text) ?? [];
  const number = Number(digits);
  switch (protocol) {
    case "tcp":
    case "udp":
      return number <= 65535 ? { protocol, fromPort: number, toPort: number } : undefined;
    case "icmp":
    case "icmpv6":
      return { protocol, type: digits === undefined ? -1 : number, code: -1 };
    case "protocol":
      // Those that have ports or types are asked for by their names.
      return number >= 1 && number <= 255 && ![1, 6, 17, 58].includes(number)
        ? { protocol: "ip", number }
        : undefined;
    case undefined:
    default:
      return undefined;
  }
}
