import { isQuarantineRuleName } from "../declaration/names";
import type { Operation } from "../panos/client";
import { ruleXml } from "../panos/entries";
import { entryXpath } from "../panos/location";
import { hash } from "../declaration/hashes";
import { ruleHash } from "../declaration/kinds/rule";
import type { SecurityRuleInputs } from "./resource/inputs";
import { objectProvider } from "./resource/object";
import { requireCleanupRule, ruleAsTaken, type PolicyObjects } from "../declaration/objects";
import { successorOf } from "./revision/order";
import { heldMessage, isHeld, lostTagMessage, notOurs, ownsRule } from "../declaration/ownership";
import { isPlaced, moveTo, TOP } from "../declaration/placement";
import type { Session } from "./session/session";
import { tell } from "./session/tell";
import { ProviderError } from "./error";

/** SecurityRule: written and placed, above the cleanup rule if nowhere else, in one transaction. */
export const provider = objectProvider<SecurityRuleInputs>({
  // Content and place: either may drift.
  hash: (inputs) => hash([ruleHash(inputs), inputs.before]),

  outputs: ({ firewall, ownerId, before }) => ({ firewall, ownerId, before }),

  plan(inputs, objects, session, operation) {
    const { before, ownerId, name } = inputs;
    const setting = isQuarantineRuleName(name, ownerId) ? "quarantine.before" : "cleanupRule";
    if (before !== TOP) requireCleanupRule(objects, before, session.firewall, setting);
    const found = ruleAsTaken(objects, name);
    if (found !== undefined && operation === "create" && !ownsRule(ownerId, found)) {
      throw new ProviderError("NOT_OURS", notOurs("rule", name, session.firewall, found.tag));
    }
    if (found !== undefined && isLeftAlone(ownerId, found, session)) return [];

    const xpath = entryXpath(session.location, "rules", name);
    const operations: Operation[] = [];
    if (found === undefined || ruleHash(found) !== ruleHash(inputs)) {
      operations.push({ action: "edit", xpath, element: ruleXml(inputs) });
    }
    if (found === undefined || !isPlaced(objects, name, ownerId, before)) {
      const place = placeFor(name, ownerId, before, objects);
      if (place !== undefined) operations.push({ action: "move", xpath, ...place });
    }
    return operations;
  },

  found(id, { firewall, ownerId = "", before = "" }, objects, session) {
    const found = ruleAsTaken(objects, id);
    if (found === undefined) return undefined;
    if (isLeftAlone(ownerId, found, session)) return "left";
    const { extras, ...rule } = found;
    const place = isPlaced(objects, id, ownerId, before) ? before : "";
    const inputs = { ...rule, firewall, ownerId, before: place, ...(extras.length > 0 && { extras }) };
    // An action other than ours, or settings beyond ours, are just what drift may look like.
    return inputs as SecurityRuleInputs;
  },

  removal(id, { ownerId = "" }, objects, session) {
    const found = objects.rules.get(id);
    if (found === undefined || isLeftAlone(ownerId, found, session)) return [];
    return [{ action: "delete", xpath: entryXpath(session.location, "rules", id) }];
  },
});

/** What brings a rule to its place; undefined: it comes to stand there by itself, at the end of the rulebase. */
function placeFor(
  name: string,
  ownerId: string,
  before: string,
  objects: PolicyObjects,
): Pick<Operation, "where" | "dst"> | undefined {
  if (isQuarantineRuleName(name, ownerId)) return moveTo(name, ownerId, before);
  const successor = successorOf(objects, name, ownerId, before);
  if (successor !== undefined) return { where: "before", dst: successor };
  return objects.rules.has(before) ? moveTo(name, ownerId, before) : undefined;
}

/** Whether an administrator has taken a rule of ours over, or put it on hold; each run says so. */
function isLeftAlone(ownerId: string, rule: { name: string; tag: string[] }, session: Session): boolean {
  if (!ownsRule(ownerId, rule)) {
    tell("warn", lostTagMessage(rule.name, session.firewall));
    return true;
  }
  if (isHeld(rule)) {
    tell("warn", heldMessage(rule.name, session.firewall));
    return true;
  }
  return false;
}
