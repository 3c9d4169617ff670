/** A review as a comment on a pull request: Markdown that renders alike on GitHub and GitLab. */
import { pushText } from "./cost";
import { counted, listed } from "../../lib/text";
import { widestFirst } from "../../lib/net/widest";
import { alarmLines, urgency } from "./alarms";
import { codes, markdownCode, markdownText } from "./escape";
import type { FieldChange, FirewallReview, Flow, FlowPart, Review, RuleChange } from "./types";

/** GitHub takes 65,536 characters, GitLab 1,000,000. */
export const GITHUB_LIMIT = 65_536;

/** Room for what a pipeline adds, such as where the page is. */
const MOST = GITHUB_LIMIT - 4_096;

/** So many of a list are shown in a cell. */
const MOST_MEMBERS = 4;
const MOST_REASONS = 3;

/** The first line of a comment, hidden: by it a pipeline finds the comment of a stack, to update it in place. */
export function marker(stack: string): string {
  return `<!-- aws-panos-review ${encodeURIComponent(stack).replaceAll("--", "%2D%2D")} -->`;
}

/** More rows than that fit nowhere, so they are not even written. */
const MOST_ROWS = 800;

interface Section {
  title: string;
  /** Lines above the rows: a table's head. */
  head: string[];
  rows: string[];
  /** How many rows there would be; absent: so many. */
  total?: number;
  /** How many things the rows are of, where that isn't their number. */
  count?: number;
}

/** The comment. With whatever number of rules it fits both hosts; then it says what it leaves out. */
export function markdownOf(review: Review): string {
  const groups = alike(review.firewalls).map(({ names, firewall }) => ({
    names,
    firewall,
    sections: sectionsOf(firewall, review),
  }));
  const most = Math.max(0, ...groups.flatMap(({ sections }) => sections.map(({ rows }) => rows.length)));
  const against = review.against.map(
    ({ kind, firewall, text }) =>
      `- **${kind}**${firewall === undefined ? "" : ` on ${markdownCode(firewall)}`}: ${markdownText(text, 600)}`,
  );
  const notes = review.notes.map((note) => `- ${markdownText(note, 600)}`);
  const written = (rows: number): string =>
    [
      marker(review.stack),
      `**${markdownCode(review.stack)}: ${markdownText(review.summary, 600)}**`,
      ...alarmLines(review),
      ...shownSection({ title: "Against it", head: [], rows: against }, rows),
      ...groups.flatMap(({ names, firewall, sections }) => [
        ...(groups.length > 1 ? ["", `## ${names.map((name) => markdownCode(name)).join(", ")}`] : []),
        ...(firewall.refusal === undefined
          ? []
          : ["", `Nothing is known of it: ${markdownText(firewall.refusal, 600)}`]),
        ...sections.flatMap((section) => shownSection(section, rows)),
        ...footer(firewall, names),
      ]),
      ...shownSection({ title: "To know besides", head: [], rows: notes }, rows),
      "",
    ].join("\n");

  const all = written(Infinity);
  if (all.length <= MOST) return all;
  // The most rows of each section that fit.
  let [fits, tooMany] = [0, Math.max(most, against.length, notes.length) + 1];
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >>> 1;
    if (written(middle).length <= MOST) fits = middle;
    else tooMany = middle;
  }
  const text = written(fits);
  if (text.length <= MOST) return text;
  return `${marker(review.stack)}\n**${markdownText(review.summary, 600)}**\n\nThat is too much for a comment: see the page.\n`;
}

/** Firewalls that get the same are shown once. */
export function alike(firewalls: readonly FirewallReview[]): { names: string[]; firewall: FirewallReview }[] {
  const groups = new Map<string, { names: string[]; firewall: FirewallReview }>();
  for (const firewall of firewalls) {
    const { firewall: name, ...content } = firewall;
    const key = JSON.stringify(content);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { names: [name], firewall });
    else group.names.push(name);
  }
  return [...groups.values()];
}

