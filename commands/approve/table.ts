import { flag, table, text } from "../framework";
import { region } from "../flags";

export const approveTable = table({
  name: "approve",
  summary:
    "Approves a change of a security group's rules, outside the request: before it is made, or after it was held.",
  usage: ["--stack NAME --group sg-… --permission TEXT --until WHEN", "--tag KEY=VALUE --rule sgr-…"],
  options: {
    stack: text("NAME", "stack; Pulumi.NAME.yaml says where approvals are kept (aws-panos-rules:guard)", {
      completes: "stack",
    }),
    store: text("PLACE", "or the place itself: a DynamoDB table's name, or s3://bucket/prefix"),
    region,
    group: text("ID", "the security group"),
    permission: text(
      "TEXT",
      "direction (ingress, egress), traffic (tcp/22, udp/1-1023, icmp, protocol/47, any) and end (CIDR, prefix list's or group's id); what lies inside it is approved, too",
    ),
    entries: text(
      "HASH",
      "of a prefix list: what its blocks have to be, as messages say it; without it, what they are now",
    ),
    ticket: text("WORD", "only rules whose description, or a tag's value, has this word"),
    closes: flag("the permission may be closed, not opened"),
    for: text("NAME", "whose change: user, session, role or ARN, * stands for anything. Never your own"),
    until: text("WHEN", "2026-11-22T08:00:00Z, or from now: 30m, 24h, 7d"),
    once: flag("good for one change, which then stands for good; otherwise for as many as come, until then"),
    reason: text("TEXT", "for who reads it later"),
    as: text("NAME", "your source identity, where guard.yaml tells people apart by it (approvers.person)"),
    tag: text("KEY=VALUE", "says the tag that approves a rule as it is now, and writes nothing"),
    rule: text("ID", "the security-group rule that --tag is for: sgr-…"),
  },
  details: [
    "--tag and --rule say the tag that approves a security-group rule as it is now (guardrails.approvalTag).",
  ],
  examples: [
    [
      "--stack prod --group sg-0a1b2c3d4e5f60718 \\\n    --permission 'ingress tcp/22 203.0.113.7/32' --until 24h --once",
      "one change, by tomorrow",
    ],
    ["--tag firewall-approved=yes --rule sgr-0123abcd", "the tag for a rule that is there"],
  ],
  exits: { fine: "approved", failed: "AWS refused, or the settings are wrong" },
  failing: "nothing was approved",
});
