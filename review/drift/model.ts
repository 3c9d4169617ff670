/** Puts together what is found of all firewalls. Pure: the same facts give the same answer. */
import { Account } from "../change/account";
import type { Facts } from "../change/facts";
import type { Applied } from "./applied";
import type { DriftFacts } from "./facts";
import { comparison } from "./findings";
import { withPushes } from "./pushes";
import type { Drift, FirewallDrift } from "./types";
import { unconfirmedOf } from "./unconfirmed";
import { unusedOf } from "./unused";

export interface Seen {
  facts: Facts;
  /** By firewall; none of one that could not be asked. */
  drift: ReadonlyMap<string, DriftFacts>;
  applied: ReadonlyMap<string, Applied>;
}

export interface DriftOptions {
  unusedDays: number;
  /** Milliseconds since 1970. */
  now: number;
}

/** How firewalls differ from what was last applied to them. */
export function driftOf({ facts, drift, applied }: Seen, { unusedDays, now }: DriftOptions): Drift {
  const asked = facts.firewalls.flatMap((firewall) => {
    const found = drift.get(firewall.firewall);
    if (found === undefined || firewall.refusal !== undefined) return [];
    const account = new Account(facts.inventory, firewall.options);
    return [{ facts: firewall, drift: found, applied: applied.get(firewall.firewall), account }];
  });
  const unused = unusedOf(asked, unusedDays, now);
  const firewalls = facts.firewalls.map(({ firewall, refusal = UNASKED }): FirewallDrift => {
    const index = asked.findIndex((each) => each.facts.firewall === firewall);
    const subject = asked[index];
    if (subject === undefined) {
      const none = { findings: [], notApplied: [], held: [], shadowed: [], commits: [] };
      return { firewall, refusal, ...none, unused: { days: unusedDays, rules: [], notJudged: 0 } };
    }
    const compared = withPushes(subject, comparison(subject));
    const isInForce = compared.findings.some(({ where }) => where === "running" || where === "both");
    const unconfirmed = unconfirmedOf(subject.facts, subject.account, now);
    const commits = isInForce ? subject.drift.commits : [];
    return { firewall, ...compared, unused: unused[index]!, ...(unconfirmed && { unconfirmed }), commits };
  });
  const made = {
    drifted: firewalls.some(({ findings }) => findings.length > 0),
    firewalls,
  };
  return { format: 1, stack: facts.stack, summary: summaryOf(firewalls), ...made };
}

const UNASKED = "the preview ended before it told what is there";

function summaryOf(firewalls: readonly FirewallDrift[]): string {
  const all = <T>(of: (firewall: FirewallDrift) => readonly T[]) => firewalls.flatMap(of);
  const findings = all((each) => each.findings);
  const kinds = new Map<string, number>();
  for (const { kind } of findings) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const counts = [...kinds].map(([kind, count]) => `${count} ${kind.replace("-", " ")}`).join(", ");
  const beside: [number, string][] = [
    [all((each) => each.notApplied).length, "not applied yet"],
    [all((each) => each.held).length, "on hold"],
    [all((each) => each.shadowed).length, "possibly denied by rules above"],
    [all((each) => each.unused.rules).length, "unused"],
    [all((each) => each.unconfirmed?.rules ?? []).length, "to confirm"],
  ];
  const unknown = firewalls.filter(({ refusal }) => refusal !== undefined).map(({ firewall }) => firewall);
  return [
    findings.length === 0 ? "No drift" : `Drift: ${counts}`,
    ...beside.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`])),
    ...(unknown.length > 0 ? [`nothing known of ${unknown.join(", ")}`] : []),
  ].join("; ");
}
