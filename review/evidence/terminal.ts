/** What flow logs say of a policy, for who reads it in a terminal: what would be cut first. */
import { counted, listed, plainText } from "../../lib/text";
import type { Display, Part } from "../../lib/terminal/display";
import { paragraph } from "../../lib/terminal/paragraph";
import { table, type Column } from "../../lib/terminal/table";
import { lengthText, spanText } from "./completeness";
import type { CutTraffic, Evidence } from "./evidence";
import type { Narrower } from "./narrower";
import { dayOf, seenText } from "./summary";
import type { RuleUse } from "./uses";

const MOST_ROWS = 40;
const MOST_GAPS = 10;

export function terminalOf(evidence: Evidence, display: Display): string {
  const { rules, cut, unsure, narrower, notes, gaps } = evidence;
  const block = (title: string, lines: readonly string[], most = MOST_ROWS) =>
    lines.length === 0
      ? ""
      : [
          paragraph([{ text: `${title} (${lines.length})`, style: "bold" }], display),
          ...lines.slice(0, most),
          ...(lines.length > most
            ? [paragraph([{ text: `… and ${lines.length - most} more with --json`, style: "dim" }], display)]
            : []),
        ].join("\n");
  const item = (text: string) => paragraph([text], display, { first: "  - ", rest: "    " });
  const blocks = [
    headline(evidence, display),
    block(
      "Would be cut",
      cut.map((each) => cutLines(each, display)),
    ),
    block(
      "May be cut",
      unsure.map((each) => cutLines(each, display)),
    ),
    usesTable(rules, display),
    block(
      "Not seen, and no proof that they aren't used",
      rules.flatMap((each) =>
        each.state === "not seen" ? [item(`${each.rule}: ${listed(each.because, 2, "; and")}`)] : [],
      ),
    ),
    block(
      "Could be narrowed to what was seen: proposals, to be judged by who knows the service",
      narrower.map((each) => narrowerLines(each, display)),
    ),
    block("What the logs don't have", gaps.map(item), MOST_GAPS),
    block("To know besides", notes.map(item)),
  ];
  return `${blocks.filter((each) => each !== "").join("\n\n")}\n`;
}

function headline({ stack, firewall, watched, records, times, cut }: Evidence, display: Display): string {
  const when = watched === undefined ? "nothing was watched" : `watched ${spanText(watched)}`;
  const { allowedByOurs, allowedByOthers, notCrossing, notBehind, notJudged } = times;
  const counts = [
    [times.cut, "cut"],
    [times.unsure, "may be cut"],
    [allowedByOurs, "by our rules"],
    [allowedByOthers, "by the administrator's"],
    [notCrossing, "not through the firewall"],
    [notBehind, "of interfaces that aren't behind it"],
    [notJudged, "not judged"],
  ] as const;
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const { accepted, rejected, elsewhere, unknown } = records;
  const lines = [
    `${counted(accepted, "record")} accepted, ${rejected} rejected, ${elsewhere + unknown} of other interfaces`,
  ];
  const verdict: Part =
    cut.length > 0
      ? { text: `${counted(cut.length, "kind")} of traffic would be cut`, style: ["bold", "yellow"] }
      : { text: "nothing is seen that would be cut", style: "green" };
  return [
    paragraph([{ text: `${stack}, ${firewall}: `, style: "bold" }, verdict, `; ${when}`], display),
    paragraph([`Flows seen: ${told.join(", ") || "none"}. ${lines.join("")}.`], display),
  ].join("\n");
}

function cutLines(each: CutTraffic, display: Display): string {
  const { interfaceId, instanceId, name, direction, port, because, isCutNow, isSure, text } = each;
  const owner = plainText(name ?? instanceId ?? interfaceId);
  const arrow = { ingress: "into", egress: "out of", unknown: "into or out of" }[direction];
  const now = isCutNow ? "; nor is it now: it came another way, or by a rule that is gone" : "";
  const style = isSure ? (["bold", "yellow"] as const) : [];
  return [
    paragraph([{ text: `${port} ${arrow} ${owner}`, style }], display, {
      first: isSure ? "✗ " : "? ",
      rest: "  ",
    }),
    paragraph([`${text}; ${because}${now}`], display, {
      first: "     ",
    }),
  ].join("\n");
}

const COLUMNS: readonly Column[] = [
  { title: "" },
  { title: "Rule", least: 16, cut: "middle" },
  { title: "Times", align: "right" },
  { title: "First", goes: 1 },
  { title: "Last" },
  { title: "By", least: 14 },
];

/** Those that were used, perhaps or surely, and those that surely weren't. */
function usesTable(rules: readonly RuleUse[], display: Display): string {
  const told = rules.filter(({ state }) => state !== "not seen");
  if (told.length === 0) return "";
  const order = ["used", "perhaps", "unused", "not seen"];
  const sorted = [...told].sort(
    (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || (b.seen?.count ?? 0) - (a.seen?.count ?? 0),
  );
  const shown = sorted.slice(0, MOST_ROWS);
  const rows = shown.map(({ rule, state, seen, by, watched, direction }): Part[] => {
    if (seen === undefined) {
      const when = watched === undefined ? "" : `unused for ${lengthText(watched)}`;
      return [{ text: "0", style: "yellow" }, rule, "0", "", "", { text: when, style: "yellow" }];
    }
    const peers = by.map(({ peer }) => peer);
    const rest = seen.peers.length + seen.more - Math.min(3, peers.length);
    const who = `${direction === "egress" ? "to " : ""}${peers.slice(0, 3).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
    const sign: Part = state === "used" ? { text: "✓", style: "green" } : { text: "?", style: "yellow" };
    return [sign, rule, String(seen.count), dayOf(seen.first), dayOf(seen.last), who];
  });
  const used = rules.filter(({ state }) => state === "used").length;
  const title = `Declared rules: ${used} of ${rules.length} used`;
  return [
    paragraph([{ text: title, style: "bold" }], display),
    table(COLUMNS, rows, display),
    ...(sorted.length > shown.length
      ? [
          paragraph(
            [{ text: `… and ${sorted.length - shown.length} more with --json`, style: "dim" }],
            display,
          ),
        ]
      : []),
  ].join("\n");
}

function narrowerLines(each: Narrower, display: Display): string {
  const { rule, group, traffic, cidr, watched, seen, instead, doubts, commands, direction } = each;
  const word = direction === "egress" ? "to" : "from";
  const what = `${rule} of ${plainText(group.name)} (${group.id}): ${traffic} ${word} ${cidr}`;
  const found =
    seen === undefined
      ? `not seen in ${spanText(watched)}: it could go`
      : `${seenText(seen, word)} in ${spanText(watched)}: could be ${listed(instead, 5, " and")}`;
  return [
    paragraph([what], display, { first: "  - ", rest: "    " }),
    paragraph([found], display, { first: "    " }),
    ...doubts
      .slice(0, 2)
      .map((doubt) => paragraph([{ text: `but: ${doubt}`, style: "yellow" }], display, { first: "    " })),
    // Whole, to be copied, however long.
    ...commands.map((command) => `    ${command}`),
  ].join("\n");
}
