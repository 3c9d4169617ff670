/** What a rule of ours stands for in AWS, by its name. */
import type { FoundRule, SecurityRule } from "../../panos/policy";
import type { Account } from "../change/account";
import { asFound } from "../change/changes";
import type { FirewallFacts } from "../change/facts";
import { permissionNamed } from "../change/permission";
import { reasonsNow } from "../change/reasons";
import type { Mirrored } from "./types";

const NO_ENDS = { source: { added: [], removed: [] }, destination: { added: [], removed: [] } };

/**
 * The security group and the permission, and why AWS asks for the rule now, or asks for it no more; nothing for a
 * name that stands for none.
 * @param declared what the stack declares under the name, @param found what the firewall has
 */
export function mirrored(
  { account, facts }: { account: Account; facts: FirewallFacts },
  rule: string,
  declared: SecurityRule | undefined,
  found: FoundRule | undefined,
): Mirrored {
  const permission = permissionNamed(rule);
  const { groupId: id, traffic } = permission;
  if (id === "") return {};
  const name = account.groups.get(id)?.name;
  // What it says otherwise is told field by field; here it counts only whether it is asked for.
  const sides = declared
    ? { after: asFound(declared) }
    : { ...(found && { before: { ...asFound(found), found } }) };
  const pair = { name: rule, fields: [], ends: NO_ENDS, ...sides };
  const reasons = reasonsNow({ pair, permission, account, facts });
  return { group: { id, ...(name !== undefined && { name }) }, traffic, reasons };
}
