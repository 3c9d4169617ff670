/**
 * The page: rulebases beside each other, pending changes, jobs, requests. All text from the firewall is
 * put in as text nodes; none of it is ever markup.
 */
export function pageHtml(nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>PAN-OS simulator</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<header><h1 id="host">PAN-OS simulator</h1><p id="summary" role="status">connecting…</p></header>
<main>
<section aria-labelledby="policy"><h2 id="policy">Security policy</h2>
<p class="legend"><b class="new">new</b> <b class="changed">changed</b> <b class="moved">moved</b> <b class="removed">removed</b></p>
<div class="pair">
<div><h3>Candidate</h3><div class="scroll"><table id="candidate"></table></div></div>
<div><h3>Running</h3><div class="scroll"><table id="running"></table></div></div>
</div></section>
<div class="pair">
<section><h2>Pending changes</h2><div class="scroll"><table id="pending"></table></div></section>
<section><h2>Jobs</h2><div class="scroll"><table id="jobs"></table></div></section>
</div>
<section><h2>Locks</h2><div class="scroll"><table id="locks"></table></div></section>
<section><h2>Last requests</h2><div class="scroll"><table id="requests"></table></div></section>
</main>
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark;
  --text: light-dark(#1d2733, #dbe3ec); --back: light-dark(#f6f7f9, #12171d); --card: light-dark(#fff, #1a2129);
  --line: light-dark(#d5dbe2, #323d49); --dim: light-dark(#5b6773, #93a1b0);
  --new: light-dark(#d8f3df, #173a24); --changed: light-dark(#fff1cc, #44360f);
  --moved: light-dark(#dceaff, #17304f); --removed: light-dark(#fbdcdc, #4a1c1e); --bar: light-dark(#2f6fd6, #5c95f0); }
* { box-sizing: border-box; }
body { margin: 0; font: 14px/1.45 system-ui, sans-serif; color: var(--text); background: var(--back); }
header { padding: 1rem 1.5rem .5rem; } h1 { font-size: 1.25rem; margin: 0; } header p { margin: .2rem 0 0; color: var(--dim); }
main { padding: 0 1.5rem 2rem; display: grid; gap: 1rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .75rem 1rem; min-width: 0; }
h2 { font-size: 1rem; margin: 0 0 .4rem; } h3 { font-size: .85rem; margin: .2rem 0; color: var(--dim); font-weight: 600; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(40rem, 100%), 1fr)); gap: 1rem; }
.pair > * { min-width: 0; }
.scroll { overflow: auto; max-height: 32rem; }
table { border-collapse: collapse; width: 100%; font-size: 12.5px; }
th, td { text-align: left; vertical-align: top; padding: .25rem .5rem; border-bottom: 1px solid var(--line); white-space: pre-line; }
td { max-width: 22rem; overflow-wrap: break-word; } td code { overflow-wrap: anywhere; }
th { position: sticky; top: 0; background: var(--card); color: var(--dim); font-weight: 600; }
.new td, b.new { background: var(--new); } .removed td, b.removed { background: var(--removed); }
.moved td, b.moved { background: var(--moved); } .changed td:first-child, td.differs, b.changed { background: var(--changed); }
.legend b { font-weight: 500; padding: .05rem .5rem; border-radius: 4px; } .legend { margin: 0 0 .3rem; font-size: 12px; }
.disabled td { color: var(--dim); font-style: italic; } .bad { color: light-dark(#b3261e, #ff8a80); }
progress { width: 7rem; accent-color: var(--bar); } .empty { color: var(--dim); }
code { font: 12px ui-monospace, monospace; }
`;

const SCRIPT = `
"use strict";
const $ = (id) => document.getElementById(id);
function make(tag, content, className) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (content instanceof Node) node.append(content); else node.textContent = content ?? "";
  return node;
}
function fill(id, heads, rows, none) {
  const table = $(id);
  const holder = table.parentElement;
  const at = holder.scrollTop;
  const body = [make("tr", "")];
  body[0].replaceChildren(...heads.map((head) => { const th = make("th", head); th.scope = "col"; return th; }));
  for (const { cells, className } of rows) {
    const row = make("tr", "", className);
    row.replaceChildren(...cells.map((cell) => cell instanceof HTMLTableCellElement ? cell : make("td", cell)));
    body.push(row);
  }
  if (rows.length === 0) { const row = make("tr", ""); const cell = make("td", none, "empty"); cell.colSpan = heads.length; row.replaceChildren(cell); body.push(row); }
  table.replaceChildren(...body);
  holder.scrollTop = at;
}
const COLUMNS = ["tag", "from", "source", "to", "destination", "application", "service", "action", "description"];
function rules(list) {
  return list.map((rule, index) => ({
    className: rule.mark + (rule.disabled ? " disabled" : ""),
    cells: [(index + 1) + " " + (rule.mark ? "(" + rule.mark + ")" : ""), rule.name + (rule.disabled ? " (disabled)" : ""),
      ...COLUMNS.map((column) => make("td", rule.cells[column], rule.differs.includes(column) ? "differs" : ""))],
  }));
}
function meter(job) {
  if (job.status === "FIN") return make("td", job.result, job.result === "OK" ? "" : "bad");
  const bar = document.createElement("progress");
  bar.max = 100; bar.value = job.progress;
  const cell = make("td", bar); cell.append(" " + job.progress + "% " + job.status);
  return cell;
}
function show(state) {
  document.title = state.hostname + ": PAN-OS simulator";
  $("host").textContent = state.hostname + " (PAN-OS " + state.swVersion + ", simulated)";
  const admins = {};
  for (const change of state.pending) admins[change.admin] = (admins[change.admin] ?? 0) + 1;
  const pending = Object.entries(admins).map(([admin, count]) => admin + ": " + count + " pending").join(", ");
  const vsys = state.vsys[0];
  $("summary").textContent = vsys.candidate.length + " rules in candidate, " + vsys.running.length + " running; " + (pending || "nothing pending");
  const many = state.vsys.length > 1;
  const all = (side) => state.vsys.flatMap((one) => rules(one[side]).map((row) => many ? { ...row, cells: [one.name + " " + row.cells[0], ...row.cells.slice(1)] } : row));
  fill("candidate", ["#", "name", ...COLUMNS], all("candidate"), "no rules");
  fill("running", ["#", "name", ...COLUMNS], all("running"), "no rules");
  fill("pending", ["administrator", "action", "component", "where"], state.pending.map((change) => ({ cells: [change.admin, change.action, change.component, make("td", make("code", change.xpath))] })), "none");
  fill("jobs", ["id", "type", "user", "result", "details"], state.jobs.map((job) => ({ cells: [String(job.id), job.type, job.user, meter(job), job.text] })), "none yet");
  fill("locks", ["kind", "administrator", "scope", "comment"], state.locks.map((lock) => ({ cells: [lock.kind, lock.admin, lock.scope, lock.comment] })), "none");
  fill("requests", ["time", "administrator", "type", "answer", "what"], state.requests.map((request) => ({
    cells: [request.time.slice(11, 23), request.admin, request.type + (request.action ? " " + request.action : ""),
      make("td", request.status + (request.code ? " " + request.code : ""), request.status === "success" ? "" : "bad"),
      make("td", make("code", [request.xpath, request.cmd, request.element].filter(Boolean).join("\\n")))] })), "none yet");
  return state.jobs.some((job) => job.status !== "FIN");
}
let due, busy = false, again = false;
async function refresh() {
  if (busy) { again = true; return; }
  busy = true; again = false;
  clearTimeout(due);
  try {
    const answer = await fetch("/state");
    if (show(await answer.json())) due = setTimeout(refresh, 250);
  } catch { $("summary").textContent = "not connected"; }
  busy = false;
  if (again) setTimeout(refresh, 100);
}
const events = new EventSource("/events");
events.onmessage = refresh;
events.onerror = () => { $("summary").textContent = "not connected"; };
`;
