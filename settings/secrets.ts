import { isRecord } from "../lib/records";
import { FIREWALLS, listedEntries } from "./configuration";
import type { Report } from "./problems";
import { SECRETS } from "./table";

/** Reports keys and passwords that a stack file shows to everybody. */
export function reportPlainSecrets(
  values: Readonly<Record<string, string>>,
  isSecret: (key: string) => boolean,
  report: Report,
): void {
  for (const name of SECRETS) {
    const key = `panos:${name}`;
    if (values[key] === undefined || isSecret(key)) continue;
    report(key, "is in the stack file in plain text", `pulumi config set --secret ${key}`);
  }
  if (isSecret(FIREWALLS)) return;
  const entries = listedEntries((key) => values[key]);
  (entries ?? []).forEach((entry: unknown, index) => {
    for (const name of SECRETS) {
      if (!isRecord(entry) || entry[name] === undefined) continue;
      const place = `${FIREWALLS}[${index}].${name}`;
      report(place, "is in the stack file in plain text", `pulumi config set --secret --path '${place}'`);
    }
  });
}
