/** The tag that approves a security-group rule, bound to what the rule lets through when it was approved. */
import { createHash } from "node:crypto";
import type { PrefixList, SecurityGroupRule, Tags } from "../inventory/types";
import { parseCidr } from "../lib/net/cidr";
import { compareTexts } from "../lib/order";
import { normalised } from "../lib/net/protocols";
import { listed } from "../lib/text";
import type { Direction } from "./types";
import { tagParts } from "./tags";

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
type TagState = "bound" | "unbound" | "other" | "missing";

/** @param wanted `approvalValue` of the rule as it is now */
function tagState(tags: Tags, tag: string, wanted: string): TagState {
  const { key, value } = tagParts(tag);
  const found = Object.hasOwn(tags, key) ? tags[key]! : undefined;
  if (found === wanted) return "bound";
  if (found === undefined) return "missing";
  const isBound = value === undefined ? /^[0-9a-f]{32}$/ : /:[0-9a-f]{32}$/;
  if (isBound.test(found) && (value === undefined || found.startsWith(`${value}:`))) return "other";
  return value === undefined || found === value ? "unbound" : "missing";
}

/**
 * Why a rule lacks its approval; undefined: it doesn't.
 * @param unbound takes the ids of those that have a tag which doesn't say what it approves, and counts
 */
export function approvalMissing(
  rule: SecurityGroupRule & { direction: Direction },
  {
    approvalTag: tag,
    unboundApprovalTag = false,
  }: { approvalTag: string | undefined; unboundApprovalTag?: boolean },
  lists: Map<string, PrefixList>,
  unbound: string[],
): string | undefined {
  if (tag === undefined) return undefined;
  const { id, tags, prefixListId } = rule;
  if (tags === undefined) return `rule ${id}'s tags were not seen, and guardrails.approvalTag wants ${tag}.`;
  const entries = prefixListId === undefined ? [] : (lists.get(prefixListId)?.entries ?? []);
  const blocks = entries.map(({ cidr }) => cidr);
  const state = tagState(tags, tag, approvalValue(tag, rule, blocks));
  const how = `npm run approve -- --tag '${tag}' --rule ${id} says the value for what it lets through now.`;
  switch (state) {
    case "bound":
      return undefined;
    case "missing":
      return `rule ${id} lacks the tag ${tag} (guardrails.approvalTag). ${how}`;
    case "other":
      return `rule ${id}'s tag ${tagParts(tag).key} approves something else than it lets through now. ${how}`;
    case "unbound":
      if (!unboundApprovalTag)
        return `rule ${id}'s tag ${tagParts(tag).key} doesn't say what it approves. ${how}`;
      unbound.push(id);
      return undefined;
  }
}

const SHOWN = 10;

/** Of rules whose tag counts unbound, in one sentence. */
export function unboundText(ids: readonly string[], approvalTag = ""): string {
  return (
    `${listed(ids, SHOWN, " and")}: the tag ${tagParts(approvalTag).key} doesn't say what was approved ` +
    "(guardrails.unboundApprovalTag lets it count): whoever may modify these rules opens what they like"
  );
}
