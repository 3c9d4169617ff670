/** Drift as Markdown, for an issue, a job's summary or a terminal. */
import { counted, listed } from "../../lib/text";
import { markdownCode, markdownText } from "../change/escape";
import { GITHUB_LIMIT } from "../change/markdown";
import type { FieldChange } from "../change/types";
import type { Drift, Finding, FirewallDrift, NotApplied, Pushes, Unused, UnusedRule } from "./types";
import { onText, PLACES, pushTexts, SAID, stageText, waitingText } from "./words";

/** Room for what a pipeline adds. */
const MOST = GITHUB_LIMIT - 4_096;
/** So many rows of each table are tried, until all of it fits; more than the first never would. */
const ROWS = [1_000, 200, 50, 20, 10, 5, 2, 0];
const MOST_MEMBERS = 4;

/** The whole answer. With whatever number of findings it fits a comment; then it says what it leaves out. */
export function markdownOf(drift: Drift): string {
  const written = (most: number) =>
    [
      `**${markdownCode(drift.stack)}: ${markdownText(drift.summary, 600)}**`,
      ...drift.firewalls.flatMap((each) => firewallLines(each, most)),
      "",
    ].join("\n");
  const fits = ROWS.map(written).find((text) => text.length <= MOST);
  return (
    fits ?? `**${markdownText(drift.summary, 600)}**\n\nThat is too much for a comment: see drift.json.\n`
  );
}

function firewallLines(firewall: FirewallDrift, most: number): string[] {
  const { refusal, findings, notApplied, held, shadowed, unused, unconfirmed, pushes } = firewall;
  const title = ["", `## ${markdownCode(firewall.firewall)}`];
  if (refusal !== undefined) return [...title, "", `Nothing is known of it: ${markdownText(refusal, 600)}`];
  return [
    ...title,
    ...table(
      "Drift: not as it was last applied",
      ["What", "Name", "Where", "How it differs: applied → there"],
      findings,
      findingRow,
      most,
    ),
    ...(findings.length === 0
      ? ["", "No drift: what it holds of this stack is as it was last applied."]
      : commitLines(firewall)),
    ...pushLines(pushes, most),
    ...table(
      "Not applied yet: no drift, the next update brings it",
      ["What", "Name", "Change"],
      notApplied,
      notAppliedRow,
      most,
    ),
    ...table(
      "On hold: left as somebody changed it",
      ["Rule", "How it differs: applied → there"],
      held,
      ({ rule, fields }) => `| ${markdownCode(rule)} | ${fieldsCell(fields)} |`,
      most,
    ),
    ...table(
      "Possibly denied by rules above",
      ["Rule", "Administrator's rule"],
      shadowed,
      ({ rule, by }) => `| ${markdownCode(rule)} | ${markdownCode(by)} |`,
      most,
    ),
    ...unusedLines(unused, most),
    ...table(
      `Not confirmed for ${counted(unconfirmed?.days ?? 0, "day")}: whoever has looked at one says so with the command`,
      ["Security-group rule", "Confirmed", "Command"],
      unconfirmed?.rules ?? [],
      ({ id, group, traffic, confirmed, confirm }) =>
        `| ${markdownCode(id)}<br>${groupText(group, traffic)} | ${confirmed === undefined ? "never" : markdownText(confirmed, 60)} | ${markdownCode(confirm, 300)} |`,
      most,
    ),
  ];
}

function findingRow(finding: Finding): string {
  const { kind, object, name, where, by, group, traffic, fields, movedOn } = finding;
  const subject = [
    markdownCode(name, 140),
    ...(group === undefined ? [] : [groupText(group, traffic ?? "")]),
    ...(movedOn ? ["(what the stack declares has changed since, too)"] : []),
  ];
  const who = by === undefined ? "" : `by ${by.map((each) => markdownCode(each)).join(", ")}`;
  const on = markdownText(onText(finding), 600);
  const place = [where === undefined ? "" : PLACES[where], who, on]
    .filter((text) => text !== "")
    .join("<br>");
  return `| ${object} **${SAID[kind]}** | ${subject.join("<br>")} | ${place} | ${fieldsCell(fields)} |`;
}