function sectionsOf(
  { changes, withheld, alreadyAllowed, adopted, held }: FirewallReview,
  review: Review,
): Section[] {
  const flows = (of: "opens" | "closes") => {
    const all = changes.flatMap((change) => change[of].map((flow) => ({ change, flow })));
    all.sort((a, b) => urgency(b, of) - urgency(a, of));
    const rows = all
      .slice(0, MOST_ROWS)
      .map(({ change, flow }) => flowRow(change, flow, review, { of, zones }));
    return { head, rows, total: all.length };
  };
  const fields = changes
    .filter(({ kind }) => kind === "changed")
    .flatMap((change) => change.fields.map((field) => ({ change, field })));
  // Zones say something only where there is more than the usual pair.
  const pairs = changes.flatMap(({ opens, closes }) =>
    [...opens, ...closes].map(({ from, to }) => `${from} ${to}`),
  );
  const zones = new Set(pairs).size > 1;
  const head = ["| Source | Destination | Port | Application | Why |", "|---|---|---|---|---|"];
  const silent = changes.filter(({ opens, closes }) => opens.length + closes.length === 0);
  return [
    { title: "Opens", ...flows("opens") },
    { title: "Closes", ...flows("closes") },
    {
      title: "Changed rules",
      head: ["| Rule | Field | Old → new |", "|---|---|---|"],
      rows: fields.slice(0, MOST_ROWS).map(({ change, field }) => fieldRow(change, field)),
      total: fields.length,
      count: changes.filter(({ kind }) => kind === "changed").length,
    },
    {
      title: "Makes no difference to what gets through",
      head: ["| Rule | | Why |", "|---|---|---|"],
      total: silent.length,
      rows: silent
        .slice(0, MOST_ROWS)
        .map((change) => `| ${ruleCell(change)} | ${change.kind} | ${why(change)} |`),
    },
    {
      title: "Withheld",
      head: [],
      rows: withheld.map(
        ({ text, guardrail }) => `- ${guardrail ? "**guardrail:** " : ""}${markdownText(text, 600)}`,
      ),
    },
    {
      title: "Already allowed by the administrator's rules",
      head: ["| Source | Destination | Port | Their rule |", "|---|---|---|---|"],
      rows: alreadyAllowed.map(
        ({ source, destination, traffic, by, deniedBy = [] }) =>
          `| ${members(source, review)} | ${members(destination, review)} | ${markdownText(traffic)} | ${codes(by, " with ")}${
            deniedBy.length > 0 ? `, of which ${codes(deniedBy, " and ")} above may deny a part` : ""
          } |`,
      ),
    },
    {
      title: "Takes the place of an administrator's rule",
      head: [],
      rows: adopted.map(
        ({ name, by, lost }) =>
          `- ${markdownCode(name)}: replaced by ${some(by.map((each) => markdownCode(each)))}${lost.length > 0 ? `; lost with it: ${markdownText(lost.join("; "))}` : ""}`,
      ),
    },
    {
      title: "On hold: left as somebody changed it",
      head: [],
      rows: held.map((name) => `- ${markdownCode(name)}`),
    },
  ];
}

