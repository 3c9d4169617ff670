/** The tag that approves a security-group rule, bound to what the rule lets through when it was approved. */
import { createHash } from "node:crypto";
import type { SecurityGroupRule, Tags } from "../inventory/types";
import { parseCidr } from "../lib/net/cidr";
import { compareTexts } from "../lib/order";
import { normalised } from "../lib/net/protocols";
import type { Direction } from "./types";
import { tagParts } from "./zones";

/** What a rule lets through, and in which direction. */
export type Approvable = Omit<SecurityGroupRule, "id" | "tags" | "description"> & { direction: Direction };

/**
 * The value that the tag has to have. ModifySecurityGroupRules keeps a rule's id and tags, so the value says what
 * was approved: a hash of direction, protocol, ports and end; of a prefix list, of its blocks as well.
 * @param tag as guardrails.approvalTag has it: key=value, or a key alone
 * @param entries the blocks of the prefix list, where the end is one
 */
export function approvalValue(tag: string, rule: Approvable, entries: readonly string[] = []): string {
  const { ipProtocol, fromPort, toPort } = normalised(rule);
  const { cidrIpv4, cidrIpv6, prefixListId, referencedSecurityGroupId, direction } = rule;
  const block = (text: string) => parseCidr(text)?.text ?? text;
  const end = cidrIpv4 ?? cidrIpv6;
  const content = [
    ...[direction, ipProtocol, String(fromPort), String(toPort)],
    end === undefined ? (prefixListId ?? referencedSecurityGroupId ?? "") : block(end),
    ...[...new Set(entries.map(block))].sort(compareTexts),
  ];
  const hash = createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 32);
  const { value } = tagParts(tag);
  return value === undefined ? hash : `${value}:${hash}`;
}

/** How a rule's tag stands to what it lets through now. */
export type TagState = "bound" | "unbound" | "other" | "missing";

/** @param wanted `approvalValue` of the rule as it is now */
export function tagState(tags: Tags, tag: string, wanted: string): TagState {
  const { key, value } = tagParts(tag);
  const found = Object.hasOwn(tags, key) ? tags[key]! : undefined;
  if (found === wanted) return "bound";
  if (found === undefined) return "missing";
  const isBound = value === undefined ? /^[0-9a-f]{32}$/ : /:[0-9a-f]{32}$/;
  if (isBound.test(found) && (value === undefined || found.startsWith(`${value}:`))) return "other";
  return value === undefined || found === value ? "unbound" : "missing";
}
