import { flag, table, text } from "../framework";
import { firewall, inventory, json, stack } from "../flags";

export const explainTable = table({
  name: "explain",
  summary: "Says why there is a rule, or why packets are let in or not.",
  usage: [
    "RULE --stack NAME",
    "--from CIDR --to ADDRESS --port PORT --stack NAME",
    "--interfaces --stack NAME",
  ],
  operands: {
    takes: "RULE",
    says: "a rule's name: aws-sg-0123456789abcdef0-tcp-443; or an interface's id: eni-0123456789abcdef0",
  },
  options: {
    from: text("CIDR", "where the packets come from: 203.0.113.0/24, or one address"),
    to: text("ADDRESS", "an instance's address (or, from an instance's address, where its packets go)"),
    port: text("PORT", "tcp/443, udp/53, icmp, icmp/8, icmpv6/128, protocol/47"),
    interfaces: flag("which network interfaces are behind the firewall, by what they are for"),
    stack: stack("stack whose settings count: Pulumi.NAME.yaml", "say whose settings count"),
    firewall,
    inventory: inventory("what AWS had (aws-panos snapshot), instead of asking it", "snapshot"),
    json,
  },
  details: [
    "Where the environment or the stack file has the firewall's key (PANOS_API_KEY, …; a secret is opened as Pulumi does), the firewall is asked: what it does with the packets (test security-policy-match; where it doesn't answer, its running rulebase), and what its own rules allow already. Otherwise the answer says so. Nothing is changed anywhere.",
  ],
  examples: [
    ["aws-sg-0123456789abcdef0-tcp-443 --stack prod", "what a rule rests on"],
    ["--interfaces --stack prod", "what counts as behind the firewall, and what is left out"],
    ["--stack prod \\\n    --from 203.0.113.9 --to 10.0.1.10 --port tcp/443", "what happens to packets"],
  ],
  exits: { fine: "answered", failed: "there is no such rule, or AWS or the firewall could not be asked" },
});
