/** What limits make of a declaration: what opens beyond them is held back, and only then a run stops. */
import { withObjectsOf } from "../accounts/keep";
import type { MappedRule, Withheld } from "../../mapping/types";
import type { Capacity } from "../../panos/capacity";
import type { Rulebase } from "../../panos/policy";
import type { PolicyContent } from "../../declaration/declaration";
import type { RuleChanges } from "../../declaration/differences";
import type { PolicyObjects } from "../../declaration/objects";
import type { Limits } from "../../settings/types";
import { withinChanges, withinRoom, type HeldBack, type Kind, type Needs } from "./hold-back";
import { declaredAddresses, isSameTraffic, partInForce } from "./in-force";

export { overLimits } from "./over";
export { revokedAmong } from "./revoked";

/** What is asked for, and what the firewall has. */
export interface Asked {
  firewall: string;
  ownerId: string;
  /** The rules of the permissions that are needed. */
  needed: readonly MappedRule[];
  /** What would be declared: these, and whatever is beside them. */
  content: PolicyContent;
  /** Rules that are never held back, because an administrator's goes for them. */
  exempt: ReadonlySet<string>;
  running: { objects: PolicyObjects; rulebase: Rulebase };
  /** How many the firewall has that aren't ours. */
  others: Record<Kind, number>;
  limits: Pick<Limits, "maxRules" | "maxChanges">;
  capacity: Capacity;
  /** How its rules differ from what runs, without what limits don't count. */
  changes: RuleChanges;
}

/** What is left of it. */
export interface Limited {
  needed: MappedRule[];
  content: PolicyContent;
  withheld: Withheld[];
  /** What a person has to decide, one sentence for each limit. */
  reasons: string[];
}

/** Holds back what opens and is more than the limits allow. */
export function withinLimits({ needed, ...others }: Asked): Limited {
  const asked = { ...others, needed: asDeclared(needed, others.content) };
  const room = withinRoomOf(asked);
  const afterRoom = declaring(room, asked);
  const calm = withinChangesOf({ ...asked, needed: room.needed, content: afterRoom });
  return {
    needed: calm.needed,
    content: declaring(calm, { ...asked, needed: room.needed, content: afterRoom }),
    withheld: [...room.withheld, ...calm.withheld],
    reasons: [...room.reasons, ...calm.reasons],
  };
}

/** Rules with what stays in them although it is not known to be needed: that is in force, and opens nothing. */
function asDeclared(needed: readonly MappedRule[], { rules }: PolicyContent): MappedRule[] {
  const declared = new Map(rules.map((rule) => [rule.name, rule]));
  return needed.map((each) => {
    const rule = declared.get(each.rule.name);
    return rule === undefined || rule === each.rule ? each : { ...each, rule };
  });
}

function withinRoomOf(asked: Asked): HeldBack {
  const { firewall, ownerId, needed, content, exempt, running, others, limits, capacity } = asked;
  const besides = content.rules.length - needed.length;
  const there = { ...others, rules: others.rules + besides };
  const has: Record<Kind, number> = {
    rules: needed.length,
    services: content.services.length,
    addresses: content.addresses.length,
    addressGroups: content.addressGroups.length,
  };
  const kinds = Object.keys(has) as Kind[];
  const fits =
    kinds.every((kind) => has[kind] + there[kind] <= (capacity[kind] ?? Infinity)) &&
    needed.length <= (limits.maxRules ?? Infinity);
  // What each rule needs is only asked where there isn't room for all.
  if (fits) return { needed: [...needed], withheld: [], reasons: [] };
  const needsOf = ({ rule }: MappedRule): Needs => {
    const own = withObjectsOf([rule], content, running.objects, ownerId);
    const names = (objects: readonly { name: string }[]) => objects.map(({ name }) => name);
    return {
      rules: [rule.name],
      services: names(own.services),
      addresses: names(own.addresses),
      addressGroups: names(own.addressGroups),
    };
  };
  const own = [...running.objects.rules.keys(), ...exempt];
  return withinRoom(needed, needsOf, {
    firewall,
    running: new Set(own),
    others: there,
    limits,
    capacity,
  });
}

function withinChangesOf(asked: Asked): HeldBack {
  const { firewall, needed, content, exempt, running, limits, changes } = asked;
  const { maxChanges } = limits;
  if (maxChanges === undefined) return { needed: [...needed], withheld: [], reasons: [] };
  const { changed, removed } = changes;
  const mapped = new Map(needed.map((each) => [each.rule.name, each]));
  // What there is no room for adds nothing.
  const declared = new Set(content.rules.map(({ name }) => name));
  const added = changes.added.filter((name) => declared.has(name));
  const objects = { running: running.rulebase.addresses, declared: declaredAddresses(content) };
  const partOf = (each: MappedRule): MappedRule | undefined => {
    const found = running.objects.rules.get(each.rule.name);
    const rule = found && partInForce(each.rule, found, objects);
    return rule && { ...each, rule };
  };
  const opens = (name: string): boolean => {
    const each = mapped.get(name);
    if (each === undefined || exempt.has(name)) return false;
    const part = partOf(each);
    return part === undefined || !isSameTraffic(part.rule, each.rule);
  };
  const opening = new Set([...added, ...changed].filter(opens));
  // What opens on one side and closes on the other changes the rule either way.
  const mixed = changed.filter((name) => {
    const found = running.objects.rules.get(name);
    const part = opening.has(name) ? partOf(mapped.get(name)!) : undefined;
    return (
      found !== undefined &&
      part !== undefined &&
      !isSameTraffic(part.rule, { ...part.rule, ...trafficOf(found) })
    );
  });
  const others = added.length + changed.length + removed.length - opening.size + mixed.length;
  return withinChanges(needed, { opening, others }, partOf, { firewall, maxChanges });
}

function trafficOf({ source, destination, application, service, from, to }: MappedRule["rule"] | Found) {
  return { source, destination, application, service, from, to };
}

type Found = Pick<MappedRule["rule"], "source" | "destination" | "application" | "service" | "from" | "to">;

/** The declaration without what is held back. */
function declaring(
  { needed, withheld }: HeldBack,
  { content, needed: all, running, ownerId }: Asked,
): PolicyContent {
  if (withheld.length === 0) return content;
  const left = new Map(needed.map(({ rule }) => [rule.name, rule]));
  const asked = new Set(all.map(({ rule }) => rule.name));
  const rules = content.rules.flatMap((rule) => (asked.has(rule.name) ? (left.get(rule.name) ?? []) : rule));
  return withObjectsOf(rules, content, running.objects, ownerId);
}
