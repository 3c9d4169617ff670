/** What a configuration has of a revision, and what a commit makes of it. */
import { foundDeclaration, type Declaration } from "../../declaration/declaration";
import { differences, ruleChanges } from "../../declaration/differences";
import { eachPart } from "../../declaration/kinds/index";
import type { PolicyObjects } from "../../declaration/objects";
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
