import { flag, table, text } from "../framework";
import { region, rulebase } from "../flags";

export const snapshotTable = table({
  name: "snapshot",
  summary: "Records what AWS has in a snapshot file, to attach to a bug or to replay.",
  usage: ["FILE [--stack NAME] [--region REGION] [--ec2]", "[FILE] --stack NAME --rulebase RULEBASE"],
  operands: { takes: "FILE", says: "where to write; an older snapshot there is replaced", completes: "file" },
  options: {
    stack: text("NAME", "take the AWS settings (aws:region, aws:profile, …) of Pulumi.NAME.yaml", {
      completes: "stack",
    }),
    region,
    profile: text("PROFILE", "the AWS profile to use, instead of the stack's or AWS_PROFILE"),
    ec2: flag("ask EC2's own API: needs no Pulumi CLI, and sees more (inventory: ec2)"),
    rulebase: rulebase(
      "also record the rules and objects of the stack's firewalls, for aws-panos review --rulebase",
    ),
  },
  details: [
    "Without --ec2, or a stack that says inventory: ec2, it asks AWS through the Pulumi CLI, in a throw-away stack of its own: nothing is deployed. A stack with aws-panos-rules:accounts is always asked with EC2's own API. No firewall is involved but with --rulebase, which needs a key that may read (PANOS_API_KEY, or the stack's settings that aren't encrypted). Credentials are found as AWS's own tools find them. The snapshot holds addresses, ids, names, rules and descriptions: no secrets, but read it before you give it to others.",
  ],
  examples: [
    ["account.json --ec2 --region eu-central-1", "what a region has"],
    ["account.json --stack prod --rulebase rulebase.json", "what a review needs that may ask nobody"],
  ],
  exits: { fine: "recorded" },
});