/** How far a device group's firewalls are. */
function pushLines(pushes: Pushes | undefined, most: number): string[] {
  if (pushes === undefined) return [];
  const waiting = waitingText(pushes);
  return [
    ...table(
      "Firewalls of the device group",
      ["Firewall", "State"],
      pushes.firewalls,
      (each) => `| ${markdownCode(each.firewall)} | ${markdownText(pushTexts(each).join("; "), 200)} |`,
      most,
    ),
    ...(waiting === "" ? [] : ["", `${markdownText(waiting, 600)}.`]),
  ];
}

/** Who may have brought into force what was not applied. */
function commitLines({ commits }: FirewallDrift): string[] {
  if (commits.length === 0) return [];
  const told = commits.map(
    ({ job, by, ended }) => `${markdownCode(by)} (job ${markdownText(job)}, ${markdownText(ended)})`,
  );
  return ["", `Last commits on the firewall, the newest first: ${told.join(", ")}`];
}

function groupText({ id, name }: { id: string; name?: string }, traffic: string): string {
  return markdownText(`${name === undefined || name === "" ? id : `${name} (${id})`}, ${traffic}`);
}

function notAppliedRow({ object, name, change, ...far }: NotApplied): string {
  const on = far.on === undefined ? "" : ` to ${listed(far.on, MOST_MEMBERS)}`;
  const stage = markdownText(stageText(far) + on, 600);
  return `| ${object} | ${markdownCode(name, 140)} | ${change}${stage ? ` (${stage})` : ""} |`;
}

/** What is there comes last, because that is what a person looks for. */
function fieldsCell(fields: readonly FieldChange[]): string {
  const some = (list: readonly string[]) =>
    listed(
      list.map((text) => markdownCode(text, 200)),
      MOST_MEMBERS,
      " and",
    );
  return fields
    .map(
      ({ field, added, removed }) =>
        `${markdownText(field)}: ${some(added) || "–"} → ${some(removed) || "–"}`,
    )
    .join("<br>");
}

function unusedLines({ days, rules, unknown, notJudged }: Unused, most: number): string[] {
  if (unknown !== undefined) {
    return ["", `Which rules are unused is not known: ${markdownText(unknown, 600)}`];
  }
  return [
    ...table(
      `No hit for ${counted(days, "day")}: candidates to revoke in AWS`,
      ["Rule", "Last hit", "Counted since", "Security-group rules to revoke"],
      rules,
      unusedRow,
      most,
    ),
    ...(notJudged > 0
      ? [
          "",
          `${counted(notJudged, "rule")} not judged: not counted for ${counted(days, "day")} yet, or without effect where ${notJudged === 1 ? "it stands" : "they stand"}.`,
        ]
      : []),
  ];
}

function unusedRow({ rule, group, traffic, lastHit, countedSince, revoke }: UnusedRule): string {
  const day = (time: string | undefined) => time?.slice(0, 10);
  const ids = revoke
    .slice(0, MOST_MEMBERS)
    .map(({ id, description }) => markdownText(description ? `${id} (${description})` : id, 120));
  const more = revoke.length - ids.length;
  const candidates = ids.join("<br>") + (more > 0 ? `<br>and ${more} more` : "");
  const none = "none: another rule of the same permission is used, or may be";
  return (
    `| ${markdownCode(rule)}<br>${groupText(group, traffic)} | ${day(lastHit) ?? "never"} | ` +
    `${day(countedSince) ?? "not said"} | ${candidates || none} |`
  );
}

function table<T>(
  title: string,
  head: string[],
  items: readonly T[],
  row: (item: T) => string,
  most: number,
): string[] {
  if (items.length === 0) return [];
  const shown = items.slice(0, most).map(row);
  const more = items.length - shown.length;
  return [
    "",
    `### ${title} (${items.length})`,
    "",
    ...(shown.length > 0 ? [`| ${head.join(" | ")} |`, `|${"---|".repeat(head.length)}`, ...shown] : []),
    ...(more > 0 ? ["", `${more} more ${more === 1 ? "is" : "are"} in drift.json.`] : []),
  ];
}
