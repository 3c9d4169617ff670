/** Security-group rules that rules of ours mirror and that nobody has confirmed for long. Pure. */
import { compareTexts } from "../../lib/order";
import { endOf } from "../../mapping/expiry";
import type { FirewallFacts } from "../change/facts";
import type { Account } from "../change/account";
import { describeTraffic } from "../../lib/net/protocols";
import type { Unconfirmed, UnconfirmedRule } from "./types";

const DAY = 86_400_000;

/** Undefined: nobody has to confirm any. @param now milliseconds since 1970 */
export function unconfirmedOf(
  { options: { recertify }, wanted }: Pick<FirewallFacts, "options" | "wanted">,
  account: Account,
  now: number,
): Unconfirmed | undefined {
  if (recertify === undefined) return undefined;
  const { tag, days } = recertify;
  const found = new Map<string, UnconfirmedRule>();
  for (const [rule, permission] of Object.entries(wanted.permissions)) {
    const { securityGroupId: id, securityGroupName: name, direction } = permission;
    const groupRules = account.groups.get(id)?.[direction] ?? [];
    for (const { id: ruleId, tags } of groupRules.filter((each) => permission.ruleIds.includes(each.id))) {
      const value = tags !== undefined && Object.hasOwn(tags, tag) ? tags[tag] : undefined;
      if (isConfirmed(value, days, now)) continue;
      const known = found.get(ruleId);
      found.set(ruleId, {
        id: ruleId,
        group: { id, name },
        traffic: describeTraffic(permission),
        rules: [...(known?.rules ?? []), rule].sort(compareTexts),
        ...(value !== undefined && { confirmed: value }),
        confirm: commandFor(ruleId, tag, now, account.inventory.region),
      });
    }
  }
  const rules = [...found.values()].sort((a, b) => compareTexts(a.id, b.id));
  return { days, tag, rules };
}

/** A day that is still to come confirms nothing: nobody has looked yet. */
function isConfirmed(value: string | undefined, days: number, now: number): boolean {
  const end = value === undefined ? undefined : endOf(value);
  // A day is confirmed from its beginning, by which `endOf` is one later.
  const at = end !== undefined && /^\s*\d{4}-\d{2}-\d{2}\s*$/.test(value!) ? end - DAY : end;
  return at !== undefined && at <= now && now - at < days * DAY;
}

/** What whoever has looked at it says so with. The key has no character that a shell or the CLI takes for its own. */
function commandFor(id: string, tag: string, now: number, region: string | undefined): string {
  const where = region === undefined ? "" : ` --region ${region}`;
  const today = new Date(now).toISOString().slice(0, 10);
  return `aws ec2 create-tags${where} --resources ${id} --tags 'Key=${tag},Value=${today}'`;
}
