/**
 * The page's script: asks for the state when told that it changed, and shows it. Text from the firewall is put in as
 * text nodes; none of it is ever markup.
 *
 * @import { PageState, RuleView } from "./types"
 */

/** Rules of aws-panos-rules carry a tag of theirs. */
const OUR_TAG = "aws-panos-";
/** So many members of a list are shown at once. */
const MOST_MEMBERS = 6;

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * @param {string} tag
 * @param {string} kind its class
 * @param {...(Node | string)} content
 */
function make(tag, kind, ...content) {
  const node = document.createElement(tag);
  if (kind !== "") node.className = kind;
  node.append(...content);
  return node;
}

/**
 * A table's rows under titles.
 * @param {string} id
 * @param {readonly string[]} titles
 * @param {readonly { kind?: string, cells: readonly (readonly (Node | string)[])[] }[]} rows
 * @param {string} none what to say where there are none
 */
function fill(id, titles, rows, none) {
  const heads = titles.map((title) => {
    const head = make("th", "", title);
    head.setAttribute("scope", "col");
    return head;
  });
  const body = rows.map(({ kind = "", cells }) => {
    const row = make("tr", kind);
    cells.forEach((content, at) => {
      const cell = make("td", titles[at] === "rule" ? "name" : "", ...content);
      cell.dataset["title"] = titles[at] ?? "";
      row.append(cell);
    });
    return row;
  });
  if (rows.length === 0) {
    const cell = /** @type {HTMLTableCellElement} */ (make("td", "empty", none));
    cell.colSpan = titles.length;
    body.push(make("tr", "", cell));
  }
  byId(id).replaceChildren(make("thead", "", make("tr", "", ...heads)), make("tbody", "", ...body));
}

/** @typedef {{ vsys: string, place: string, rule: RuleView, was?: RuleView }} Row */

/**
 * Candidate and running as one list: the candidate's order, and what only running has where it stood.
 * @param {PageState["vsys"][number]} vsys
 * @returns {Row[]}
 */
function merged({ name: vsys, candidate, running }) {
  const old = new Map(running.map((rule) => [rule.name, rule]));
  const names = new Set(candidate.map(({ name }) => name));
  /** @type {Row[]} */
  const rows = candidate.map((rule, at) => {
    const was = old.get(rule.name);
    return { vsys, place: String(at + 1), rule, ...(was && { was }) };
  });
  running.forEach((rule, at) => {
    if (names.has(rule.name)) return;
    const before = running.slice(0, at).map(({ name }) => name);
    const behind = rows.findLastIndex((row) => before.includes(row.rule.name));
    rows.splice(behind + 1, 0, { vsys, place: "", rule, was: rule });
  });
  return rows;
}

/**
 * A field, and what it is in the running configuration where that differs.
 * @param {Row} row
 * @param {string} field
 */
function field({ rule, was }, field) {
  const is = lines(rule, field);
  if (was === undefined || !rule.differs.includes(field)) return members(is, "span");
  const ran = lines(was, field);
  return [
    ...members(
      is.filter((line) => ran.includes(line)),
      "span",
    ),
    ...members(
      ran.filter((line) => !is.includes(line)),
      "del",
    ),
    ...members(
      is.filter((line) => !ran.includes(line)),
      "ins",
    ),
  ];
}

/** @param {RuleView} rule @param {string} field */
function lines(rule, field) {
  return (rule.cells[field] ?? "").split("\n").filter((line) => line !== "");
}

/** @param {readonly string[]} list @param {string} tag */
function members(list, tag) {
  const nodes = list.map((text) => make(tag, "line", text));
  if (nodes.length <= MOST_MEMBERS + 1) return nodes;
  const more = make("summary", "", `and ${nodes.length - MOST_MEMBERS} more`);
  return [...nodes.slice(0, MOST_MEMBERS), make("details", "", more, ...nodes.slice(MOST_MEMBERS))];
}

const TITLES = ["#", "rule", "action", "application", "service", "source", "destination", "description"];

/** @param {Row} row @param {boolean} isMany whether the firewall has several vsys */
function policyRow(row, isMany) {
  const { rule, vsys, place } = row;
  const kinds = [
    ...(lines(rule, "tag").some((tag) => tag.startsWith(OUR_TAG)) ? ["ours"] : []),
    ...(rule.disabled ? ["disabled"] : []),
  ];
  const mark = rule.mark === "" ? [] : [make("span", `mark ${rule.mark}`, rule.mark)];
  /** @param {string} zone @param {string} side */
  const end = (zone, side) => [make("small", "", ...field(row, zone)), ...field(row, side)];
  return {
    kind: kinds.join(" "),
    cells: [
      [make("span", "", isMany ? `${vsys} ${place}` : place)],
      [
        make("b", "", rule.name),
        ...mark.map((each) => make("div", "", each)),
        ...(rule.disabled ? [make("small", "", "disabled")] : []),
        make("small", "", ...field(row, "tag")),
      ],
      field(row, "action"),
      field(row, "application"),
      field(row, "service"),
      end("from", "source"),
      end("to", "destination"),
      field(row, "description"),
    ],
  };
}

