/** A parsed XPath of the subset that PAN-OS clients use. */
export interface LocationPath {
  absolute: boolean;
  steps: Step[];
}

export interface Step {
  axis: "child" | "descendant" | "attribute" | "self" | "parent" | "text";
  /** Element or attribute name, or `*`. */
  name: string;
  predicates: Expression[];
}

export type Expression =
  | { kind: "or" | "and"; left: Expression; right: Expression }
  | { kind: "compare"; operator: "=" | "!="; left: Expression; right: Expression }
  | { kind: "call"; name: string; args: Expression[] }
  | { kind: "literal"; value: string }
  | { kind: "number"; value: number }
  | { kind: "path"; path: LocationPath };

/** An XPath that can't be read. PAN-OS answers a read with it as if nothing was there. */
export class InvalidXpath extends Error {
  readonly code = "invalid-xpath";
}
