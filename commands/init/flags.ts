import { parseArgs } from "node:util";
import { FIREWALL, questions } from "./questions";
import type { Values } from "./questions";

export const HELP = `Makes the configuration file of a new stack: asks for what only you know, and makes its ownerId.

  npm run init -- [--yes] [--stack NAME] [options]

  --stack NAME              stack; the file is Pulumi.NAME.yaml
  --hostname NAME           firewall's management, host name or address
  --vsys NAME               virtual system (vsys1)
  --firewall-instance ID    what AWS route tables send traffic to: i-…, eni-… or vpce-…;
  --firewall-interface ID   each may be given several times, one id at least
  --firewall-endpoint ID
  --region NAME             AWS region (AWS_REGION)
  --cleanup-rule NAME       your last rule, above which new rules go, or interzone-default
  --untrust-zone NAME       zone that traffic comes from (untrust)
  --trust-zone NAME         zone of the instances (trust)
  --profile-group NAME      security profile group of new rules (none)
  --log-setting NAME        log forwarding profile of new rules (none)
  --yes                     ask nothing: take what is in brackets for what isn't given
  --help                    this text

It never asks for a secret: npm run keygen makes the firewall's key and stores it.
`;

export interface Flags {
  given: Values;
  yes: boolean;
  help: boolean;
}

/** The command line, or what is wrong with it. */
export function readFlags(args: string[]): Flags | { problem: string } {
  const text = { type: "string" } as const;
  const texts = { type: "string", multiple: true, default: [] as string[] } as const;
  try {
    const { values } = parseArgs({
      args,
      options: {
        ...Object.fromEntries(questions({}).map(({ flag }) => [flag, text])),
        "firewall-instance": texts,
        "firewall-interface": texts,
        "firewall-endpoint": texts,
        yes: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const given: Values = {};
    for (const { key, flag } of questions({})) {
      const value = (values as Record<string, unknown>)[flag];
      if (typeof value === "string") given[key] = value;
    }
    const ids = [
      ...values["firewall-instance"],
      ...values["firewall-interface"],
      ...values["firewall-endpoint"],
    ];
    if (ids.length > 0) given[FIREWALL] = ids.join(" ");
    return { given, yes: values.yes, help: values.help };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}
