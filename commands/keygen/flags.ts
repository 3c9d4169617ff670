import { parseArgs } from "node:util";

export const HELP = `Makes an API key of the firewall's administrator for this program, and stores it. It is never shown.

  npm run keygen -- --stack NAME [options]      as panos:apiKey, a secret of the stack; or in the secret of
                                                AWS Secrets Manager that its panos:apiKeySecret names
  npm run keygen -- --secret ID [options]       as a new version of this secret of AWS Secrets Manager

  --stack NAME         stack; Pulumi.NAME.yaml says which firewall (and aws:region, aws:profile)
  --firewall NAME      which one, where its firewalls: lists several
  --secret ID          name or ARN of a secret that exists
  --credentials FILE   take host, user and password from a file that only you can read: lines such as
                       PANOS_HOSTNAME=fw1.example.com, PANOS_USERNAME=aws-panos, PANOS_PASSWORD=…
  --help               this text

What the file doesn't say is taken from the environment (PANOS_HOSTNAME, PANOS_USERNAME, PANOS_PASSWORD,
PANOS_CA_FILE, …), then from the stack's configuration, and the rest is asked for. The password is not echoed.

Where the firewall limits the life of keys, a new key ends the older ones of the same administrator.
`;

export interface Flags {
  stack: string | undefined;
  firewall: string | undefined;
  secret: string | undefined;
  credentials: string | undefined;
  help: boolean;
}

/** The command line, or what is wrong with it. */
export function readFlags(args: string[]): Flags | { problem: string } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        stack: { type: "string" },
        firewall: { type: "string" },
        secret: { type: "string" },
        credentials: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const { stack, firewall, secret, credentials, help } = values;
    if (!help && !stack && !secret) return { problem: "say where the key goes: --stack NAME or --secret ID" };
    if (firewall !== undefined && !stack)
      return { problem: "--firewall names one of a stack: give --stack too" };
    return { stack, firewall, secret, credentials, help };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