function flowRow(
  change: RuleChange,
  flow: Flow,
  review: Review,
  { of, zones }: { of: "opens" | "closes"; zones: boolean },
): string {
  const { source, destination, ports, applications, except = [], already = [], from, to, partly, cut } = flow;
  const rest = partly ? `<br>(in part: the rest ${of === "opens" ? "was" : "stays"} open)` : "";
  const but = except.length > 0 ? ` but ${some(except.map((name) => markdownCode(name)))}` : "";
  const parts = already.length > 0 ? `<br>but ${some(already.map((part) => partCell(part, flow)))}` : "";
  const cells = [
    members(source, review) + (zones ? `<br>in ${markdownCode(from)}` : "") + rest,
    members(destination, review) + (zones ? `<br>in ${markdownCode(to)}` : ""),
    some(ports.map((port) => markdownText(port))),
    some(applications.map((name) => markdownCode(name))) + but + parts,
    `${cut ? `⚠ **${markdownText(cut.text, 300)}**<br>` : ""}${why(change, of === "opens")}<br>${ruleCell(change)}`,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** What of a flow makes no difference, without the ends that are the flow's own. */
function partCell({ source, destination, ports, application }: FlowPart, flow: Flow): string {
  const end = (word: string, texts: string[], whole: string[]) => {
    const shown = texts.map(withoutHostBits);
    const isWhole = shown.join() === whole.map(withoutHostBits).join();
    return isWhole ? "" : ` ${word} ${some(shown.map((text) => markdownCode(text)))}`;
  };
  const ends = end("from", source, flow.source) + end("to", destination, flow.destination);
  return `${markdownCode(application)} on ${some(ports.map((port) => markdownText(port)))}${ends}`;
}

/** One address, without the length of its prefix. */
function withoutHostBits(text: string): string {
  return text.replace(text.includes(":") ? /\/128$/ : /\/32$/, "");
}

function fieldRow(change: RuleChange, { field, added, removed }: FieldChange): string {
  const isValue = ["description", "action", "profile-setting", "log-setting", "place"].includes(field);
  const texts = (list: string[]) =>
    list.map((text) => (isValue ? markdownText(text, 200) : markdownCode(text)));
  const cell = isValue
    ? `${texts(removed).join("") || "none"} → ${texts(added).join("") || "none"}`
    : [...signed("−", texts(removed)), ...signed("+", texts(added))].join("<br>");
  return `| ${ruleCell(change)} | ${markdownText(field)} | ${cell} |`;
}

function signed(sign: string, texts: string[]): string[] {
  return texts.length === 0 ? [] : [`${sign} ${some(texts)}`];
}

function ruleCell({ rule }: RuleChange): string {
  return markdownCode(rule);
}

/** What to look at twice, what AWS stops of it, then the reasons. */
function why({ marks, reasons, stopped }: RuleChange, withMarks = true): string {
  const shown = reasons.slice(0, MOST_REASONS).map(({ text }) => markdownText(text));
  const more = reasons.length - shown.length;
  return [
    ...(withMarks ? marks.map(({ text }) => `⚠ **${markdownText(text)}**`) : []),
    ...(withMarks && stopped
      ? stopped.because.slice(0, MOST_REASONS).map(({ text }) => markdownText(text))
      : []),
    ...shown,
    ...(more > 0 ? [`and ${more} more reasons`] : []),
  ].join("<br>");
}

/** Ends of traffic, with the names of the instances that have them, the widest first. */
function members(list: readonly string[], { addresses }: Review): string {
  const named = list.filter((address) => addresses[address] !== undefined);
  const others = list.filter((address) => addresses[address] === undefined);
  // All addresses of one instance in one place.
  const instances = new Map<string, string[]>();
  for (const address of named) {
    const { instanceId, interfaceId, name } = addresses[address]!;
    const label = name ?? instanceId ?? interfaceId;
    instances.set(label, [...(instances.get(label) ?? []), address]);
  }
  const shown = [...instances].map(
    ([label, own]) => `${markdownText(label, 60)} (${some(own.map((address) => markdownCode(address)))})`,
  );
  return some([...widestFirst(others).map((text) => markdownCode(text)), ...shown]);
}

function some(texts: readonly string[]): string {
  return listed(texts, MOST_MEMBERS, " and");
}

function shownSection(
  { title, head, rows, total = rows.length, count = total }: Section,
  most: number,
): string[] {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, most);
  const more = total - shown.length;
  return [
    "",
    `### ${title} (${count})`,
    "",
    ...(shown.length > 0 ? [...head, ...shown] : []),
    ...(more > 0
      ? [
          "",
          `${more} more ${more === 1 ? "is" : "are"} in the page: here is no room for ${more === 1 ? "it" : "them"}.`,
        ]
      : []),
  ];
}

/** What stays as it is, and what the update takes, as lines of text. */
export function footer({ cost, unchanged, refusal, reaches }: FirewallReview, names: string[]): string[] {
  if (refusal !== undefined) return [];
  const none = "No rule stays as it is";
  const stay =
    unchanged === 0
      ? none
      : `${unchanged} ${unchanged === 1 ? "rule stays" : "rules stay"} as ${unchanged === 1 ? "it is" : "they are"}`;
  if (cost === undefined) return ["", `${stay}. No firewall was asked.`];
  const { commits, writes, writingRequests, registrations } = cost;
  const each = names.length > 1 ? " on each" : "";
  const work =
    commits === 0
      ? "nothing to commit"
      : `one commit${each}${pushText(reaches)}, ${counted(writes, "change")} of rules and objects before it in at least ${counted(writingRequests, "request")}`;
  const registering =
    registrations > 0 ? `, ${counted(registrations, "address")} to register or unregister` : "";
  return ["", `${stay}. The update takes ${work}${registering}.`];
}
