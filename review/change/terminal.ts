/** A review for who reads it in a terminal: what to look at twice first, then a line for each opening and closing. */
import { counted, listed } from "../../lib/text";
import { widestFirst } from "../../lib/net/widest";
import { paragraph } from "../../lib/terminal/paragraph";
import { table, type Column } from "../../lib/terminal/table";
import type { Display, Part } from "../../lib/terminal/display";
import { howMuch } from "../stopped/words";
import { alarmsOf, urgency } from "./alarms";
import { alike, footer } from "./markdown";
import { cutsText } from "./summary";
import type { FirewallReview, Flow, Review, RuleChange } from "./types";

/** More rows of a kind than that are for the page. */
const MOST_ROWS = 40;
const MOST_MEMBERS = 3;

export function terminalOf(review: Review, display: Display): string {
  const say = (parts: readonly Part[], first = "", rest = first) =>
    paragraph(parts, display, { first, rest });
  const groups = alike(review.firewalls);
  const alarms = alarmsOf(review);
  const blocks = [
    alarms
      .map(({ text, rules }) =>
        say([{ text, style: ["bold", "yellow"] }, ` (${listed(rules, 3)})`], "⚠ ", "  "),
      )
      .join("\n"),
    say([{ text: `${review.stack}: `, style: "bold" }, headline(review)]),
    review.against
      .map(({ kind, firewall, text }) =>
        say(
          [
            { text: `${kind}${firewall === undefined ? "" : ` on ${firewall}`}: `, style: ["bold", "red"] },
            text,
          ],
          "✗ ",
          "  ",
        ),
      )
      .join("\n"),
    ...groups.flatMap(({ names, firewall }) => [
      ...(groups.length > 1 ? [say([{ text: names.join(", "), style: "bold" }])] : []),
      ...blocksOf(firewall, review, display),
      footer(firewall, names)
        .filter((line) => line !== "")
        .map((line) => say([{ text: line, style: "dim" }]))
        .join("\n"),
    ]),
    list("To know besides", review.notes, display),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

/** What becomes of traffic, in a sentence. What is worst has a line of its own. */
function headline({ counts, firewalls }: Review): string {
  const { opening, closing, added, changed, removed, withheld, alreadyAllowed } = counts;
  const moves = Object.entries({ added, changed, removed }).filter(([, count]) => count > 0);
  const what =
    opening + closing === 0
      ? "opens nothing and closes nothing"
      : [
          opening > 0 && `opens by ${counted(opening, "rule")}`,
          closing > 0 && `closes by ${counted(closing, "rule")}`,
        ]
          .filter(Boolean)
          .join(", ");
  const cuts = firewalls.flatMap(({ changes }) =>
    changes.flatMap(({ closes }) => closes.filter(({ cut }) => cut !== undefined)),
  );
  const refused = firewalls.filter(({ refusal }) => refusal !== undefined).map(({ firewall }) => firewall);
  return [
    what +
      (moves.length === 0 ? "" : ` (rules: ${moves.map(([how, count]) => `${count} ${how}`).join(", ")})`),
    ...(cuts.length > 0 ? [cutsText(cuts.length)] : []),
    ...(withheld > 0 ? [`${withheld} withheld`] : []),
    ...(alreadyAllowed > 0 ? [`${alreadyAllowed} already allowed`] : []),
    ...(refused.length > 0 ? [`nothing known of ${listed(refused)}`] : []),
  ].join("; ");
}

const COLUMNS: readonly Column[] = [
  { title: "" },
  { title: "Source", least: 14 },
  { title: "Destination", least: 14 },
  { title: "Port", least: 8 },
  { title: "Application", least: 8, goes: 2 },
  { title: "Rule", least: 16, cut: "middle", goes: 1 },
];

function blocksOf(
  { refusal, changes, withheld, alreadyAllowed, held, adopted }: FirewallReview,
  review: Review,
  display: Display,
): string[] {
  if (refusal !== undefined)
    return [
      paragraph([{ text: "Nothing is known of it: ", style: "red" }, refusal], display, { rest: "  " }),
    ];
  const silent = changes.filter(({ opens, closes }) => opens.length + closes.length === 0);
  return [
    flows("Opens", "opens", changes, review, display),
    flows("Closes", "closes", changes, review, display),
    list(
      "Makes no difference to what gets through",
      silent.map(
        ({ rule, kind, reasons }) => `${rule} is ${kind}${reasons[0] ? `: ${reasons[0].text}` : ""}`,
      ),
      display,
    ),
    list(
      "Withheld",
      withheld.map(({ text, guardrail }) => `${guardrail ? "guardrail: " : ""}${text}`),
      display,
    ),
    list(
      "Already allowed by the administrator's rules",
      alreadyAllowed.map(({ rule, by }) => `${rule}: by ${by.join(" with ")}`),
      display,
    ),
    list(
      "Takes the place of an administrator's rule",
      adopted.map(({ name, by }) => `${name}: replaced by ${listed(by, MOST_MEMBERS)}`),
      display,
    ),
    list("On hold: left as somebody changed it", held, display),
  ];
}

function flows(
  title: string,
  of: "opens" | "closes",
  changes: readonly RuleChange[],
  review: Review,
  display: Display,
): string {
  const all = changes.flatMap((change) => change[of].map((flow) => ({ change, flow })));
  if (all.length === 0) return "";
  // What to look at twice stands above the rest.
  const isMarked = (each: (typeof all)[number]) => urgency(each, of) > 0;
  all.sort((a, b) => urgency(b, of) - urgency(a, of));
  const shown = all.slice(0, MOST_ROWS);
  const rows = shown.map((each) => row(each.change, each.flow, isMarked(each), of, review));
  const [titles = "", ...written] = table(COLUMNS, rows, display).split("\n");
  return [
    ...head(title, all.length, display),
    titles,
    // Why has a line of its own: it is longer than any column.
    ...written.flatMap((line, at) => [
      line,
      ...cutLine(shown[at]!.flow, display),
      ...(of === "opens" ? stoppedLines(shown[at]!.change, display) : []),
      ...why(shown[at]!.change, display),
    ]),
    ...more(all.length - rows.length, display),
  ].join("\n");
}

function cutLine({ cut }: Flow, display: Display): string[] {
  if (cut === undefined) return [];
  return [paragraph([{ text: cut.text, style: ["bold", "yellow"] }], display, { first: "     " })];
}

function stoppedLines({ stopped }: RuleChange, display: Display): string[] {
  if (stopped === undefined) return [];
  const texts = listed(
    stopped.because.map(({ text }) => text),
    MOST_MEMBERS,
  );
  const text = stopped.what === "unknown" ? texts : `${howMuch(stopped.what === "all")}: ${texts}`;
  return [paragraph([{ text, style: "yellow" }], display, { first: "     " })];
}

function why({ reasons }: RuleChange, display: Display): string[] {
  const [first, ...others] = reasons;
  if (first === undefined) return [];
  const rest = others.length > 0 ? `, and ${counted(others.length, "more reason")}` : "";
  return [paragraph([{ text: first.text + rest, style: "dim" }], display, { first: "     " })];
}

function row(
  change: RuleChange,
  flow: Flow,
  marked: boolean,
  of: "opens" | "closes",
  review: Review,
): Part[] {
  const { source, destination, ports, applications, partly } = flow;
  const style = marked ? (["bold", "yellow"] as const) : of === "opens" ? "green" : "blue";
  return [
    { text: marked ? "⚠" : of === "opens" ? "+" : "−", style },
    { text: ends(source, review) + (partly ? " (in part)" : ""), style },
    ends(destination, review),
    { text: listed(ports, MOST_MEMBERS, " and"), style },
    listed(applications, MOST_MEMBERS, " and"),
    change.rule,
  ];
}

/** Ends of traffic: instances by their names, others by their addresses. */
function ends(list: readonly string[], { addresses }: Review): string {
  const own = new Map<string, string[]>();
  for (const address of widestFirst(list)) {
    const { name, instanceId, interfaceId } = addresses[address] ?? {};
    const label = name ?? instanceId ?? interfaceId ?? "";
    own.set(label, [...(own.get(label) ?? []), address]);
  }
  const texts = [...own].flatMap(([label, all]) =>
    label === "" ? all : [`${label} (${listed(all, MOST_MEMBERS, " and")})`],
  );
  return listed(texts, MOST_MEMBERS, " and");
}

function list(title: string, texts: readonly string[], display: Display): string {
  if (texts.length === 0) return "";
  const shown = texts
    .slice(0, MOST_ROWS)
    .map((text) => paragraph([text], display, { first: "  - ", rest: "    " }));
  return [
    ...head(title, texts.length, display),
    ...shown,
    ...more(texts.length - shown.length, display),
  ].join("\n");
}

function head(title: string, count: number, display: Display): string[] {
  return [paragraph([{ text: `${title} (${count})`, style: "bold" }], display)];
}

function more(count: number, display: Display): string[] {
  return count > 0 ? [paragraph([{ text: `… and ${count} more in the page`, style: "dim" }], display)] : [];
}
