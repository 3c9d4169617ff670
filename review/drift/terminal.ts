/** Drift for who reads it in a terminal. */
import { counted, listed } from "../../lib/text";
import { paragraph } from "../../lib/terminal/paragraph";
import { table, type Column } from "../../lib/terminal/table";
import type { Display, Part } from "../../lib/terminal/display";
import type { FieldChange } from "../change/types";
import type { Drift, Finding, FirewallDrift, Pushes, UnusedRule } from "./types";
import { onText, PLACES, pushTexts, SAID, stageText, waitingText } from "./words";

/** More rows of a kind than that are for the page. */
const MOST_ROWS = 40;

export function terminalOf({ stack, summary, drifted, firewalls }: Drift, display: Display): string {
  const sign: Part = drifted ? { text: "⚠ ", style: "yellow" } : "";
  const blocks = [
    paragraph(
      [sign, { text: `${stack}: `, style: "bold" }, { text: summary, style: drifted ? "yellow" : "green" }],
      display,
      { rest: "  " },
    ),
    ...firewalls.flatMap((each) => blocksOf(each, display)),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

const FINDINGS: readonly Column[] = [
  { title: "" },
  { title: "What", least: 12 },
  { title: "Name", least: 20, cut: "middle" },
  { title: "Where", least: 9, goes: 1 },
];
const UNUSED: readonly Column[] = [
  { title: "Rule", least: 24, cut: "middle" },
  { title: "Last hit" },
  { title: "Counted since", goes: 1 },
  { title: "To revoke in AWS", least: 16 },
];
const UNCONFIRMED: readonly Column[] = [
  { title: "Security-group rule", least: 12, cut: "middle" },
  { title: "Of", least: 16, goes: 1 },
  { title: "Confirmed" },
];
const PAIRS: readonly Column[] = [
  { title: "Rule", least: 24, cut: "middle" },
  { title: "", least: 20 },
];

function blocksOf(firewall: FirewallDrift, display: Display): string[] {
  const { refusal, findings, notApplied, held, shadowed, unused, unconfirmed, commits, pushes } = firewall;
  const title = paragraph([{ text: firewall.firewall, style: "bold" }], display);
  if (refusal !== undefined)
    return [
      `${title}\n${paragraph([{ text: "Nothing is known of it: ", style: "red" }, refusal], display, { first: "  " })}`,
    ];
  const made = commits.map(({ job, by, ended }) => `${by} (job ${job}, ${ended})`).join(", ");
  return [
    title,
    section(
      "Drift: not as it was last applied",
      FINDINGS,
      findings.map(findingRow),
      display,
      findings.map((each) =>
        [fieldsText(each.fields), onText(each)].filter((text) => text !== "").join("; "),
      ),
    ),
    made === "" ? "" : paragraph([`Last commits there, the newest first: ${made}`], display, { rest: "  " }),
    pushesText(pushes, display),
    section(
      "Not applied yet: no drift, the next update brings it",
      PAIRS,
      notApplied.map((each) => {
        const { name, change, object } = each;
        const stage = stageText(each);
        return [name, `${change} ${object}${stage ? ` (${stage})` : ""}`];
      }),
      display,
      notApplied.map(({ on }) => (on === undefined ? "" : `not on ${listed(on, 5)}`)),
    ),
    section(
      "On hold: left as somebody changed it",
      PAIRS,
      held.map(({ rule, fields }) => [rule, fieldsText(fields)]),
      display,
    ),
    section(
      "Possibly denied by rules above",
      PAIRS,
      shadowed.map(({ rule, by }) => [rule, `by ${by}`]),
      display,
    ),
    unused.unknown === undefined
      ? section(
          `No hit for ${counted(unused.days, "day")}: candidates to revoke in AWS`,
          UNUSED,
          unused.rules.map(unusedRow),
          display,
        )
      : paragraph([`Which rules are unused is not known: ${unused.unknown}`], display, { rest: "  " }),
    section(
      `Not confirmed for ${counted(unconfirmed?.days ?? 0, "day")}: whoever has looked at one says so with the command`,
      UNCONFIRMED,
      (unconfirmed?.rules ?? []).map(({ id, group, traffic, confirmed }) => [
        id,
        `${group.name} (${group.id}), ${traffic}`,
        confirmed ?? "never",
      ]),
      display,
      (unconfirmed?.rules ?? []).map(({ confirm }) => confirm),
    ),
  ];
}

const FIREWALLS: readonly Column[] = [
  { title: "Firewall", least: 24, cut: "middle" },
  { title: "State", least: 20 },
];

/** How far a device group's firewalls are. */
function pushesText(pushes: Pushes | undefined, display: Display): string {
  if (pushes === undefined) return "";
  const texts = pushes.firewalls.map(pushTexts);
  const rows = pushes.firewalls.map(({ firewall }, at) => [firewall, texts[at]![0]]);
  const below = texts.map(([, rest]) => rest);
  const waiting = waitingText(pushes);
  return [
    section("Firewalls of the device group", FIREWALLS, rows, display, below),
    ...(waiting === "" ? [] : [paragraph([waiting], display, { first: "  ", rest: "  " })]),
  ].join("\n");
}

function findingRow(finding: Finding): Part[] {
  const { kind, object, name, where, by } = finding;
  const who = by === undefined ? "" : ` by ${by.join(", ")}`;
  return [
    { text: "⚠", style: "yellow" },
    { text: `${object} ${SAID[kind]}`, style: "yellow" },
    name,
    (where === undefined ? "" : PLACES[where]) + who,
  ];
}

function unusedRow({ rule, lastHit, countedSince, revoke }: UnusedRule): Part[] {
  const day = (time: string | undefined) => time?.slice(0, 10);
  const ids = revoke.map(({ id }) => id);
  return [
    rule,
    day(lastHit) ?? "never",
    day(countedSince) ?? "not said",
    ids.length > 0 ? listed(ids, 3) : "none: needed elsewhere",
  ];
}

/** What was applied, and what is there, which a person looks for: last. */
function fieldsText(fields: readonly FieldChange[]): string {
  const some = (list: readonly string[]) => listed(list, 3, " and") || "–";
  return fields.map(({ field, added, removed }) => `${field}: ${some(added)} → ${some(removed)}`).join("; ");
}

/** @param below what is said of each row, whole, in lines of its own */
function section(
  title: string,
  columns: readonly Column[],
  rows: readonly Part[][],
  display: Display,
  below: readonly string[] = [],
): string {
  if (rows.length === 0) return "";
  const shown = rows.slice(0, MOST_ROWS);
  const more = rows.length - shown.length;
  const [head, ...lines] = table(columns, shown, display).split("\n");
  return [
    paragraph([{ text: `${title} (${rows.length})`, style: "bold" }], display),
    head,
    ...lines.flatMap((line, index) => [
      line,
      ...(below[index] ? [paragraph([below[index]], display, { first: "     ", rest: "       " })] : []),
    ]),
    ...(more > 0 ? [paragraph([{ text: `… and ${more} more in the page`, style: "dim" }], display)] : []),
  ].join("\n");
}
