/** The rules at the top of the rulebase that deny what isolated instances send and get. */
import { MAX_DESCRIPTION } from "../declaration/descriptions";
import type { QUARANTINE_PARTS } from "../declaration/names";
import { ownerTag, quarantineRuleName } from "../declaration/names";
import { cut } from "../lib/text";
import type { DynamicAddressGroup, SecurityRule } from "../panos/policy";
import { isRegistrable } from "./address-groups";
import type { IsolatedInstance, MappingOptions } from "./types";

/**
 * The rules that keep everything from isolated instances but responders, as they stand from the top. Without a
 * group to name, there are none while nobody is isolated; with one they stay, so that isolating takes no commit.
 */
export function denials(
  responders: readonly string[],
  addresses: readonly string[],
  marked: readonly IsolatedInstance[],
  options: MappingOptions,
  group: DynamicAddressGroup | undefined,
): SecurityRule[] {
  const members = group ? [group.name, ...addresses.filter((text) => !isRegistrable(text))] : addresses;
  if (members.length === 0) return [];
  const who = group
    ? `Instances that a tag isolates: the members of ${group.name}`
    : cut(`Isolated: ${marked.map(({ reason }) => reason).join("; ")}`, MAX_DESCRIPTION);
  const rule = (part: QuarantinePart) => isolatingRule(part, { who, members, responders }, options);
  return [rule("out"), ...(responders.length > 0 ? [rule("responders")] : []), rule("in")];
}

type QuarantinePart = (typeof QUARANTINE_PARTS)[number];

/**
 * A rule about isolated instances.
 * @param about its description; what stands for the instances; from where these are reached nevertheless
 */
export function isolatingRule(
  part: QuarantinePart,
  { who, members, responders }: { who: string; members: readonly string[]; responders: readonly string[] },
  { ownerId, profileGroup, logSetting }: Pick<MappingOptions, "ownerId" | "profileGroup" | "logSetting">,
): SecurityRule {
  const isAllowed = part === "responders";
  return {
    name: quarantineRuleName(ownerId, part),
    description: who,
    tag: [ownerTag(ownerId)],
    from: ["any"],
    to: ["any"],
    source: part === "out" ? [...members] : isAllowed ? [...responders] : ["any"],
    destination: part === "out" ? ["any"] : [...members],
    application: ["any"],
    service: ["any"],
    action: isAllowed ? "allow" : "deny",
    logStart: true,
    ...(logSetting !== undefined && { logSetting }),
    ...(isAllowed && profileGroup !== undefined && { profileGroup }),
  };
}
