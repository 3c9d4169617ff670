import * as log from "@pulumi/pulumi/log";
import type { Coverage } from "./mapping/coverage";
import { isMemberTag } from "./mapping/names";
import type { Policy } from "./mapping/types";
import type { Rulebase } from "./panos/policy";
import { carriesForeignName, heldMessage, isHeld, ownsRule, strayMessage } from "./provider/ownership";
import type { FirewallSettings } from "./settings";

const said = new Set<string>();

/** Says something once: what is true of the account is the same on every firewall. */
async function say(severity: "info" | "warn", message: string): Promise<void> {
  if (said.has(message)) return;
  said.add(message);
  await log[severity](message);
}

/** Says in Pulumi's output what doesn't become a rule and why, and what a person should know, in every run. */
export async function report(
  policy: Policy,
  { covered, shadowed }: Coverage,
  { rules, taggedAddresses }: Rulebase,
  { declared: { name, vsys, ownerId } }: FirewallSettings,
): Promise<void> {
  const firewall = `${name}/${vsys}`;
  for (const warning of policy.warnings) await say("warn", warning);
  for (const { reason } of policy.withheld) await say("warn", `withheld: ${reason}`);
  for (const [by, denied] of grouped(shadowed.map(({ rule, by }) => [by, rule.rule.name]))) {
    await say(
      "warn",
      `the firewall's rule ${by} stands above and denies part of what these allow: ${denied.join(", ")}`,
    );
  }
  for (const [by, allowed] of grouped(covered.map(({ rule, by }) => [by.join(" with "), rule.rule.name]))) {
    await say("info", `left out, because the firewall's rule ${by} allows it already: ${allowed.join(", ")}`);
  }
  for (const rule of rules) {
    if (ownsRule(ownerId, rule) && isHeld(rule)) await say("warn", heldMessage(rule.name, firewall));
    if (carriesForeignName(ownerId, rule)) await say("warn", strayMessage(rule.name, firewall));
  }
  for (const { name, tag } of taggedAddresses) {
    const member = tag.find((each) => isMemberTag(each, ownerId));
    if (member === undefined) continue;
    await say(
      "warn",
      `the address object ${name} on ${firewall} carries the tag ${member}, so the firewall counts it among the ` +
        "addresses that our rules let in to, whatever AWS says: take that tag off it",
    );
  }
}

function grouped(pairs: [string, string][]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, value] of pairs) groups.set(key, [...(groups.get(key) ?? []), value]);
  return groups;
}
