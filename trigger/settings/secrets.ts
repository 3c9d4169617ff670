import type { Report } from "../../settings/problems";
import type { StateBackend } from "./backend";
import type { MainStack } from "./main-stack";
import { record } from "./texts";

/** An environment variable of the run whose value is a secret of Secrets Manager. */
export interface RunSecret {
  variable: string;
  /** An existing secret; undefined: one is made, empty, for a person to fill. */
  arn: string | undefined;
}

const ARN = /^arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+$/;
/** What the runner sets itself, or what would run something else. */
const FORBIDDEN = /^(AWS_|TRIGGER_|NODE_|LD_|PATH$|HOME$|USER$|PULUMI_(BACKEND_URL|HOME)$)/;
const EXAMPLE =
  '{"PULUMI_CONFIG_PASSPHRASE": "arn:aws:secretsmanager:…:secret:pulumi-Ab12Cd", "PANOS_API_KEY": "new"}';

/**
 * `secrets`: variables of the run, each the ARN of a secret or `new`. What the run can't do without is added
 * as `new`: the passphrase of the stack, the token of Pulumi Cloud.
 */
export function secretSettings(
  value: unknown,
  key: string,
  { backend, main }: { backend: StateBackend; main: MainStack },
  report: Report,
): RunSecret[] {
  const given: Record<string, unknown> =
    value === undefined ? {} : record(value, key, Object.keys(value ?? {}), EXAMPLE, report);
  const secrets = Object.entries(given).flatMap(([variable, where]): RunSecret[] => {
    const place = `${key}.${variable}`;
    if (!/^[A-Z][A-Z0-9_]*$/.test(variable) || FORBIDDEN.test(variable)) {
      report(place, "is not a variable that a run may be given", EXAMPLE);
      return [];
    }
    if (where === "new") return [{ variable, arn: undefined }];
    if (typeof where === "string" && ARN.test(where)) return [{ variable, arn: where }];
    // The value isn't repeated: it may be the secret itself.
    report(place, "is neither new nor the ARN of a secret", EXAMPLE);
    return [];
  });
  // Nothing encrypted yet: in a bucket Pulumi then asks for a passphrase.
  const isUnencrypted = main.secretsProvider === "service" && backend.kind !== "service";
  const needed = [
    ...(main.secretsProvider === "passphrase" || isUnencrypted ? ["PULUMI_CONFIG_PASSPHRASE"] : []),
    ...(backend.kind === "service" ? ["PULUMI_ACCESS_TOKEN"] : []),
  ].filter((variable) => !secrets.some((secret) => secret.variable === variable));
  return [...secrets, ...needed.map((variable) => ({ variable, arn: undefined }))];
}
