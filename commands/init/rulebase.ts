/** What a rulebase proposes: its zones, its last rule, and what its allowing rules carry. */
import { cleanupDoubts } from "../../mapping/cleanup";
import { INTERZONE_DEFAULT } from "../../declaration/cleanup-rule";
import { TAG_PREFIX } from "../../declaration/names";
import { listed } from "../../lib/text";
import { ruleLabel } from "../../panos/evaluated";
import type { Rulebase, RulebaseRule } from "../../panos/policy";
import type { Findings, Found } from "./found";

type Rulebases = Record<"candidate" | "running", Rulebase>;

const PROJECT = "aws-panos-rules:";

export function findingsIn(rulebases: Rulebases): Findings {
  const { candidate, running } = rulebases;
  const ofPeople = running.rules.filter(({ tag }) => !tag.some((each) => each.startsWith(TAG_PREFIX)));
  const allowing = ofPeople.filter(({ disabled, action }) => !disabled && action === "allow");
  return {
    [`${PROJECT}cleanupRule`]: cleanupIn(rulebases, ofPeople),
    // As candidate: zones of a template of Panorama are in no running configuration.
    [`${PROJECT}untrustZone`]: zoneIn(candidate, /^(untrust|outside|external|internet|public|wan)/i),
    [`${PROJECT}trustZone`]: zoneIn(candidate, /^(trust|inside|internal|private|lan)/i),
    [`${PROJECT}profileGroup`]: carriedIn(
      allowing,
      running.profileGroups,
      (rule) => rule.found?.profileGroup,
    ),
    [`${PROJECT}logSetting`]: carriedIn(allowing, running.logSettings, (rule) => rule.found?.logSetting),
  };
}

/** The last rule, where it denies everything; otherwise PAN-OS's own. */
function cleanupIn(rulebases: Rulebases, rules: readonly RulebaseRule[]): Found {
  const below = rulebases.running.pushed?.rules?.below ?? [];
  const known = [...rules, ...below].map(({ name }) => name).concat(INTERZONE_DEFAULT);
  const last = rules.at(-1);
  const doubts = last === undefined ? [] : cleanupDoubts(rulebases, last.name, []);
  if (last !== undefined && doubts.length === 0) {
    return { value: last.name, because: `${last.name} is the last rule, and denies everything`, known };
  }
  const lowest = below.at(-1);
  if (lowest !== undefined && cleanupDoubts(rulebases, lowest.name, []).length === 0) {
    return {
      value: lowest.name,
      because: `${ruleLabel(lowest)} is the last of all, and denies everything; then ours stand at the end of the local ones`,
      known,
    };
  }
  const why = last === undefined ? "there is no rule" : `the last rule is no cleanup rule: ${doubts[0]}`;
  return { value: INTERZONE_DEFAULT, because: `${why}; then ours stand at the end`, known };
}

/** The one zone whose name begins so. */
function zoneIn({ zones }: Rulebase, name: RegExp): Found {
  const [first, ...others] = zones.filter((zone) => name.test(zone));
  const there = zones.length === 0 ? "there are no zones" : `the zones are ${listed(zones)}`;
  const isOne = first !== undefined && others.length === 0;
  return { ...(isOne && { value: first }), because: there, known: zones };
}

/** What most of the administrator's allowing rules carry. */
function carriedIn(
  rules: readonly RulebaseRule[],
  known: readonly string[],
  of: (rule: RulebaseRule) => string | undefined,
): Found {
  const counts = new Map<string, number>();
  for (const rule of rules) {
    const name = of(rule);
    if (name) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  const there =
    known.length === 0
      ? "the firewall has none"
      : `there ${known.length === 1 ? "is" : "are"} ${listed(known)}`;
  if (most === undefined) {
    const unused = known.length === 0 ? "" : ", which no allowing rule carries";
    return { value: "", because: `${there}${unused}`, known };
  }
  const [name, count] = most;
  return {
    value: name,
    because: `${count} of ${rules.length} allowing rules carry ${name}; ${there}`,
    known,
  };
}
