/** What one firewall is to hold. Pure: the same settings, account and firewall give the same plan. */
import type { RuleChanges } from "../declaration/differences";
import { adoption } from "../mapping/adoption";
import { unseen } from "../mapping/unseen";
import { firewallIdentity } from "../provider/session/identity";
import type { FirewallSettings, Settings } from "../settings/types";
import { againstRunning, withoutExcused } from "./compared";
import { contentOf, registrationsFor } from "./content";
import { overLimits, revokedAmong, withinLimits } from "./limits";
import { anchored, onFirewall } from "./on-firewall";
import { othersNames } from "./names";
import { effectsOf } from "./reviewed/effects";
import { MovedError, requireAdoptable, requirePrerequisites, suspicion } from "./preconditions";
import { reach, rulebasesOf } from "./state";
import type { PlanFacts, Plan } from "./types";
import { withUnread } from "./unread";

/**
 * Works out what a firewall needs: what the account's permissions ask for, less what its administrators allow already.
 * @throws PreconditionError
 */
export function planOf(
  settings: FirewallSettings,
  { guardrails, limits }: Pick<Settings, "guardrails" | "limits">,
  { inventory, policy: mapped, state, revoked, reviewed }: PlanFacts,
): Plan {
  const rulebases = rulebasesOf(state);
  const firewall = anchored(settings, rulebases);
  const { ownerId } = firewall.mapping;
  const identity = firewallIdentity(firewall.declared);
  const running = state.running.objects;
  requirePrerequisites(rulebases, settings);
  const { asked, coverage: needs, doubts } = onFirewall(mapped, settings, state, inventory, { guardrails });
  const { adopted, refused, gone } = adoption(needs.needed, asked, rulebases, firewall.coverage);
  requireAdoptable(refused);
  const rulebaseMoved = reviewed?.rulebaseMoved(identity, state, ownerId);
  if (rulebaseMoved?.stops) throw new MovedError(rulebaseMoved.text);

  const needed = contentOf(needs.needed, asked, ownerId);
  const wanted = withUnread(needed, asked, inventory, state, firewall, guardrails);
  const doubt = wanted.mayProtect() ? undefined : suspicion(asked, inventory);
  const excused = (removed: readonly string[]) => [
    ...(asked.isolation?.excused ?? []),
    ...(limits.revoked === "pass" ? revokedAmong(removed, inventory, revoked) : []),
  ];
  const limiting = (changes: RuleChanges) => withoutExcused(changes, excused(changes.removed), doubt);
  const compared = againstRunning(firewall, wanted.content, running);
  const limited = withinLimits({
    firewall: identity,
    ownerId,
    needed: needs.needed,
    content: wanted.content,
    limits,
    capacity: state.capacity,
    exempt: new Set(adopted.flatMap(({ by }) => by)),
    running: state.running,
    others: compared.others,
    changes: limiting(compared.changes),
  });
  const { content } = limited;
  const others = othersNames(firewall, content, state);
  const result = content === wanted.content ? compared : againstRunning(firewall, content, running);
  const { changes, kept } = result;
  const registrations = wanted.registered(registrationsFor(limited.needed, asked, firewall));
  const effects = effectsOf({ firewall, policy: asked, content, registrations, adopted, state });
  const declarationMoved = reviewed?.declarationMoved(identity, effects);
  const over = overLimits(limiting(changes), kept, reach(identity, state), limits, doubt);
  return {
    firewall,
    policy: { ...asked, withheld: [...asked.withheld, ...limited.withheld] },
    content,
    registrations,
    suspicion: doubt,
    excused: excused(changes.removed),
    state,
    coverage: { ...needs, needed: limited.needed },
    adopted,
    gone,
    doubts: [
      ...doubts,
      ...others.said,
      ...unseen(rulebases.candidate, limited.needed, firewall.mapping, asked.isolation),
    ],
    unread: wanted.warnings,
    effects,
    moved: { rulebase: rulebaseMoved, declaration: declarationMoved },
    onHold: result.onHold,
    changes,
    waiting: [...result.waiting, ...adopted.map(({ name }) => `rule ${name} is not taken over`)],
    outOfForce: result.outOfForce,
    unmarked: others.unmarked,
    heldBack: limited.reasons,
    ...(declarationMoved?.stops
      ? { stop: { because: "review", text: declarationMoved.text } }
      : over !== undefined && { stop: { because: "limit", text: over } }),
  };
}
