/**
 * The one codec for what descriptions of our rules say: `[<accounts' regions>] <group's name> (<group's id>), egress:
 * <rule's id> (<its description>); …`. A later run reads back from them what AWS doesn't tell any more. What people wrote
 * stands in brackets, and is data: any characters at all.
 */
import { REGION } from "../lib/region";
import { cut, plainText } from "../lib/text";

/** PAN-OS's limit for a rule's description; sources differ between 1023 and 1024. */
export const MAX_DESCRIPTION = 1023;

/** What stands in a description for more places than it has room for. */
export const ANYBODY = "*";

/** More would leave no room for the rest of the description. Such a rule is taken for anybody's. */
const MOST_PLACES = 8;

/** An account's region: "123456789012/eu-central-1". */
type Place = string;

export function placeOf({ accountId, region }: { accountId: string; region: string }): Place {
  return `${accountId}/${region}`;
}

/** The security group that a rule mirrors a permission of. */
interface DescribedGroup {
  securityGroupId: string;
  securityGroupName: string;
}

/** A security group as descriptions name it: "web (sg-0123)". */
export function groupLabel({ securityGroupId, securityGroupName }: DescribedGroup): string {
  const name = plainText(securityGroupName);
  const id = plainText(securityGroupId);
  return name === "" ? id : `${name} (${id})`;
}

/**
 * A rule's description: the group's name and id, then each security-group rule's id and description;
 * cut with an ellipsis where PAN-OS would refuse it.
 */
export function ruleDescription(
  group: DescribedGroup,
  direction: "ingress" | "egress",
  groupRules: readonly { id: string; description?: string }[],
): string {
  let text = `${groupLabel(group)}${direction === "egress" ? ", egress" : ""}`;
  let separator = ": ";
  for (const { id, description } of groupRules) {
    const words = plainText(description ?? "");
    text += separator + plainText(id) + (words === "" ? "" : ` (${words})`);
    separator = "; ";
    if (text.length > MAX_DESCRIPTION) break;
  }
  return cut(text, MAX_DESCRIPTION);
}

/** Whether a description may have said more than it says. */
export function wasCut(description: string): boolean {
  return description.endsWith("…");
}

/** A group's name in a description that `ruleDescription` made; undefined where it doesn't say one. */
export function groupNameIn(description: string, securityGroupId: string): string | undefined {
  const text = unattributed(description);
  if (text.startsWith(securityGroupId)) return undefined;
  const end = text.indexOf(` (${securityGroupId})`);
  return end > 0 ? text.slice(0, end) : undefined;
}

/**
 * The security-group rules that a description names, by their place in what `ruleDescription` makes: behind the
 * group, and behind a semicolon outside of the brackets that hold a rule's own description.
 */
export function ruleIdsIn(description: string, securityGroupId: string): string[] {
  const text = unattributed(description);
  const label = text.startsWith(securityGroupId) ? securityGroupId : `(${securityGroupId})`;
  const start = text.indexOf(label);
  const [, list = ""] = /^(?:, egress)?: (.*)$/s.exec(text.slice(start + label.length)) ?? [];
  if (start < 0) return [];
  const ids: string[] = [];
  let depth = 0;
  for (const part of list.split("; ")) {
    const id = /^sgr-[0-9a-z]+(?= \(|$)/.exec(part)?.[0];
    if (depth <= 0 && id !== undefined) ids.push(id);
    for (const letter of part) depth += letter === "(" ? 1 : letter === ")" ? -1 : 0;
  }
  return ids;
}

/** A description that names further places, beside those that it has. */
export function withPlaces(description: string, places: ReadonlySet<Place> | typeof ANYBODY): string {
  const known = placesIn(description);
  if (known === ANYBODY) return description;
  const all = places === ANYBODY ? places : new Set([...(known ?? []), ...places]);
  return attributedTo(unattributed(description), all);
}

/** A description that doesn't say whose the rule is, with that in front. */
export function attributedTo(description: string, places: ReadonlySet<Place> | typeof ANYBODY): string {
  const label = places === ANYBODY || places.size > MOST_PLACES ? ANYBODY : [...places].sort().join(" ");
  return cut(`[${label}] ${description}`, MAX_DESCRIPTION);
}

/** What a description says: the places, or that it may be anybody's; undefined where it says nothing. */
export function placesIn(description: string): Set<Place> | typeof ANYBODY | undefined {
  const label = /^\[([^\]]*)\] /.exec(description)?.[1];
  if (label === ANYBODY) return ANYBODY;
  const places = label?.split(" ") ?? [];
  const isPlace = (text: string) => /^\d{12}\//.test(text) && REGION.test(text.slice(13));
  return places.length > 0 && places.every(isPlace) ? new Set(places) : undefined;
}

/** A description without the places in front of it. */
function unattributed(description: string): string {
  if (placesIn(description) === undefined) return description;
  return description.slice(description.indexOf("] ") + 2);
}
