/** What of a firewall is neither as it was last applied nor as it is declared. Pure. */
import { isQuarantineRuleName } from "../../declaration/names";
import { ruleXml } from "../../panos/entries";
import type { FoundRule, SecurityRule } from "../../panos/policy";
import { placedHash, type Declaration } from "../../declaration/declaration";
import { eachPart, KINDS, PARTS, type Part } from "../../declaration/kinds/index";
import { ruleHash } from "../../declaration/kinds/rule";
import type { Account } from "../change/account";
import { asFound, fieldChanges } from "../change/changes";
import type { FirewallFacts } from "../change/facts";
import type { FieldChange } from "../change/types";
import type { Applied } from "./applied";
import type { Configuration, DriftFacts } from "./facts";
import { mirrored } from "./mirrored";
import { registrationDrift } from "./registrations";
import type { Finding, FirewallDrift, Held, NotApplied } from "./types";

/** What a firewall has, what it was last given, and what it is to get. */
export interface Subject {
  facts: FirewallFacts;
  drift: DriftFacts;
  /** Undefined: nothing was ever applied to it. */
  applied: Applied | undefined;
  account: Account;
}

/**
 * Where the firewall is as declared, nothing is said; where it is as last applied, it is not applied yet; everything
 * else is drift, in whichever configuration it is.
 */
export function comparison(
  given: Subject,
): Pick<FirewallDrift, "findings" | "notApplied" | "held" | "shadowed"> {
  const subject = { ...given, index: indexOf(given) };
  const { drift, facts, applied } = subject;
  const declared: Declaration = facts.declared ?? eachPart(() => ({}));
  const before: Declaration = applied?.declared ?? eachPart(() => ({}));
  const held = new Set([...drift.running.held, ...drift.candidate.held]);
  const hasLost = (where: "running" | "candidate", part: Part, name: string) =>
    part === "rules" && subject.index[where].lost.has(name);
  const findings: Finding[] = [];
  const notApplied: NotApplied[] = [];
  for (const part of PARTS) {
    const places = [declared, before, drift.running.found, drift.candidate.found];
    const lost = part === "rules" ? [...drift.running.lost, ...drift.candidate.lost] : [];
    const names = new Set([...places.flatMap((each) => Object.keys(each[part])), ...lost]);
    for (const name of [...names].sort()) {
      if (part === "rules" && held.has(name)) continue;
      const [wanted, last] = [declared[part][name], before[part][name]];
      const [running, candidate] = [drift.running.found[part][name], drift.candidate.found[part][name]];
      const [runningLost, candidateLost] = [hasLost("running", part, name), hasLost("candidate", part, name)];
      // One that lost its tag is in force, and nobody's: also where it says what is declared, or nothing is.
      const isDrift = (found: string | undefined, lost: boolean) =>
        lost || (found !== wanted && found !== last);
      const [runs, waits] = [isDrift(running, runningLost), isDrift(candidate, candidateLost)];
      const drifted = (where: "running" | "candidate" | "both") =>
        findings.push(findingOf(subject, { part, name, wanted, last }, where));
      if (runs && running === candidate && runningLost === candidateLost) drifted("both");
      else {
        if (runs) drifted("running");
        if (waits) drifted("candidate");
        if (!runs && !waits && (running !== wanted || candidate !== wanted)) {
          const change = wanted === undefined ? "remove" : running === undefined ? "add" : "change";
          const staged = running !== wanted && candidate === wanted;
          const mirrors = part === "rules" && asked(subject, name, subject.index.running.rules.get(name));
          notApplied.push({ object: KINDS[part].noun, name, change, staged, ...mirrors });
        }
      }
    }
  }
  const registered = registrationDrift(facts.ownerId, drift, applied?.registrations ?? [], held);
  return {
    findings: [...findings, ...strays(drift), ...registered.findings],
    notApplied: [...notApplied, ...registered.notApplied],
    held: [...held].sort().map((rule) => heldRule(subject, rule)),
    shadowed: facts.shadowed.map(({ rule, by }) => ({ rule, by, ...asked(subject, rule) })),
  };
}

/** What a rule stands for in AWS, and why it is asked for or no more. @param found what the firewall has of it */
function asked(subject: Indexed, rule: string, found?: FoundRule) {
  return mirrored(subject, rule, subject.index.declared.get(rule), found);
}

function heldRule(subject: Indexed, rule: string): Held {
  const { running } = subject.index;
  const found = running.rules.get(rule);
  return {
    rule,
    ...asked(subject, rule, found),
    fields: fieldsOf(subject, rule, running),
    ...(found && { xml: xmlOf(found) }),
  };
}

/** By name, because there may be thousands. */
interface Index {
  declared: ReadonlyMap<string, SecurityRule>;
  running: IndexedConfiguration;
  candidate: IndexedConfiguration;
}

interface IndexedConfiguration extends Pick<Configuration, "found" | "values"> {
  rules: ReadonlyMap<string, FoundRule>;
  placed: ReadonlySet<string>;
  lost: ReadonlySet<string>;
  foreign: Record<Part, ReadonlySet<string>>;
}

type Indexed = Subject & { index: Index };

function indexOf({ facts, drift }: Subject): Index {
  const byName = <T extends { name: string }>(all: readonly T[]) =>
    new Map(all.map((each) => [each.name, each]));
  const indexed = ({ found, values, rules, placed, lost, foreign }: Configuration): IndexedConfiguration => ({
    found,
    values,
    rules: byName(rules),
    placed: new Set(placed),
    lost: new Set(lost),
    foreign: eachPart((part) => new Set(foreign[part])),
  });
  const [running, candidate] = [indexed(drift.running), indexed(drift.candidate)];
  return { declared: byName([...facts.wanted.rules, ...facts.wanted.isolation]), running, candidate };
}