/** @type {PageState | undefined} */
let state;
const search = /** @type {HTMLInputElement} */ (byId("search"));
const differing = /** @type {HTMLInputElement} */ (byId("differing"));

function showPolicy() {
  if (state === undefined) return;
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const all = state.vsys.flatMap(merged);
  const rows = all.filter(({ rule, was }) => {
    if (differing.checked && rule.mark === "") return false;
    const text = [rule, was ?? rule].flatMap((each) => [each.name, ...Object.values(each.cells)]).join("\n");
    return words.every((word) => text.toLowerCase().includes(word));
  });
  const isMany = state.vsys.length > 1;
  fill(
    "policy",
    TITLES,
    rows.map((row) => policyRow(row, isMany)),
    all.length === 0 ? "no rules" : "no rule is like that",
  );
  byId("shown").textContent =
    rows.length === all.length ? ruleCount(all.length) : `${rows.length} of ${ruleCount(all.length)}`;
}

/** @param {number} count */
const ruleCount = (count) => `${count} ${count === 1 ? "rule" : "rules"}`;

/** @param {PageState["jobs"][number]} job */
function result(job) {
  if (job.status === "FIN") return [make("span", job.result === "OK" ? "" : "bad", job.result)];
  const bar = document.createElement("progress");
  [bar.max, bar.value] = [100, job.progress];
  bar.setAttribute("aria-label", `job ${job.id}`);
  return [bar, make("span", "", `${job.progress}% ${job.status}`)];
}

/** @param {string} text */
const text = (text) => [make("span", "", text)];
/** @param {readonly string[]} parts */
const code = (parts) => parts.map((part) => make("code", "line", part));

/** @param {PageState} shown @returns whether a job is under way */
function show(shown) {
  state = shown;
  document.title = `${shown.hostname}: PAN-OS simulator`;
  byId("host").textContent = `${shown.hostname} (PAN-OS ${shown.swVersion}, simulated)`;
  /** @type {Map<string, number>} */
  const admins = new Map();
  for (const { admin } of shown.pending) admins.set(admin, (admins.get(admin) ?? 0) + 1);
  const pending = [...admins].map(([admin, count]) => `${admin}: ${count} pending`).join(", ");
  const candidate = shown.vsys.flatMap((each) => each.candidate).length;
  const running = shown.vsys.flatMap((each) => each.running).length;
  const { pair } = shown;
  const peer = pair && `${pair.peer.hostname} is ${pair.peer.reachable ? pair.peer.state : "down"}`;
  const part = pair ? `${pair.state}, its HA peer ${peer}, ${pair.sync}; ` : "";
  byId("summary").textContent =
    `${part}${ruleCount(candidate)} in candidate, ${running} running; ${pending || "nothing pending"}`;
  showPolicy();
  fill(
    "pending",
    ["administrator", "action", "component", "where"],
    shown.pending.map(({ admin, action, component, xpath }) => ({
      cells: [text(admin), text(action), text(component), code([xpath])],
    })),
    "none",
  );
  fill(
    "jobs",
    ["id", "type", "user", "result", "details"],
    shown.jobs.map((job) => ({
      cells: [
        text(String(job.id)),
        text(job.type),
        text(job.user),
        result(job),
        members(job.text.split("\n"), "span"),
      ],
    })),
    "none yet",
  );
  fill(
    "locks",
    ["kind", "administrator", "scope", "comment"],
    shown.locks.map(({ kind, admin, scope, comment }) => ({
      cells: [kind, admin, scope, comment].map(text),
    })),
    "none",
  );
  fill(
    "requests",
    ["time", "administrator", "type", "answer", "what"],
    shown.requests.map(({ time, admin, type, action = "", status, code: number = "", ...what }) => ({
      cells: [
        text(time.slice(11, 23)),
        text(admin),
        text(`${type} ${action}`),
        [make("span", status === "success" ? "" : "bad", `${status} ${number}`)],
        code([what.xpath, what.cmd, what.element].filter((part) => part !== undefined)),
      ],
    })),
    "none yet",
  );
  document.dispatchEvent(new CustomEvent("state", { detail: shown }));
  document.documentElement.dataset["ready"] = "true";
  return shown.jobs.some(({ status }) => status !== "FIN");
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let due;
let isBusy = false;
let isDue = false;

async function refresh() {
  if (isBusy) {
    isDue = true;
    return;
  }
  [isBusy, isDue] = [true, false];
  clearTimeout(due);
  try {
    const answer = await fetch("/state");
    if (show(await answer.json())) due = setTimeout(refresh, 250);
  } catch {
    byId("summary").textContent = "not connected";
  }
  isBusy = false;
  if (isDue) setTimeout(refresh, 100);
}

search.form?.addEventListener("submit", (event) => event.preventDefault());
search.addEventListener("input", showPolicy);
differing.addEventListener("change", showPolicy);
const events = new EventSource("/events");
events.onmessage = refresh;
events.onerror = () => {
  byId("summary").textContent = "not connected";
};
