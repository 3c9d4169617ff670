/** A rule's entry line by line, and what of it becomes other. */

/** @typedef {{ sign: " " | "+" | "−", text: string, key: string }} XmlLine */

/**
 * An entry as it is, or the two of a changed rule in one. Members are sets: their places in the entry don't matter.
 * @param {{ before?: string, after?: string }} xml
 * @returns {XmlLine[]}
 */
export function xmlLines({ before, after }) {
  if (before === undefined || after === undefined) return lines(before ?? after ?? "");
  const [old, now] = [lines(before), lines(after)];
  const [had, has] = [old, now].map((each) => new Set(each.map(({ key }) => key)));
  /** @type {XmlLine[]} */
  const merged = [];
  const told = new Set();
  let next = 0;
  /** @type {(until?: string) => void} */
  const added = (until) => {
    for (; next < now.length; next++) {
      const line = now[next];
      if (line === undefined || line.key === until) break;
      if (told.has(line.key)) continue;
      if (had?.has(line.key)) {
        // Both have it, but not in the same place: it is told where it was.
        if (until !== undefined) break;
      } else merged.push({ ...line, sign: "+" });
    }
  };
  for (const line of old) {
    if (!has?.has(line.key)) merged.push({ ...line, sign: "−" });
    else {
      added(line.key);
      merged.push(line);
      told.add(line.key);
      if (now[next]?.key === line.key) next++;
    }
  }
  added();
  return merged;
}

/**
 * @param {string} xml as the client writes it: no blanks between elements, no markup in texts
 * @returns {XmlLine[]}
 */
function lines(xml) {
  /** @type {XmlLine[]} */
  const all = [];
  /** @type {string[]} */
  const path = [];
  for (const [text] of xml.matchAll(/<(\/?)([\w-]+)[^>]*>(?:[^<]*<\/\2>)?/g)) {
    const isEnd = text.startsWith("</");
    if (isEnd) path.pop();
    const line = "  ".repeat(path.length) + text;
    all.push({ sign: " ", text: line, key: `${path.join("/")} ${text}` });
    if (!isEnd && !text.includes("</")) path.push(text);
  }
  return all;
}
