/**
 * Draws the picture, and lets a person walk it: one stop of the Tab key, then the arrow keys; Enter or a click
 * asks for what passes there.
 *
 * @import { PageData } from "./types"
 * @import { Row } from "./rows.js"
 * @import { Focus } from "./filter.js"
 * @import { Box, Line, Side } from "./layout.js"
 */
import { byKey } from "../../page/lists.js";
import { count, visible } from "../../page/text.js";
import { layoutOf, ruleCount } from "./layout.js";
import { KINDS } from "./rows.js";

const [BOX_HEIGHT, GAP, HEAD] = [42, 10, 26];
/** An average character's width, of 13 pixels' size. */
const CHARACTER = 7;

/** @typedef {{ shape: SVGGElement, button: SVGGElement, rows: Set<Row> }} Part */

/** @type {Record<Side, string>} */
const TITLES = { source: "Source", port: "Port", destination: "Destination" };

/**
 * Fills the picture.
 * @param {SVGSVGElement} svg
 * @param {readonly Row[]} rows
 * @param {PageData} data
 * @param {Focus | undefined} focus
 * @param {number} width in pixels
 * @param {(focus: Focus) => void} choose
 * @returns {boolean} whether there is anything in it
 */
export function draw(svg, rows, data, focus, width, choose) {
  const { columns, lines } = layoutOf(rows, data, focus);
  const most = Math.max(columns.source.length, columns.port.length, columns.destination.length);
  const height = HEAD + most * (BOX_HEIGHT + GAP);
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("height", String(height));
  if (most === 0) return false;

  // A port stands whole in a phone's window too, its mark before it.
  const middle = Math.max(88, Math.min(130, Math.floor(width * 0.2)));
  const side = Math.min(250, Math.floor(width * 0.34), Math.floor((width - middle) / 2) - 16);
  const edges = {
    source: { x: 1, width: side },
    port: { x: Math.floor((width - middle) / 2), width: middle },
    destination: { x: width - side - 1, width: side },
  };
  /** @type {Map<Box, { x: number, y: number, width: number }>} */
  const places = new Map();
  for (const name of /** @type {Side[]} */ (Object.keys(columns))) {
    const column = columns[name];
    const top = HEAD + ((most - column.length) * (BOX_HEIGHT + GAP)) / 2;
    const { x, width: boxWidth } = edges[name];
    svg.append(label(TITLES[name], x + boxWidth / 2, 14, "column"));
    column.forEach((box, index) =>
      places.set(box, { x, y: top + index * (BOX_HEIGHT + GAP), width: boxWidth }),
    );
  }

  /** @type {Part[]} */
  const parts = [];
  /** @type {(kind: string, drawing: Element[], texts: Element[], of: Set<Row>, says: string, chosen: Focus) => void} */
  const add = (kind, drawing, texts, of, says, chosen) => {
    // What is read aloud is said whole; the texts beside it are cut to what has room.
    const button = svgElement("g", { role: "button", "aria-label": visible(says) });
    button.setAttribute("tabindex", parts.length === 0 ? "0" : "-1");
    button.append(...drawing);
    const title = svgElement("title", {});
    title.textContent = visible(says);
    const shape = svgElement("g", { class: kind });
    shape.append(title, button, ...texts);
    const light = () => {
      for (const part of parts) {
        part.shape.classList.toggle("dim", part.rows !== of && !meets(of, part.rows));
      }
    };
    const unlight = () => parts.forEach((part) => part.shape.classList.remove("dim"));
    shape.addEventListener("pointerenter", light);
    shape.addEventListener("pointerleave", unlight);
    button.addEventListener("focus", light);
    button.addEventListener("blur", unlight);
    shape.addEventListener("click", () => choose(chosen));
    button.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") choose(chosen);
      else if (!walk(parts, button, event.key)) return;
      event.preventDefault();
    });
    parts.push({ shape, button, rows: of });
    svg.append(shape);
  };

  const isDense = lines.length > 40;
  for (const { line, path, sign } of drawn(lines, columns, places)) {
    const { from, to, what, rows: of } = line;
    const says = `${KINDS[what].word}: ${from.label} to ${to.label}, ${count(ruleCount(of), "rule")}`;
    const wide = 1.5 + Math.min(8, Math.log2(ruleCount(of))) * (isDense ? 0.5 : 1);
    const drawing = [
      svgElement("path", { class: "reach", d: path }),
      svgElement("path", { class: "stroke", d: path, "stroke-width": wide.toFixed(1) }),
      ...(isDense ? [] : [svgElement("circle", { cx: sign.x, cy: sign.y, r: 8 })]),
    ];
    const texts = isDense ? [] : [label(KINDS[what].sign, Number(sign.x), Number(sign.y) + 4.5, "sign")];
    const chosen = { label: `${from.label} → ${to.label}`, ...end(from), ...end(to) };
    add(`line ${what}${isDense ? " dense" : ""}`, drawing, texts, of, says, chosen);
  }
  for (const [box, { x, y, width: boxWidth }] of places) {
    const addresses = box.side === "port" ? count(box.members.size, "entry", "entries") : addressesText(box);
    const rules = count(ruleCount(box.rows), "rule");
    const room = Math.floor((boxWidth - 14) / CHARACTER);
    const below =
      width < 640 || box.side === "port"
        ? rules
        : [addresses, rules].filter((text) => text !== box.label).join(" · ");
    const rect = svgElement("rect", { x, y, width: boxWidth, height: BOX_HEIGHT, rx: 7 });
    const texts = [
      label(short((box.isLoud ? "⚠ " : "") + box.label, room), x + boxWidth / 2, y + 18, "name"),
      label(short(below, room + 3), x + boxWidth / 2, y + 33, "below"),
    ];
    const says = `${TITLES[box.side]} ${box.label}: ${addresses}, ${rules}${box.isLoud ? ", look twice" : ""}`;
    add(box.isLoud ? "box loud" : "box", [rect], texts, box.rows, says, { label: box.label, ...end(box) });
  }
  return true;
}

