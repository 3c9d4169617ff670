/** What there is to hold flow logs against: the account, and what the firewall has and is to have. */
import { resolve } from "node:path";
import { waitingFor } from "../../lib/terminal/progress";
import { mapWithin } from "../../mapping/guardrails";
import { withWaiting } from "../../plan/waiting";
import { factsBetween } from "../../review/change/between";
import { factsOfFirewall } from "../../review/change/planned";
import type { EvidenceGiven } from "../../review/evidence/judged";
import { hasKey } from "../../settings/offline";
import { lines, type GivenTo, type Terminal } from "../framework";
import { inventoryOf, oneFirewall } from "../one-firewall";
import type { evidenceTable } from "./table";

export async function knownOf(
  given: GivenTo<typeof evidenceTable>,
  terminal: Terminal,
): Promise<EvidenceGiven> {
  const { folder, environment, errors } = terminal;
  const snapshot = given.inventory === undefined ? undefined : resolve(folder, given.inventory);
  const asked = { ...given, inventory: snapshot };
  const { settings, firewall } = await oneFirewall(asked, folder, environment);
  const inventory = await waitingFor("asking AWS", () => inventoryOf(asked, settings), terminal);
  const { guardrails, ...rest } = await withWaiting(settings, inventory, lines(errors));
  const one = { ...rest, guardrails, firewalls: [firewall] };
  const knowsOthers = given.rulebase !== undefined || hasKey(firewall);
  const from = { rulebase: given.rulebase && resolve(folder, given.rulebase), environment };
  const [facts] = knowsOthers
    ? [await waitingFor("asking the firewall", () => factsOfFirewall(one, inventory, from), terminal)]
    : factsBetween(inventory, inventory, one, given.stack).firewalls;
  const mapped = mapWithin(inventory, firewall.mapping, guardrails);
  return { stack: given.stack, inventory, facts: facts!, mapped, knowsOthers };
}
