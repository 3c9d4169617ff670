/** Permissions that end by themselves: a tag of the security-group rule, or of its group, says when. */
import type { Inventory, SecurityGroup, SecurityGroupRule, Tags } from "../inventory/types";
import { plainText } from "../lib/text";
import { permissionLabel } from "./describe";
import { compareTexts } from "../lib/order";
import { judgedTags } from "./seen-tags";
import type { Expiry, MappedRule, MappingOptions } from "./types";

const DAY = 86_400_000;

/** A group, with its tags where all of them were seen. */
interface Group {
  id: string;
  tags: Tags | undefined;
}

/** When something ends, and how the tag says it. */
interface End {
  /** Milliseconds since 1970: from then on it has ended. */
  at: number;
  /** "sgr-0123's tag ends is 2026-12-31" */
  text: string;
}

/**
 * When a tag's value ends: a day, whose last moment counts (UTC), or a time with its zone (ISO 8601).
 * @returns milliseconds since 1970; undefined: it is neither
 */
export function endOf(value: string): number | undefined {
  const text = value.trim();
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  if (!isDay && !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) return undefined;
  // Date.parse takes the 31st of a month that has none for the next month's first.
  const day = Number(text.slice(8, 10));
  const [year, month] = [Number(text.slice(0, 4)), Number(text.slice(5, 7))];
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return undefined;
  return isDay ? at + DAY : at;
}

/** The end of a permission: the earlier one of its rule's and its group's; or what is wrong with what says it. */
function endOfRule(
  group: Group,
  rule: Pick<SecurityGroupRule, "id" | "tags">,
  { tag }: Expiry,
): End | { fault: string } | undefined {
  const found: End[] = [];
  for (const { id, tags } of [rule, group]) {
    if (tags === undefined) return { fault: `${id}'s tags were not seen, and expiryTag needs them.` };
    const value = valueIn(tags, tag);
    if (value === undefined) continue;
    const at = endOf(value);
    const text = `${id}'s tag ${tag} is ${plainText(value)}`;
    if (at === undefined) {
      return {
        fault: `${text}, which is neither a day (2026-12-31) nor a time with its zone (2026-12-31T18:00Z).`,
      };
    }
    found.push({ at, text });
  }
  return found.sort((a, b) => a.at - b.at)[0];
}

function valueIn(tags: Tags, tag: string): string | undefined {
  return Object.hasOwn(tags, tag) ? tags[tag] : undefined;
}

function asSeen(
  inventory: Inventory,
  group: SecurityGroup,
  options: Pick<MappingOptions, "unknownCrosses"> = {},
): Group {
  return { id: group.id, tags: judgedTags(inventory, options)(group) };
}

/** Why a rule opens nothing any more: it has ended, or when it does can't be known. Undefined: it does. */
export function endedReason(
  inventory: Inventory,
  group: SecurityGroup,
  rule: SecurityGroupRule,
  options: Pick<MappingOptions, "expiry" | "unknownCrosses">,
): string | undefined {
  const { expiry } = options;
  if (expiry === undefined) return undefined;
  const end = endOfRule(asSeen(inventory, group, options), rule, expiry);
  if (end === undefined) return undefined;
  if ("fault" in end) return end.fault;
  return end.at <= expiry.now ? `it has ended, for ${end.text}.` : undefined;
}

/** "ends by the tag …", for what is said of a rule; undefined: it says nothing of an end. */
export function endText(
  inventory: Inventory,
  rule: SecurityGroupRule,
  expiry: Expiry | undefined,
): string | undefined {
  if (expiry === undefined) return undefined;
  const group = inventory.securityGroups.find(({ ingress, egress = [] }) =>
    [...ingress, ...egress].some(({ id }) => id === rule.id),
  );
  const end = endOfRule(group ? asSeen(inventory, group) : { id: "", tags: {} }, rule, expiry);
  if (end === undefined) return undefined;
  if ("fault" in end) return end.fault.replace(/\.$/, "");
  return `${end.at <= expiry.now ? "has ended" : "ends"}, for ${end.text}`;
}

/** What of these rules ends soon, one sentence each, the first to end first. */
export function endingSoon(
  rules: readonly MappedRule[],
  groups: readonly SecurityGroup[],
  expiry: Expiry | undefined,
): string[] {
  if (expiry === undefined) return [];
  const byId = new Map(groups.map((group) => [group.id, group]));
  const ends = new Map<string, { at: number; sentence: string }>();
  for (const { permission } of rules) {
    const group = byId.get(permission.securityGroupId);
    for (const rule of [...(group?.ingress ?? []), ...(group?.egress ?? [])]) {
      if (!permission.ruleIds.includes(rule.id)) continue;
      const end = endOfRule({ tags: undefined, ...group! }, rule, expiry);
      if (end === undefined || "fault" in end || end.at > expiry.now + expiry.noticeDays * DAY) continue;
      const when = new Date(end.at).toISOString().slice(0, 16);
      const sentence = `${permissionLabel(permission)} ends at ${when}Z as far as rule ${rule.id} opens it: ${end.text}.`;
      ends.set(`${rule.id} ${permission.direction}`, { at: end.at, sentence });
    }
  }
  return [...ends.values()]
    .sort((a, b) => a.at - b.at || compareTexts(a.sentence, b.sentence))
    .map(({ sentence }) => sentence);
}
