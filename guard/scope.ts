/** Whether a group is within the policy's scope, and what is said when its tags change that, or what applies to it. */
import type { Tagging } from "./event/event";
import { principalText, type Principal } from "../aws/cloudtrail/principal";
import type { Group } from "./groups";
import type { Guard } from "./guard";
import type { Notice } from "./notice";
import { isInScope } from "./policy/evaluate";
import type { GuardPolicy } from "./policy/types";
import type { GroupRecord } from "./record/types";
import { legible } from "./rules";
import { readingsOf, tagParts } from "../mapping/tags";
import type { Tags } from "../inventory/types";

/** The keys of groups' tags that a policy looks at. */
export function decidingKeys({ scope, rules }: Pick<GuardPolicy, "scope" | "rules">): string[] {
  const keys = [
    ...scope.tags.flatMap(readingsOf).map(({ key }) => key),
    ...rules.flatMap(({ when: { group, withoutEnd } }) => [
      ...(group?.tags ?? []).map((tag) => tagParts(tag).key),
      ...(withoutEnd === undefined ? [] : [withoutEnd]),
    ]),
  ];
  return [...new Set(keys)].sort();
}

/**
 * Notes a group's tags that the policy looks at. Whoever sets them decides what is guarded and which rules apply,
 * so that any change is said; a group that leaves the scope keeps its record, and is judged from that when it is
 * back.
 * @returns whether the group is guarded now, and whether it has just come back
 */
export function noteScope(
  record: GroupRecord,
  group: Group,
  { policy, now, place }: Pick<Guard, "policy" | "now" | "place">,
  by?: Tagging,
): { notices: Notice[]; isGuarded: boolean; isBack: boolean } {
  const isGuarded = isInScope(policy, group);
  const tags = Object.fromEntries(
    decidingKeys(policy).flatMap((key) => (Object.hasOwn(group.tags, key) ? [[key, group.tags[key]!]] : [])),
  );
  const isKept = record.base !== undefined || record.entries.length > 0;
  if (!isKept) {
    if (isGuarded) record.tags = tags;
    return { notices: [], isGuarded, isBack: false };
  }
  const [before, wasOut] = [record.tags, record.left !== undefined];
  record.tags = tags;
  const isBack = isGuarded && wasOut;
  if (isGuarded) delete record.left;
  else record.left ??= now().toISOString();
  const changed = before === undefined ? "" : changesOf(before, tags);
  const hasLeft = !isGuarded && !wasOut;
  if (changed === "" && !hasLeft && !isBack) return { notices: [], isGuarded, isBack };
  const effect = hasLeft
    ? "The group is outside of the policy's scope now: its changes are not undone any more, and not withheld from the firewall. Its record is kept, and it is judged from that when it is back."
    : isBack
      ? "The group is within the policy's scope again: what was changed meanwhile is judged now."
      : "Other rules of guard.yaml may apply to it now.";
  return { isGuarded, isBack, notices: [tagsNotice(group, changed, effect, place, now(), by)] };
}

function changesOf(before: Tags, after: Tags): string {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const shown = (tags: Tags, key: string) =>
    Object.hasOwn(tags, key) ? legible(JSON.stringify(tags[key]), 80) : "none";
  return keys
    .filter((key) => shown(before, key) !== shown(after, key))
    .map((key) => `${legible(key, 60)} from ${shown(before, key)} to ${shown(after, key)}`)
    .join(", ");
}

function tagsNotice(
  { id, name, vpcId, account }: Group,
  changed: string,
  effect: string,
  place: string | undefined,
  now: Date,
  by: Tagging | undefined,
): Notice {
  const principal: Principal | undefined = by?.principal;
  const who = principal === undefined ? "Somebody" : principalText(principal);
  const group = { id, name: legible(name), vpcId };
  const what = changed === "" ? "the scope of guard.yaml" : `the tags that guard.yaml looks at (${changed})`;
  const where = place === undefined ? "" : `, ${place}`;
  return {
    summary: `${who} changed ${what} of security group ${group.name} (${id}${where}). ${effect}`,
    decision: "notify",
    outcome: "tags",
    escalated: true,
    group,
    account,
    region: "",
    ...(principal && { who }),
    event: { id: legible(by?.id ?? "none"), name: by?.name ?? "no event", at: by?.at ?? now.toISOString() },
    what: changed === "" ? [] : [changed],
    policy: "scope",
  };
}
