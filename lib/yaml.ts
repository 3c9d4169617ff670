/** YAML with the places of what stands in it, so that a fault can be found. */
import { LineCounter, parseDocument } from "yaml";

/** Both count from 1, as editors do. */
export interface Place {
  line: number;
  column: number;
}

export type Path = readonly (string | number)[];

export interface Yaml {
  /** What it says; of one with faults, nothing. */
  value: unknown;
  /** What is no YAML, or says something twice. */
  faults: (Place & { text: string })[];
  /** Where the value at a path begins, or that of the nearest part of it that is there. */
  placeOf: (path: Path) => Place;
  /** Where the key of a path stands; of a list's member, the member. */
  keyPlaceOf: (path: Path) => Place;
}

export function readYaml(text: string): Yaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const faults = document.errors.map(({ pos, message }) => ({
    ...at(pos[0]),
    // What follows is the line itself, and where in it.
    text: message.split("\n")[0]!.replace(/(?: at line \d+, column \d+)?:?$/, ""),
  }));
  // An alias without its anchor, or far too many of them, is seen only now.
  let value: unknown;
  try {
    if (faults.length === 0) value = document.toJS();
  } catch (error) {
    faults.push({ line: 1, column: 1, text: (error as Error).message });
  }
  const startOf = (node: unknown): number | undefined =>
    (node as { range?: readonly number[] | null } | null | undefined)?.range?.[0];
  const offsetOf = (path: Path): number => {
    for (let length = path.length; length > 0; length--) {
      const start = startOf(document.getIn(path.slice(0, length), true));
      if (start !== undefined) return start;
    }
    return startOf(document.contents) ?? 0;
  };
  const keyOffsetOf = (path: Path): number => {
    for (let length = path.length; length > 0; length--) {
      const parent: unknown =
        length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
      const { items } = (parent ?? {}) as { items?: { key?: { value?: unknown } }[] };
      const start = startOf(items?.find(({ key }) => key?.value === path[length - 1])?.key);
      if (start !== undefined) return start;
      if (typeof path[length - 1] === "number" && document.hasIn(path.slice(0, length)))
        return offsetOf(path.slice(0, length));
    }
    return startOf(document.contents) ?? 0;
  };
  return {
    value,
    faults,
    placeOf: (path) => at(offsetOf(path)),
    keyPlaceOf: (path) => at(keyOffsetOf(path)),
  };
}

/** A file that is no YAML: each fault as `file:line:column: why`, as editors and terminals lead to it. */
export class YamlError extends Error {
  override readonly name = "YamlError";

  constructor(file: string, { faults }: Yaml) {
    super(faults.map(({ line, column, text }) => `${file}:${line}:${column}: ${text}`).join("\n"));
  }
}

/** @param file its name, for messages @throws YamlError */
export function valueOfYaml(text: string, file: string): unknown {
  const yaml = readYaml(text);
  if (yaml.faults.length > 0) throw new YamlError(file, yaml);
  return yaml.value;
}
