import { table, text } from "../framework";
import { firewall } from "../flags";

export const keygenTable = table({
  name: "keygen",
  summary:
    "Makes an API key of the firewall's administrator for this program, and stores it. It is never shown.",
  usage: ["--stack NAME [options]", "--secret ID [options]"],
  options: {
    stack: text(
      "NAME",
      "the key becomes panos:apiKey, a secret of this stack, or goes where its panos:apiKeySecret says; Pulumi.NAME.yaml says which firewall (and aws:region, aws:profile)",
      { completes: "stack" },
    ),
    secret: text("ID", "it becomes a new version of this secret of AWS Secrets Manager: name or ARN"),
    firewall,
    credentials: text(
      "FILE",
      "take host, user and password from a file that only you can read: lines such as PANOS_HOSTNAME=fw1.example.com, PANOS_USERNAME=aws-panos, PANOS_PASSWORD=…",
      { completes: "file" },
    ),
  },
  details: [
    "What the file doesn't say is taken from the environment (PANOS_HOSTNAME, PANOS_USERNAME, PANOS_PASSWORD, PANOS_CA_FILE, …), then from the stack's configuration, and the rest is asked for. The password is not echoed.",
    "Where the firewall limits the life of keys, a new key ends the older ones of the same administrator.",
  ],
  examples: [
    ["--stack prod", "asks for what isn't known, and encrypts the key for the stack"],
    ["--secret prod/firewall --credentials login.env", "by a schedule, without a person"],
  ],
  exits: { fine: "stored", failed: "refused by the firewall, or by where the key should go" },
  failing: "no key was stored",
});
