/**
 * What a Panorama manages: its groups and firewalls, and where each rule stands on each of them. page.js says when
 * there is something to show.
 *
 * @import { Fleet } from "./types"
 */

/**
 * @param {string} tag
 * @param {...(Node | string)} content
 */
function make(tag, ...content) {
  const node = document.createElement(tag);
  node.append(...content);
  return node;
}

/**
 * @param {string} id
 * @param {readonly string[]} titles
 * @param {readonly (readonly string[])[]} rows
 */
function fill(id, titles, rows) {
  const heads = titles.map((title) => {
    const head = make("th", title);
    head.setAttribute("scope", "col");
    return head;
  });
  const body = rows.map((cells) => {
    const row = make("tr");
    cells.forEach((text, at) => {
      const cell = make("td", make("span", text));
      cell.dataset["title"] = titles[at] ?? "";
      row.append(cell);
    });
    return row;
  });
  document.getElementById(id)?.replaceChildren(make("thead", make("tr", ...heads)), make("tbody", ...body));
}

/** @param {Fleet} fleet */
function show({ groups, firewalls, rules }) {
  fill(
    "groups",
    ["group", "firewall", "connected", "policy", "last push", "when"],
    groups.flatMap(({ name, depth, firewalls: members }) => {
      const group = `${"\u00a0\u00a0".repeat(depth)}${name}`;
      if (members.length === 0) return [[group, "none of its own", "", "", "", ""]];
      return members.map(({ serial, name: host, connected, status, pushed, pushedAt }, at) => [
        at === 0 ? group : "",
        `${host} (${serial})`,
        connected ? "yes" : "no",
        status,
        pushed,
        pushedAt,
      ]);
    }),
  );
  fill(
    "fleet-rules",
    ["from", "rulebase", "rule", ...firewalls],
    rules.map(({ from, place, name, disabled, at }) => [
      from,
      place,
      disabled ? `${name} (disabled)` : name,
      ...firewalls.map((firewall) => at[firewall] ?? ""),
    ]),
  );
}

document.addEventListener("state", (event) => {
  const { fleet } = /** @type {CustomEvent<{ fleet?: Fleet }>} */ (event).detail;
  const part = document.getElementById("fleet");
  if (part) part.hidden = fleet === undefined;
  if (fleet) show(fleet);
});
