import { parseArgs } from "node:util";
import type { Traffic } from "../../lib/net/protocols";
import type { Cidr } from "../../lib/net/cidr";
import { cidrOf, type PacketQuestion } from "../../review/explain/packets";

export const HELP = `Says why there is a rule, or why packets are let in or not.

  npm run explain -- RULE --stack NAME [options]
  npm run explain -- --from CIDR --to ADDRESS --port PORT --stack NAME [options]

  RULE                a rule's name: aws-sg-0123456789abcdef0-tcp-443
  --from CIDR         where the packets come from: 203.0.113.0/24, or one address
  --to ADDRESS        an instance's address (or, from an instance's address, where its packets go)
  --port PORT         tcp/443, udp/53, icmp, icmp/8, icmpv6/128, protocol/47
  --stack NAME        stack whose settings count: Pulumi.NAME.yaml
  --firewall NAME     which one, where its firewalls: lists several
  --snapshot FILE     what AWS had, recorded by npm run snapshot; otherwise AWS is asked
  --json              the answer for programs
  --help              this text

Where the environment or the stack file has the firewall's key (PANOS_API_KEY, …; a secret is opened as Pulumi does),
the firewall is asked: what it does with the packets (test security-policy-match; where it doesn't answer, its running
rulebase), and what its own rules allow already. Otherwise the answer says so. Nothing is changed anywhere.
Exit code: 0 answered, 1 AWS or the firewall could not be asked, 2 wrong arguments or settings.
`;

export interface Flags {
  question: { rule: string } | PacketQuestion | undefined;
  stack: string;
  firewall: string | undefined;
  snapshot: string | undefined;
  json: boolean;
  help: boolean;
}

/** The command line, or what is wrong with it. */
export function readFlags(args: string[]): Flags | { problem: string } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        from: { type: "string" },
        to: { type: "string" },
        port: { type: "string" },
        stack: { type: "string", default: "" },
        firewall: { type: "string" },
        snapshot: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const { from, to, port, stack, firewall, snapshot, json, help } = values;
    const common = { stack, firewall, snapshot, json, help };
    if (help) return { ...common, question: undefined };
    if (stack === "") return { problem: "say whose settings count: --stack NAME" };
    const [rule, ...more] = positionals;
    if (more.length > 0) return { problem: "give one RULE" };
    const asked = [from, to, port].filter((each) => each !== undefined);
    if ((rule === undefined) === (asked.length === 0)) {
      return { problem: "give either RULE, or --from, --to and --port" };
    }
    if (rule !== undefined) return { ...common, question: { rule } };
    const [source, destination] = [cidrOf(from ?? ""), cidrOf(to ?? "")];
    if (source === undefined) {
      return { problem: `--from ${from ?? "is missing"}: give 203.0.113.0/24 or an address` };
    }
    if (destination === undefined) {
      return { problem: `--to ${to ?? "is missing"}: give an address or 203.0.113.0/24` };
    }
    const traffic = trafficFrom(port ?? "");
    if (traffic === undefined)
      return { problem: `--port ${port ?? "is missing"}: give tcp/443, icmp/8 or protocol/47` };
    if (source.family !== destination.family) {
      return {
        problem: `--from is ${source.family} and --to is ${destination.family}: no packet has two families`,
      };
    }
    const family = FAMILY_OF[traffic.protocol];
    if (family !== undefined && family !== source.family) {
      return { problem: `--port ${port} is of ${family}, but --from and --to are ${source.family}` };
    }
    return { ...common, question: { from: source, to: destination, traffic, port: port ?? "" } };
  } catch (error) {
    return { problem: (error as Error).message };
  }
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
      return number >= 1 && number <= 255 ? { protocol: "ip", number } : undefined;
    case undefined:
    default:
      return undefined;
  }
}
