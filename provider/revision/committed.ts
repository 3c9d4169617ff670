/** What a configuration has of a revision, and what a commit makes of it. */
import { foundDeclaration, type Declaration } from "../../declaration/declaration";
import { differences, ruleChanges } from "../../declaration/differences";
import { eachPart } from "../../declaration/kinds/index";
import { addressesNamed, type PolicyObjects } from "../../declaration/objects";
import { ownObjects } from "../../declaration/ownership";
import { addressSet } from "../../panos/entries";
import type { Job } from "../../panos/job";
import type { Revision } from "./revision";

/** What a commit has come to. */
export interface Committed {
  job: Job;
  /** How many rules the running configuration has more, otherwise and no more. */
  rules: string;
}

/** What a configuration has of ours, in the form in which it is declared. */
export function contentOf(revision: Revision, configuration: PolicyObjects): Declaration {
  return foundDeclaration(revision.ownerId, revision, configuration);
}

/** Whether that is what is declared. @param exempt names that are left as they are */
export function isAsDeclared(
  { declared }: Revision,
  content: Declaration,
  exempt: ReadonlySet<string>,
): boolean {
  return differences(declared, content, exempt).length === 0;
}

/** How many rules one has more than another, otherwise and no more, for people. */
export function counts(before: Declaration, after: Declaration): string {
  const { added, changed, removed } = ruleChanges(before, after);
  return `${added.length} added, ${changed.length} changed, ${removed.length} removed`;
}

/** What running is to hold, where some names are left as they are. */
export function withLeft(
  declared: Declaration,
  before: Declaration,
  exempt: ReadonlySet<string>,
): Declaration {
  return eachPart((part) => {
    const left = (content: Record<string, string>, isLeft: boolean) =>
      Object.entries(content).filter(([name]) => exempt.has(name) === isLeft);
    return Object.fromEntries([...left(declared[part], false), ...left(before[part], true)]);
  });
}

/**
 * Rules of ours that running loses, or that let less in afterwards: what they allowed may no longer be.
 * @param exempt rules that this stack leaves as they are
 */
export function reducedRules(
  ownerId: string,
  before: PolicyObjects,
  after: PolicyObjects,
  exempt: ReadonlySet<string>,
): string[] {
  return ownObjects(ownerId, before).rules.filter((name) => {
    const [old, now] = [before.rules.get(name)!, after.rules.get(name)];
    if (exempt.has(name) || old.action !== "allow") return false;
    if (now === undefined) return true;
    const lists = ["from", "to", "application", "service"] as const;
    if (lists.some((list) => old[list].some((member) => !now[list].includes(member)))) return true;
    // A rule may let less in because a group of ours lost members, and no less where it names a group instead.
    return (["source", "destination"] as const).some((list) => {
      const left = new Set(addressSet(addressesNamed(now[list], after)));
      return addressSet(addressesNamed(old[list], before)).some((address) => !left.has(address));
    });
  });
}

/**
 * Rules of ours that running has lost, or has otherwise, since an update last came to its end: by a commit that outlived
 * the run that asked for it, and that could not look what it leaves going on. Whether they let less in since isn't known
 * any more; that their sessions are still allowed is.
 * @param before what running has of ours
 */
export function changedUnfollowed(
  { applied }: Revision,
  before: Declaration,
  running: PolicyObjects,
  exempt: ReadonlySet<string>,
): string[] {
  if (applied === undefined) return [];
  // States of earlier versions have fewer kinds.
  const last = eachPart((part) => applied[part] ?? {});
  const [rules, addressGroups] = [[...running.rules.values()], [...running.addressGroups.values()]];
  const { changed, removed } = ruleChanges(last, before, { rules, addressGroups });
  return [...changed, ...removed].filter((name) => !exempt.has(name));
}
