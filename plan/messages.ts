/** What the terminal says of a plan: what doesn't become a rule and why, and what a person should know. */
import { grouped } from "../lib/grouped";
import { counted, listed } from "../lib/text";
import { coveredBy } from "../mapping/coverage";
import { theRule } from "../panos/evaluated";
import { lackRules, leftOutMessage } from "../mapping/left-out";
import { isMemberTag } from "../declaration/names";
import { ofThePassing } from "../mapping/order";
import { isolatedMessages } from "../mapping/quarantine";
import { connectionWarnings } from "../panos/connection";
import {
  carriesForeignName,
  heldMessage,
  isHeld,
  lostTagMessages,
  ownsRule,
  strayMessage,
} from "../declaration/ownership";
import { firewallIdentity } from "../provider/session/identity";
import { rulebasesOf } from "./state";
import type { Plan } from "./types";

export interface Message {
  severity: "info" | "warn";
  text: string;
}

/** In the order in which they are said, in every run. */
export function messagesOf(plan: Plan): Message[] {
  const { moved, unread, firewall } = plan;
  return [
    ...(moved.rulebase ? [warn(moved.rulebase.text)] : []),
    ...unread.map((each) => warn(`${firewall.declared.name}: ${each}`)),
    ...ofPolicy(plan),
    ...ofRulebase(plan),
    ...ofAdoption(plan),
    ...(moved.declaration?.stops === false ? [warn(moved.declaration.text)] : []),
  ];
}

function ofPolicy({ policy, coverage, doubts, firewall, state }: Plan): Message[] {
  const { covered, shadowed, ahead } = coverage;
  const identity = firewallIdentity(firewall.declared);
  const leftOut = leftOutMessage(policy.protectedInterfaces.length, policy.leftOut);
  const isOnly = firewall.mapping.quarantine?.only === true;
  const passing = new Set(ofThePassing(policy.withheld));
  const elsewhere = policy.withheld.filter((each) => !passing.has(each)).map(({ reason }) => reason);
  return [
    ...[...connectionWarnings(firewall.connection), ...doubts].map((doubt) => warn(`${identity}: ${doubt}`)),
    ...ofFleet(state, identity),
    ...policy.warnings.map(warn),
    ...(leftOut === undefined ? [] : [lackRules(policy.leftOut) ? warn(leftOut) : info(leftOut)]),
    ...[...passing].map(({ reason }) => warn(`withheld: ${reason}`)),
    ...(elsewhere.length > 0 ? [info(isOnly ? onlyIsolates(elsewhere) : nothingComes(elsewhere))] : []),
    ...isolatedMessages(policy.isolation).map((message) => warn(`isolated: ${message}`)),
    ...[...grouped(shadowed.map(({ rule, by }) => [by, rule.rule.name] as const))].map(([by, denied]) =>
      warn(`${theRule(by)} stands above and may deny part of what these allow: ${denied.join(", ")}`),
    ),
    ...[...grouped(ahead.map(({ rule, of }) => [of, rule.rule.name] as const))].map(([of, above]) =>
      warn(`${theRule(of)} stands below these, which let in part of what it may deny: ${above.join(", ")}`),
    ),
    ...[...grouped(covered.map((each) => [coveredBy(each), each.rule.rule.name] as const))].map(
      ([by, allowed]) => info(`left out, covered by ${theRule(by)}: ${allowed.join(", ")}`),
    ),
  ];
}

/** Which firewalls a device group's rules reach, and what decides over ours on them. */
function ofFleet({ fleet }: Plan["state"], identity: string): Message[] {
  if (fleet === undefined) return [];
  const names = fleet.firewalls.map(({ name }) => name);
  return [
    info(`${identity} reaches ${counted(names.length, "firewall")}: ${listed(names, 10) || "none"}`),
    ...fleet.notes.map((note) => warn(`${identity}: ${note}`)),
  ];
}

function ofRulebase({ state, firewall }: Plan): Message[] {
  const { rules, taggedAddresses } = state.candidate.rulebase;
  const { ownerId } = firewall.declared;
  const identity = firewallIdentity(firewall.declared);
  return [
    ...rules.flatMap((rule) => [
      ...(ownsRule(ownerId, rule) && isHeld(rule) ? [warn(heldMessage(rule.name, identity))] : []),
      ...(carriesForeignName(ownerId, rule) ? [warn(strayMessage(rule.name, identity))] : []),
    ]),
    ...lostTagMessages(ownerId, identity, rulebasesOf(state)).map(warn),
    ...taggedAddresses.flatMap(({ name, tag }) => {
      const member = tag.find((each) => isMemberTag(each, ownerId));
      if (member === undefined) return [];
      return [
        warn(
          `the address object ${name} on ${identity} carries the tag ${member}, so the firewall counts it among the ` +
            "addresses that our rules let in to, whatever AWS says: take that tag off it",
        ),
      ];
    }),
  ];
}

function onlyIsolates(reasons: readonly string[]): string {
  return `this stack only isolates instances (quarantine.only): ${counted(reasons.length, "permission")} are another stack's`;
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

/** Which of the administrator's rules are replaced, by which, and what goes with them. */
function ofAdoption({ adopted, gone, firewall: { declared } }: Plan): Message[] {
  const firewall = declared.name;
  return [
    ...adopted.flatMap(({ name, by, lost }) => [
      info(`takes over the rule ${name} of ${firewall}: in its place comes ${by.join(" with ")}`),
      ...(lost.length > 0
        ? [warn(`what the rule ${name} of ${firewall} does beyond that is lost: ${lost.join("; ")}`)]
        : []),
    ]),
    ...(gone.length > 0
      ? [
          info(
            `nothing to take over on ${firewall}: ${gone.join(", ")} ${gone.length === 1 ? "is" : "are"} not there (any more)`,
          ),
        ]
      : []),
  ];
}

const info = (text: string): Message => ({ severity: "info", text });
const warn = (text: string): Message => ({ severity: "warn", text });