/** A name, and the hashes of what it is to say and of what it was last made to say. */
interface Difference {
  part: Part;
  name: string;
  wanted: string | undefined;
  last: string | undefined;
}

function findingOf(
  subject: Indexed,
  { part, name, wanted, last }: Difference,
  where: "running" | "candidate" | "both",
): Finding {
  const configuration = subject.index[where === "candidate" ? "candidate" : "running"];
  const found = configuration.found[part][name];
  const rule = configuration.rules.get(name);
  const mirrors = part === "rules" && asked(subject, name, rule);
  const common = {
    object: KINDS[part].noun,
    name,
    where,
    ...uncommitted(subject.drift, part, name, where),
    ...mirrors,
    ...(last !== undefined && wanted !== last && { movedOn: true as const }),
  };
  if (found === undefined) {
    const kind = configuration.foreign[part].has(name) ? "untagged" : "removed";
    const fields =
      part !== "rules"
        ? []
        : kind === "removed"
          ? goneFields(subject, name, last)
          : fieldsOf(subject, name, configuration);
    return { kind, ...common, fields };
  }
  const isKnown = wanted !== undefined || last !== undefined;
  if (part !== "rules") {
    const fields = [{ field: "value", added: [], removed: configuration.values[part][name] ?? [] }];
    return { kind: isKnown ? "edited" : "undeclared", ...common, fields };
  }
  const isDisabled = rule?.extras.includes("disabled: yes") ?? false;
  const isMoved = [last, wanted].some((hash) => hash !== undefined && found === placedHash(hash, false));
  return {
    kind: !isKnown ? "undeclared" : isDisabled ? "disabled" : isMoved ? "moved" : "edited",
    ...common,
    fields: isKnown ? fieldsOf(subject, name, configuration) : rule ? matched(rule) : [],
    ...(rule && { xml: xmlOf(rule) }),
  };
}

/** Who has changed what is in the candidate alone. */
function uncommitted(
  drift: DriftFacts,
  part: Part,
  name: string,
  where: Finding["where"],
): Pick<Finding, "by"> {
  const by = where === "candidate" ? drift.uncommittedBy[part][name] : undefined;
  return by === undefined ? {} : { by };
}

/** How a rule differs from what was last applied, or, where only that is known in full, from what is declared. */
function fieldsOf(subject: Indexed, name: string, { rules, placed }: IndexedConfiguration): FieldChange[] {
  const found = rules.get(name);
  const expected = lastContent(subject, name);
  if (found === undefined || expected === undefined) return [];
  const before = { ...asFound(found), found };
  const isPlaced = placed.has(name);
  // Those that isolate instances have another place, of which the words of other rules are not true.
  const isIsolation = isQuarantineRuleName(name, subject.facts.ownerId);
  const fields = fieldChanges(before, asFound(expected), isPlaced || isIsolation, () => undefined, {});
  if (isIsolation && !isPlaced)
    fields.push({ field: "place", added: ["where it isolates"], removed: ["elsewhere"] });
  return fields;
}

function lastContent({ facts, applied, index }: Indexed, name: string): SecurityRule | undefined {
  const declared = index.declared.get(name);
  const last = applied?.declared?.rules[name];
  if (last === undefined || facts.declared?.rules[name] === last) return declared;
  const kept = applied?.rules.get(name);
  return kept !== undefined && ruleHash(kept) === last ? kept : declared;
}

/** What a rule that is gone said; of one whose last content only its hash is known, as after a refresh, nothing. */
function goneFields(subject: Indexed, name: string, last: string | undefined): FieldChange[] {
  const content = lastContent(subject, name);
  if (content === undefined || ruleHash(content) !== last) return [];
  return matched({ ...content, extras: [] }).map(({ field, removed }) => ({
    field,
    added: removed,
    removed: [],
  }));
}

/** What a rule that nobody declares matches, and what it does with that. */
function matched({ source, destination, application, service, action, extras }: FoundRule): FieldChange[] {
  const lists = { source, destination, application, service, action: [action], "other settings": extras };
  return Object.entries(lists)
    .filter(([, there]) => there.length > 0)
    .map(([field, there]) => ({ field, added: [], removed: there }));
}

/** Its entry; settings that no rule of ours has are among its fields. */
function xmlOf(rule: FoundRule): string {
  return ruleXml(rule as SecurityRule);
}

/** What carries our tag under names that we never give, and address objects that would be members of our groups. */
function strays(drift: DriftFacts): Finding[] {
  const { running, candidate, members } = drift;
  const key = ({ part, name }: { part: Part; name: string }) => `${part} ${name}`;
  const places = [running, candidate].map((each) => new Map(each.strays.map((stray) => [key(stray), stray])));
  const all = new Map([...places[0]!, ...places[1]!]);
  return [
    ...[...all].map(([id, { part, name }]): Finding => {
      const [isRunning, isStaged] = places.map((place) => place.has(id));
      const where = isRunning ? (isStaged ? "both" : "running") : "candidate";
      const rule = (isRunning ? running : candidate).rules.find((each) => each.name === name);
      return {
        kind: "undeclared",
        object: KINDS[part].noun,
        name,
        where,
        fields: part === "rules" && rule ? matched(rule) : [],
        ...uncommitted(drift, part, name, where),
        ...(part === "rules" && rule && { xml: xmlOf(rule) }),
      };
    }),
    ...members.map(({ name, tag }): Finding => ({
      kind: "registered",
      object: "address",
      name,
      where: "both",
      fields: [{ field: "tag", added: [], removed: [tag] }],
    })),
  ];
}
