/** What of a review nobody may overlook: it stands above everything else, and first in what is cut. */
import { listed } from "../../lib/text";
import { markdownCode, markdownText } from "./escape";
import type { Flow, Mark, Review, RuleChange } from "./types";

/** The worst first. */
const ALARMS: readonly Mark["kind"][] = ["world-administrative", "public-database", "any-port"];

/** What a mark comes to, as a sentence about the whole rule; undefined: it is no alarm. */
function alarmOf({ kind, text }: Mark): string | undefined {
  const what = text.slice(text.indexOf(": ") + 2);
  switch (kind) {
    case "world-administrative":
      return `Opens ${what} to the whole internet`;
    case "public-database":
      return `Opens ${what} to public addresses`;
    case "any-port":
      return `Opens traffic ${text}`;
    case "wider":
    case "shadowed":
    case "disabled":
    case "stopped":
      return undefined;
  }
}

/** Each alarm once, with its rules; the worst first. */
export function alarmsOf({ firewalls }: Review): { text: string; rules: string[] }[] {
  const rules = new Map<string, Set<string>>();
  const marks = firewalls.flatMap(({ changes }) =>
    changes.flatMap(({ rule, marks: all }) => all.map((mark) => ({ rule, mark }))),
  );
  marks.sort((a, b) => ALARMS.indexOf(a.mark.kind) - ALARMS.indexOf(b.mark.kind));
  for (const { rule, mark } of marks) {
    const text = alarmOf(mark);
    if (text !== undefined) rules.set(text, (rules.get(text) ?? new Set()).add(rule));
  }
  return [...rules].map(([text, names]) => ({ text, rules: [...names] }));
}

/** How much a row is to be looked at: 0, not more than others. */
export function urgency(
  { change, flow }: { change: RuleChange; flow: Flow },
  of: "opens" | "closes",
): number {
  const cut = flow.cut === undefined ? 0 : 1;
  if (of === "closes") return cut;
  const ranks = change.marks.map(({ kind }) => ALARMS.indexOf(kind)).filter((rank) => rank >= 0);
  return ranks.length === 0 ? cut : 1 + ALARMS.length - Math.min(...ranks);
}

/** The same as lines of Markdown. */
export function alarmLines(review: Review): string[] {
  return alarmsOf(review).flatMap(({ text, rules }) => [
    "",
    `⚠ **${markdownText(text)}** (${listed(
      rules.map((rule) => markdownCode(rule)),
      3,
    )})`,
  ]);
}
