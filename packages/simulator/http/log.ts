import type { Firewall } from "../firewall";
import type { ArchivedComment } from "../op/audit";
import { BadRequest, Refusal } from "../refusal";
import { deviceTime } from "../time";
import { escapeText } from "../xml/print";
import { result } from "./answers";
import type { Answer } from "./answers";

/**
 * `type=log`: a query is a job, and its answer is fetched with `action=get`. The simulator keeps the
 * configuration log's audit comments only (fields as pango reads them), and looks them up at once.
 */
export function log(firewall: Firewall, parameters: ReadonlyMap<string, string>): Answer {
  if (parameters.get("action") === "get") {
    const id = parameters.get("job-id") ?? "";
    const entries = firewall.logQueries[Number(id) - 1];
    if (!entries) throw new Refusal(undefined, [`job ${id} not found`]);
    const now = deviceTime();
    return result(
      `<job><tenq>${now}</tenq><tdeq>${now}</tdeq><tlast>${now}</tlast><status>FIN</status><id>${id}</id></job>` +
        `<log><logs count="${entries.length}" progress="100">${entries.map(entryXml).join("")}</logs></log>`,
    );
  }
  const type = parameters.get("log-type") ?? "";
  if (type !== "config")
    throw new BadRequest(400, `Illegal value for parameter "log-type" [${type}]. Must be one of: config`);
  const matches = matcher(parameters.get("query") ?? "");
  const skip = count(parameters, "skip", 0);
  const found = firewall.auditComments.history.filter(matches);
  if (parameters.get("dir") !== "forward") found.reverse();
  firewall.logQueries.push(found.slice(skip, skip + count(parameters, "nlogs", 20)));
  const id = firewall.logQueries.length;
  return result(`<msg><line>query job enqueued with jobid ${id}</line></msg><job>${id}</job>`, "19");
}

function count(parameters: ReadonlyMap<string, string>, name: string, otherwise: number): number {
  const text = parameters.get(name);
  if (text === undefined) return otherwise;
  if (!/^\d{1,4}$/.test(text))
    throw new BadRequest(400, `Illegal value for parameter "${name}" [${text}]. Must be a number up to 5000`);
  return Number(text);
}

/** Understands what clients ask for: `(subtype eq audit-comment) and (path contains TEXT) and …`. */
function matcher(query: string): (comment: ArchivedComment) => boolean {
  const terms = query === "" ? [] : query.split(/\)\s+and\s+\(/).map((term) => term.replace(/^\(|\)$/g, ""));
  const tests = terms.map((term) => {
    const [, field, operator, value = ""] = /^\s*(\S+)\s+(eq|contains)\s+(.+?)\s*$/.exec(term) ?? [];
    const text = value.replace(/^'(.*)'$/s, "$1").replaceAll("\\'", "'");
    if (field === "subtype" && operator === "eq") return () => text === "audit-comment";
    if (field === "path" && operator === "contains")
      return ({ xpath }: ArchivedComment) => xpath.includes(text);
    if (field === "admin" && operator === "eq") return ({ admin }: ArchivedComment) => admin === text;
    throw new Refusal("17", [`Invalid query: ${term}`]);
  });
  return (comment) => tests.every((test) => test(comment));
}

function entryXml({ xpath, admin, comment, time, configVersion }: ArchivedComment, index: number): string {
  const values: [string, string][] = [
    ["receive_time", time],
    ["type", "CONFIG"],
    ["subtype", "audit-comment"],
    ["time_generated", time],
    ["admin", admin],
    ["path", xpath],
    ["comment", comment],
    ["config_ver", String(configVersion)],
  ];
  const inner = values.map(([tag, value]) => `<${tag}>${escapeText(value)}</${tag}>`).join("");
  return `<entry logid="${index + 1}">${inner}</entry>`;
}
