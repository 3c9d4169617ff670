import { Secret } from "@pulumi/aws/secretsmanager";
import { all, interpolate, output, type Output } from "@pulumi/pulumi";
import { arn, type Context } from "./context";

/** The secrets of the runs: never a value, only where it is. */
export interface Secrets {
  /** For TRIGGER_SECRETS. */
  variables: Record<string, Output<string>>;
  /** What the run may read: of those, and of the firewalls' keys that the program reads itself. */
  arns: Output<string>[];
  /** How a person fills those that were made, a command a line: Pulumi shows a text as it is, a list as JSON. */
  commands: Output<string>;
}

/** Takes existing secrets, and makes the others empty: a value would be in this stack's state. */
export function secrets(context: Context): Secrets {
  const { settings, name, region } = context;
  const variables: Record<string, Output<string>> = {};
  const commands: Output<string>[] = [];
  for (const { variable, arn: existing } of settings.secrets) {
    if (existing !== undefined) {
      variables[variable] = output(existing);
      continue;
    }
    const secret = new Secret(variable, { description: `${variable} of the runs of ${name}` });
    variables[variable] = secret.arn;
    // From a prompt into a pipe: no argument of a process, nothing in the shell's history. Without IFS= the shell
    // takes blanks off both ends.
    commands.push(
      interpolate`IFS= read -rs V && printf %s "$V" | aws secretsmanager put-secret-value --region ${region} --secret-id ${secret.arn} --secret-string file:///dev/stdin; unset V   # ${variable}`,
    );
  }
  const keys = settings.main.keySecrets.map((secret) => output(secretArn(context, secret)));
  return {
    variables,
    arns: [...Object.values(variables), ...keys],
    commands: all(commands).apply((lines) => lines.join("\n")),
  };
}

/**
 * The ARN of a secret that is given by name: Secrets Manager adds a hyphen and six characters to it. The
 * program reads it in the region of the stack that is run.
 */
function secretArn(context: Context, secret: string): string {
  if (secret.startsWith("arn:")) return secret;
  const region = context.settings.main.regions[0] ?? context.region;
  return arn({ ...context, region }, "secretsmanager", `secret:${secret}-??????`);
}
