/** Texts from AWS, made fit for people and for PAN-OS. What comes in is data: any characters at all. */
import { cut, plainText } from "../lib/text";
import type { SecurityGroupRule } from "../inventory/types";
import { describeTraffic } from "../lib/net/protocols";
import type { Permission } from "./types";

/** PAN-OS's limit for a rule's description; sources differ between 1023 and 1024. */
export const MAX_DESCRIPTION = 1023;

/**
 * A rule's description: the group's name and id, then each security-group rule's id and description;
 * cut with an ellipsis where PAN-OS would refuse it.
 */
export function describePermission(permission: Permission, groupRules: SecurityGroupRule[]): string {
  let text = `${groupLabel(permission)}${permission.direction === "egress" ? ", egress" : ""}`;
  let separator = ": ";
  for (const { id, description } of groupRules) {
    const words = plainText(description ?? "");
    text += separator + plainText(id) + (words === "" ? "" : ` (${words})`);
    separator = "; ";
    if (text.length > MAX_DESCRIPTION) break;
  }
  return cut(text, MAX_DESCRIPTION);
}

/** A permission as sentences name it: "Security group web (sg-0123), TCP port 443,". */
export function permissionLabel(permission: Permission): string {
  const direction = permission.direction === "egress" ? "egress of " : "";
  return `Security group ${groupLabel(permission)}, ${direction}${describeTraffic(permission)},`;
}

/** A security group as descriptions name it: "web (sg-0123)". */
function groupLabel({ securityGroupId, securityGroupName }: Permission): string {
  const name = plainText(securityGroupName);
  const id = plainText(securityGroupId);
  return name === "" ? id : `${name} (${id})`;
}

/** A group's name in a description that `describePermission` made; undefined where it doesn't say one. */
export function groupNameIn(description: string, securityGroupId: string): string | undefined {
  if (description.startsWith(securityGroupId)) return undefined;
  const end = description.indexOf(` (${securityGroupId})`);
  return end > 0 ? description.slice(0, end) : undefined;
}

/**
 * The security-group rules that a description names, by their place in what `describePermission` makes: behind the
 * group, and behind a semicolon outside of the brackets that hold a rule's own description.
 */
export function ruleIdsIn(description: string, securityGroupId: string): string[] {
  const label = description.startsWith(securityGroupId) ? securityGroupId : `(${securityGroupId})`;
  const start = description.indexOf(label);
  const [, list = ""] = /^(?:, egress)?: (.*)$/s.exec(description.slice(start + label.length)) ?? [];
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
