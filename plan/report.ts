import * as log from "@pulumi/pulumi/log";
import type { Adopted } from "../mapping/adoption";
import { coveredBy } from "../mapping/coverage";
import type { Coverage } from "../mapping/coverage";
import { lackRules, leftOutMessage } from "../mapping/left-out";
import { isMemberTag } from "../declaration/names";
import { ofThePassing } from "../mapping/order";
import { isolatedMessages } from "../mapping/quarantine";
import type { Policy } from "../mapping/types";
import { connectionWarnings } from "../panos/connection";
import type { Rulebase } from "../panos/policy";
import { printable } from "../lib/printable";
import { carriesForeignName, heldMessage, isHeld, ownsRule, strayMessage } from "../declaration/ownership";
import type { FirewallSettings } from "../settings/index";

const said = new Set<string>();

/** Says something once: what is true of the account is the same on every firewall. */
async function say(severity: "info" | "warn", message: string): Promise<void> {
  if (said.has(message)) return;
  said.add(message);
  await log[severity](printable(message));
}

/**
 * Says in Pulumi's output what doesn't become a rule and why, and what a person should know, in every run.
 * @param doubts what is not on the firewall as the policy takes it to be, one sentence each
 */
export async function report(
  policy: Policy,
  { covered, shadowed }: Coverage,
  { rules, taggedAddresses }: Rulebase,
  { declared: { name, vsys, ownerId }, connection }: FirewallSettings,
  doubts: readonly string[],
): Promise<void> {
  const firewall = `${name}/${vsys}`;
  for (const doubt of [...connectionWarnings(connection), ...doubts])
    await say("warn", `${firewall}: ${doubt}`);
  for (const warning of policy.warnings) await say("warn", warning);
  const leftOut = leftOutMessage(policy.protectedInterfaces.length, policy.leftOut);
  if (leftOut !== undefined) await say(lackRules(policy.leftOut) ? "warn" : "info", leftOut);
  const passing = new Set(ofThePassing(policy.withheld));
  for (const { reason } of passing) await say("warn", `withheld: ${reason}`);
  const elsewhere = policy.withheld.filter((each) => !passing.has(each)).map(({ reason }) => reason);
  if (elsewhere.length > 0) await say("info", nothingComes(elsewhere));
  for (const message of isolatedMessages(policy.isolation)) await say("warn", `isolated: ${message}`);
  for (const [by, denied] of grouped(shadowed.map(({ rule, by }) => [by, rule.rule.name]))) {
    await say(
      "warn",
      `the firewall's rule ${by} stands above and may deny part of what these allow: ${denied.join(", ")}`,
    );
  }
  for (const [by, allowed] of grouped(covered.map((each) => [coveredBy(each), each.rule.rule.name]))) {
    await say("info", `left out, covered by the firewall's rule ${by}: ${allowed.join(", ")}`);
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

/** What needs no rule, in one message: there may be as much of it as of all else. */
function nothingComes(reasons: readonly string[]): string {
  const more = reasons.length - 20;
  return [
    `nothing of these comes to the firewall (${reasons.length}):`,
    ...reasons.slice(0, 20).map((reason) => `  ${reason}`),
    ...(more > 0 ? [`  and ${more} more: npm run explain says why of each rule and packet`] : []),
  ].join("\n");
}

/** Says which of the administrator's rules are replaced, by which, and what goes with them. */
export async function reportAdoption(
  adopted: readonly Adopted[],
  gone: readonly string[],
  { declared: { name: firewall } }: FirewallSettings,
): Promise<void> {
  for (const { name, by, lost } of adopted) {
    await say("info", `takes over the rule ${name} of ${firewall}: in its place comes ${by.join(" with ")}`);
    if (lost.length === 0) continue;
    await say("warn", `what the rule ${name} of ${firewall} does beyond that is lost: ${lost.join("; ")}`);
  }
  if (gone.length === 0) return;
  await say(
    "info",
    `nothing to take over on ${firewall}: ${gone.join(", ")} ${gone.length === 1 ? "is" : "are"} not there (any more)`,
  );
}

function grouped(pairs: [string, string][]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, value] of pairs) groups.set(key, [...(groups.get(key) ?? []), value]);
  return groups;
}
