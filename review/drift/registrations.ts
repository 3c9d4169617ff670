/** Which registered addresses are neither as they were last applied nor as they are declared. Pure. */
import { groupOfMemberTag } from "../../declaration/names";
import { registrationKey, type Registration } from "../../panos/registered";
import type { DriftFacts } from "./facts";
import type { Finding, FirewallDrift, NotApplied } from "./types";

/** @param applied what the last update registered @param held rules on hold */
export function registrationDrift(
  ownerId: string,
  drift: DriftFacts,
  applied: readonly Registration[],
  held: ReadonlySet<string>,
): Pick<FirewallDrift, "findings" | "notApplied"> {
  if (drift.registrations === undefined) return { findings: [], notApplied: [] };
  const { registered, declared } = drift.registrations;
  const keys = (all: readonly { address: string; tag: string }[]) =>
    new Map(all.map((each) => [registrationKey(each), each]));
  const [wanted, last] = [keys(declared), keys(applied)];
  // Members of what a rule on hold names stay registered with it.
  const rules = drift.running.rules.filter(({ name }) => held.has(name));
  const kept = new Set(rules.flatMap(({ source, destination }) => [...source, ...destination]));
  // One finding for all firewalls of a device group of which it is so.
  const findings = new Map<string, Finding>();
  const notApplied = new Map<string, NotApplied>();
  for (const { on, found } of registered) {
    const is = keys(found);
    for (const [key, { address, tag }] of new Map([...wanted, ...is])) {
      const isThere = is.has(key);
      if (isThere === wanted.has(key) || (isThere && kept.has(groupOfMemberTag(tag, ownerId)))) continue;
      const common = { object: "registered address" as const, name: `${address} (${tag})` };
      if (isThere === last.has(key)) {
        notApplied.set(key, { ...common, change: isThere ? "remove" : "add", staged: false });
      } else {
        const where = on === undefined ? {} : { on: [...(findings.get(key)?.on ?? []), on] };
        findings.set(key, {
          kind: isThere ? "registered" : "not-registered",
          ...common,
          fields: [],
          ...where,
        });
      }
    }
  }
  return { findings: [...findings.values()], notApplied: [...notApplied.values()] };
}
