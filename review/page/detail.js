/**
 * All that is known of a row: its rule, what it lets through, the reasons, and its XML.
 *
 * @import { Reason } from "../../explain/reason"
 * @import { Flow } from "../types"
 * @import { PageData } from "./types"
 * @import { Row } from "./rows.js"
 */
import { ownerLabel, ruleName } from "./rows.js";
import { element } from "./text.js";
import { xmlLines } from "./xml.js";

/**
 * @param {Row} row
 * @param {PageData} data
 * @returns {HTMLElement}
 */
export function detailOf(row, data) {
  const { change, withheld, allowed, group } = row;
  const { names = [] } = data.firewalls[row.firewall] ?? {};
  const facts = element("dl", {});
  /** @type {(term: string, ...content: (Node | string)[]) => void} */
  const tell = (term, ...content) => {
    facts.append(element("dt", {}, term), element("dd", {}, ...content));
  };
  if (ruleName(row) !== "") tell("Rule", code(ruleName(row)));
  tell("Security group", group.name ? `${group.name} (${group.id})` : group.id);
  tell("Firewall", names.join(", "));
  if (withheld !== undefined) tell("Why", (withheld.guardrail ? "Guardrail: " : "") + withheld.text);
  if (allowed !== undefined) {
    tell("Allowed by", ...allowed.by.flatMap((name, at) => [at > 0 ? " with " : "", code(name)]));
    tell("Source", addressList(allowed.source, data));
    tell("Destination", addressList(allowed.destination, data));
  }
  const body = element("div", { class: "detail" }, facts);
  if (change === undefined) return body;

  tell("Traffic", `${change.traffic}${change.direction === "egress" ? ", egress" : ""}`);
  tell("It is", change.kind);
  for (const { text } of change.marks) tell("Look twice", element("strong", { class: "mark" }, text));
  if (change.reasons.length > 0) tell("Why", reasonList(change.reasons));
  for (const flow of change.opens) tell("Opens", flowText(flow, "opens", data));
  for (const flow of change.closes) tell("Closes", flowText(flow, "closes", data));
  for (const { field, added, removed } of change.fields) {
    tell(
      `Field ${field}`,
      ...removed.map((text) => element("del", {}, text)),
      ...added.map((text) => element("ins", {}, text)),
    );
  }
  const lines = xmlLines(change.xml);
  if (lines.length > 0) {
    const title = { added: "XML", changed: "XML, before (−) and after (+)", removed: "XML, as it was" };
    const pre = element("pre", { tabindex: "0", role: "region", "aria-label": `XML of ${change.rule}` });
    for (const { sign, text } of lines) {
      const kind = { "+": "ins", "−": "del", " ": "span" }[sign];
      pre.append(element(/** @type {"ins" | "del" | "span"} */ (kind), {}, `${sign} ${text}`), "\n");
    }
    body.append(element("h3", {}, title[change.kind]), pre);
  }
  return body;
}

/**
 * @param {Flow} flow
 * @param {"opens" | "closes"} what
 * @param {PageData} data
 */
function flowText({ source, destination, ports, applications, except = [], from, to, partly }, what, data) {
  const rest = partly ? ` (in part: the rest ${what === "opens" ? "was" : "stays"} open)` : "";
  const but = except.length > 0 ? ` but ${except.join(", ")}` : "";
  return element(
    "p",
    { class: "flow" },
    ...["from zone ", code(from), ": ", addressList(source, data), " to zone ", code(to), ": "],
    ...[addressList(destination, data), ` on ${ports.join(", ")}, application `],
    `${applications.join(", ")}${but}${rest}`,
  );
}

/**
 * Every address, with whose it is.
 * @param {readonly string[]} addresses
 * @param {PageData} data
 */
function addressList(addresses, data) {
  const list = element("span", {});
  addresses.forEach((address, index) => {
    const owner = ownerLabel(address, data.addresses);
    list.append(index > 0 ? ", " : "", code(address));
    if (owner !== undefined) list.append(` ${owner}`);
  });
  return list;
}

/**
 * @param {readonly Reason[]} reasons
 * @returns {HTMLElement}
 */
function reasonList(reasons) {
  const list = element("ul", {});
  for (const { text, because = [] } of reasons) {
    const item = element("li", {}, text);
    if (because.length > 0) item.append(reasonList(because));
    list.append(item);
  }
  return list;
}

/** @param {string} text */
function code(text) {
  return element("code", {}, text);
}
