import { warn } from "@pulumi/pulumi/log";
import { stops } from "../../guard/policy/evaluate";
import { isSecret } from "../../guard/webhook";
import type { DeployedGuard } from "../settings/guard";

const PLAIN_WEBHOOK =
  "aws-panos-trigger:guard.webhook is an address in plain text: whoever may read the function's settings may post " +
  "there. Keep it in Secrets Manager, and set the secret's ARN";

/** Says what is deployed as it is set, and may not be what was meant. */
export function warnOf(guard: DeployedGuard, reached: readonly string[]): void {
  if (guard.policy.approvers === undefined && guard.policy.rules.some(({ then }) => stops(then)))
    void warn(`${guard.file} doesn't say who may approve (approvers): no approval counts`);
  for (const each of accountsOutOfReach(guard, reached)) void warn(each);
  if (guard.webhook !== undefined && !isSecret(guard.webhook)) void warn(PLAIN_WEBHOOK);
}

/** Rules of the policy that name accounts which the guard hears nothing of. The program may withhold by them. */
export function accountsOutOfReach(
  { file, policy: { rules } }: Pick<DeployedGuard, "file" | "policy">,
  reached: readonly string[],
): string[] {
  return rules.flatMap(({ name, line, when }) => {
    const others = (when.account ?? []).filter((account) => !reached.includes(account));
    if (others.length === 0) return [];
    return [
      `${file}:${line} ${name} names ${others.join(", ")}, where the guard sees no change: it reaches its own ` +
        "account and those of aws-panos-trigger:members",
    ];
  });
}
