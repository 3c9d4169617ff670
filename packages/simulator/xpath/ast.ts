/** Where a step looks from a node; `namespace` is left out: a PAN-OS configuration has none. */
export const AXES = [
  "ancestor",
  "ancestor-or-self",
  "attribute",
  "child",
  "descendant",
  "descendant-or-self",
  "following",
  "following-sibling",
  "parent",
  "preceding",
  "preceding-sibling",
  "self",
] as const;

export type Axis = (typeof AXES)[number];

/** What a step takes of its axis: nodes of a name (`*` is any name), texts, or nodes of every kind. */
type NodeTest = "name" | "text" | "node";

export interface Step {
  axis: Axis;
  test: NodeTest;
  /** Element or attribute name, or `*`. */
  name: string;
  predicates: Expression[];
}

/** A path of steps, from the document or from where it is evaluated. */
export interface LocationPath {
  absolute: boolean;
  steps: Step[];
}

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";
export type Arithmetic = "+" | "-" | "*" | "div" | "mod";

/** A parsed XPath 1.0 expression. */
export type Expression =
  | { kind: "or" | "and" | "union"; left: Expression; right: Expression }
  | { kind: "compare"; operator: Comparison; left: Expression; right: Expression }
  | { kind: "arithmetic"; operator: Arithmetic; left: Expression; right: Expression }
  | { kind: "negative"; of: Expression }
  | { kind: "call"; name: string; args: Expression[] }
  | { kind: "literal"; value: string }
  | { kind: "number"; value: number }
  | { kind: "path"; path: LocationPath }
  /** `(…)[1]/a`: what an expression gives, filtered, and steps from there. */
  | { kind: "filter"; of: Expression; predicates: Expression[]; steps: Step[] };

/** An XPath that can't be read. PAN-OS answers a read with it as if nothing was there. */
export class InvalidXpath extends Error {
  readonly code = "invalid-xpath";
}

/** The location paths that an expression is a union of; undefined when it is something else. */
export function locationPaths(expression: Expression): LocationPath[] | undefined {
  if (expression.kind === "path") return [expression.path];
  if (expression.kind !== "union") return undefined;
  const left = locationPaths(expression.left);
  const right = locationPaths(expression.right);
  return left && right && [...left, ...right];
}