/**
 * Each line as a curve, where those at one side of a box stand apart.
 * @param {readonly Line[]} lines
 * @param {Record<Side, readonly Box[]>} columns
 * @param {ReadonlyMap<Box, { x: number, y: number, width: number }>} places
 */
function drawn(lines, columns, places) {
  const rank = new Map(Object.values(columns).flatMap((column) => column.map((box, index) => [box, index])));
  /** @type {(own: Line[], line: Line, other: "from" | "to") => number} */
  const slot = (own, line, other) => {
    own.sort(
      (a, b) => (rank.get(a[other]) ?? 0) - (rank.get(b[other]) ?? 0) || a.what.localeCompare(b.what) * -1,
    );
    return 5 + ((own.indexOf(line) + 0.5) / own.length) * (BOX_HEIGHT - 10);
  };
  const leaving = byKey(lines, ({ from }) => from);
  const arriving = byKey(lines, ({ to }) => to);
  return lines.flatMap((line) => {
    const [from, to] = [places.get(line.from), places.get(line.to)];
    if (from === undefined || to === undefined) return [];
    const [x1, x2] = [from.x + from.width, to.x];
    const y1 = from.y + slot(leaving.get(line.from) ?? [], line, "to");
    const y2 = to.y + slot(arriving.get(line.to) ?? [], line, "from");
    const bend = (x2 - x1) / 2;
    const path = `M${x1} ${y1.toFixed(1)}C${x1 + bend} ${y1.toFixed(1)} ${x2 - bend} ${y2.toFixed(1)} ${x2} ${y2.toFixed(1)}`;
    // The sign stands nearer to the outer column, where lines are apart.
    const at = line.from.side === "source" ? 0.3 : 0.7;
    return [{ line, path, sign: onCurve(at, x1, y1, x2, y2) }];
  });
}

/**
 * @param {number} t
 * @param {number} x1
 * @param {number} y1
 * @param {number} x2
 * @param {number} y2
 */
function onCurve(t, x1, y1, x2, y2) {
  const bend = (x2 - x1) / 2;
  const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
  const x = a * x1 + b * (x1 + bend) + c * (x2 - bend) + d * x2;
  return { x: x.toFixed(1), y: ((a + b) * y1 + (c + d) * y2).toFixed(1) };
}

/**
 * What a box asks for.
 * @param {Box} box
 * @returns {Partial<Focus>}
 */
function end({ side, members }) {
  return { [side]: members };
}

/** @param {Box} box */
function addressesText({ members }) {
  const all = [...members];
  if (all.length === 1 && (all[0] === "any" || /\/0$/.test(all[0] ?? ""))) return "the whole internet";
  return all.length === 1 ? (all[0] ?? "") : `${all.length.toLocaleString("en")} addresses`;
}

/**
 * Goes to a neighbour. @returns whether the key asks for one
 * @param {readonly Part[]} parts
 * @param {SVGGElement} from
 * @param {string} key
 */
function walk(parts, from, key) {
  const at = parts.findIndex(({ button }) => button === from);
  /** @type {Record<string, number>} */
  const steps = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1 };
  const next = { ...steps, Home: 0, End: parts.length - 1 }[key];
  if (next === undefined) return false;
  const to = parts[Math.max(0, Math.min(next, parts.length - 1))]?.button ?? from;
  from.setAttribute("tabindex", "-1");
  to.setAttribute("tabindex", "0");
  to.focus();
  return true;
}

/**
 * @param {Set<Row>} a
 * @param {Set<Row>} b
 */
function meets(a, b) {
  const [few, many] = a.size < b.size ? [a, b] : [b, a];
  for (const row of few) if (many.has(row)) return true;
  return false;
}

/**
 * @param {string} text
 * @param {number} length
 */
function short(text, length) {
  return text.length <= length ? text : `${text.slice(0, Math.max(length - 1, 1))}…`;
}

/**
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {string} kind
 */
function label(text, x, y, kind) {
  const made = svgElement("text", { x, y, class: kind, "text-anchor": "middle", "aria-hidden": "true" });
  made.textContent = visible(text);
  return made;
}

/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number>} attributes
 */
function svgElement(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}
