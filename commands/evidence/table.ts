import { required, table, text } from "../framework";
import { firewall, inventory, json, rulebase, stack } from "../flags";

export const evidenceTable = table({
  name: "evidence",
  summary:
    "Says what VPC flow logs show of the rules: who used which, what could be narrowed, what would be cut.",
  usage: ["--stack NAME --logs PLACE [--save FILE] [--json]"],
  options: {
    stack: stack("whose settings count: Pulumi.NAME.yaml", "say whose settings count"),
    logs: required(
      "PLACE",
      "the logs: a file, a folder with all below it, or s3://bucket/prefix",
      "say where the flow logs are",
      { completes: "folder" },
    ),
    profile: text("PROFILE", "the AWS profile for logs in S3, also one with a role, instead of AWS_PROFILE"),
    rulebase: rulebase("what the firewall had (aws-panos snapshot), instead of asking it: needs no key"),
    inventory: inventory("what AWS has (aws-panos snapshot), instead of asking it", "snapshot"),
    save: text("FILE", "keeps what was seen, for review --seen FILE", { completes: "file" }),
    firewall,
    json,
  },
  details: [
    "Takes text and Parquet, packed by gzip or not, of the default format and of others that have addresses, ports, protocol, times and action. Who is the server is told by tcp-flags, or else by the ports; pkt-srcaddr, pkt-dstaddr and flow-direction make it surer. Only accepted flows count, and only what crosses the firewall.",
    "Without a key and without --rulebase the firewall isn't asked: then only this stack's rules are known. Nothing is changed anywhere: a narrower permission is a proposal, as commands to copy.",
  ],
  examples: [
    ["--stack prod --logs s3://logs/AWSLogs/ --save seen.json", "what the logs say now"],
    ["--stack prod --logs logs --inventory account.json", "from files"],
  ],
  exits: { fine: "nothing is seen that would be cut", finding: "something seen would be cut" },
});
