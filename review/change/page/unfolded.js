/**
 * All that is known of a row: its rule, what it lets through, the reasons, and its XML.
 *
 * @import { Flow, FlowPart } from "../types"
 * @import { PageData } from "./types"
 * @import { Row } from "./rows.js"
 */
import { code, Facts, reasonList, xmlPart } from "../../page/detail.js";
import { element } from "../../page/text.js";
import { ownerLabel, ruleName } from "./rows.js";

/**
 * @param {Row} row
 * @param {PageData} data
 * @returns {HTMLElement}
 */
export function unfolded(row, data) {
  const { change, withheld, allowed, group } = row;
  const { names = [] } = data.firewalls[row.firewall] ?? {};
  const facts = new Facts();
  if (ruleName(row) !== "") facts.tell("Rule", code(ruleName(row)));
  facts.tell("Security group", group.name ? `${group.name} (${group.id})` : group.id);
  facts.tell("Firewall", names.join(", "));
  if (withheld !== undefined) facts.tell("Why", (withheld.guardrail ? "Guardrail: " : "") + withheld.text);
  if (allowed !== undefined) {
    facts.tell("Allowed by", ...allowed.by.flatMap((name, at) => [at > 0 ? " with " : "", code(name)]));
    if (allowed.deniedBy !== undefined) {
      facts.tell(
        "Part denied by",
        ...allowed.deniedBy.flatMap((name, at) => [at > 0 ? " and " : "", code(name)]),
      );
    }
    facts.tell("Source", addressList(allowed.source, data));
    facts.tell("Destination", addressList(allowed.destination, data));
  }
  const body = element("div", { class: "detail" }, facts.element);
  if (change === undefined) return body;

  facts.tell("Traffic", `${change.traffic}${change.direction === "egress" ? ", egress" : ""}`);
  facts.tell("It is", change.kind);
  for (const { text } of change.marks) facts.tell("Look twice", element("strong", { class: "mark" }, text));
  if (change.stopped !== undefined) facts.tell("AWS stops", reasonList(change.stopped.because));
  if (change.reasons.length > 0) facts.tell("Why", reasonList(change.reasons));
  for (const flow of change.opens) facts.tell("Opens", flowText(flow, "opens", data));
  for (const flow of change.closes) {
    facts.tell("Closes", flowText(flow, "closes", data));
    if (flow.cut !== undefined) facts.tell("In use", element("strong", { class: "mark" }, flow.cut.text));
  }
  for (const { field, added, removed } of change.fields) facts.tellField(field, removed, added);
  const titles = { added: "XML", changed: "XML, before (−) and after (+)", removed: "XML, as it was" };
  body.append(...xmlPart(titles[change.kind], change.rule, change.xml));
  return body;
}

/**
 * @param {Flow} flow
 * @param {"opens" | "closes"} what
 * @param {PageData} data
 */
function flowText(flow, what, data) {
  const { source, destination, ports, applications, except = [], already = [], from, to, partly } = flow;
  const rest = partly ? ` (in part: the rest ${what === "opens" ? "was" : "stays"} open)` : "";
  const but = except.length > 0 ? ` but ${except.join(", ")}` : "";
  const parts = already.map((part) => partText(part, flow)).join("; ");
  return element(
    "p",
    { class: "flow" },
    ...["from zone ", code(from), ": ", addressList(source, data), " to zone ", code(to), ": "],
    ...[addressList(destination, data), ` on ${ports.join(", ")}, application `],
    `${applications.join(", ")}${but}${parts && `, but ${parts}`}${rest}`,
  );
}

/**
 * What of a flow makes no difference, without the ends that are the flow's own.
 * @param {FlowPart} part
 * @param {Pick<Flow, "source" | "destination">} flow
 */
export function partText({ source, destination, ports, application }, flow) {
  const ends = endOf("from", source, flow.source) + endOf("to", destination, flow.destination);
  return `${application} on ${ports.join(", ")}${ends}`;
}

/**
 * @param {string} word
 * @param {readonly string[]} texts
 * @param {readonly string[]} whole
 */
function endOf(word, texts, whole) {
  const shown = texts.map(withoutHostBits);
  const isWhole = shown.join() === whole.map(withoutHostBits).join();
  return isWhole ? "" : ` ${word} ${shown.join(", ")}`;
}

/**
 * One address, without the length of its prefix.
 * @param {string} text
 */
function withoutHostBits(text) {
  return text.replace(text.includes(":") ? /\/128$/ : /\/32$/, "");
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
