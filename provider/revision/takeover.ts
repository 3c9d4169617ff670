import type { Operation } from "../../panos/client";
import type { FoundRule } from "../../panos/policy";
import { entryXpath } from "../../panos/location";
import type { PendingChange } from "../../panos/system";
import { adoptedContent } from "../../declaration/adoptions";
import { ruleHash } from "../../declaration/kinds/rule";
import { changedEntry } from "../../declaration/journal";
import { standsAbove } from "../../declaration/objects";
import { listed } from "../../lib/text";
import type { Configurations } from "./configurations";
import type { Revision } from "./revision";
import type { Session } from "../session/session";
import { ProviderError } from "../error";

/**
 * What puts declared rules, which the candidate has by now, in the place of an administrator's, and removes
 * that one. Sent as one transaction, its traffic is allowed throughout. A rule that is gone from the candidate
 * already, by a run that was killed, needs nothing.
 * @throws ProviderError where a rule, or what is to replace it, is not as it was judged; nothing is committed then
 */
export async function takeOver(
  session: Session,
  { adopt = {}, declared, before }: Pick<Revision, "adopt" | "declared" | "before">,
  { candidate, running, changes }: Configurations,
): Promise<Operation[]> {
  // From the top, so that a rule that replaces several of them ends where the first one stands.
  const names = [...candidate.rules.keys()].filter((name) => adopt[name] !== undefined);
  if (names.length === 0) return [];
  const administrator = await session.prepare();
  const moved = new Set<string>();
  return names.flatMap((name) => {
    const { by, content } = adopt[name]!;
    const asJudged = [candidate, running].every(({ rules }) => isAsJudged(rules.get(name), content));
    if (!asJudged || changedByOthers(name, changes, administrator, session)) {
      throw refusal(name, session, "somebody has changed it since, or is about to");
    }
    const isAbove = standsAbove(candidate, name, before);
    const moves = by.flatMap((successor): Operation[] => {
      const rule = candidate.rules.get(successor);
      const isRight = rule !== undefined && ruleHash(rule) === declared.rules[successor];
      if (!isRight || !standsAbove(candidate, successor, before)) {
        throw refusal(name, session, `rule ${successor}, which was to replace it, is not as declared`);
      }
      if (!isAbove || moved.has(successor) || standsAbove(candidate, successor, name)) return [];
      moved.add(successor);
      const xpath = entryXpath(session.location, "rules", successor);
      return [{ action: "move", xpath, where: "before", dst: name }];
    });
    return [...moves, { action: "delete", xpath: entryXpath(session.location, "rules", name) }];
  });
}

function isAsJudged(found: FoundRule | undefined, content: string): boolean {
  return found !== undefined && adoptedContent(found) === content;
}

/** Whether another administrator has uncommitted changes to a rule, which our removal of it would ship. */
function changedByOthers(
  name: string,
  changes: readonly PendingChange[],
  administrator: string,
  session: Session,
): boolean {
  const entry = entryXpath(session.location, "rules", name);
  return changes.some((change) => change.owner !== administrator && changedEntry(change) === entry);
}

function refusal(name: string, session: Session, why: string): ProviderError {
  return new ProviderError(
    "NOT_TAKEN_OVER",
    `rule ${name} on ${session.firewall} was not taken over (aws-panos-rules:adopt): ${why}. Nothing was committed`,
  );
}

/** @throws ProviderError where administrators' rules are left that ours were to replace */
export function requireTakenOver({ firewall }: Session, left: readonly string[]): void {
  if (left.length === 0) return;
  throw new ProviderError(
    "RUNNING_DIFFERS",
    `${listed(left)} on ${firewall} was to be taken over, and is still running`,
  );
}
