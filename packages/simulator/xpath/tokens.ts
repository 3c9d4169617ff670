import { InvalidXpath } from "./ast";

export interface Token {
  /** An operator is a symbol too; `and`, `or`, `div` and `mod` are operators only behind an operand. */
  kind: "symbol" | "operator" | "literal" | "number" | "name";
  text: string;
}

const TOKEN =
  /\s*(?:"([^"]*)"|'([^']*)'|(\d+(?:\.\d*)?|\.\d+)|([\p{L}_][\p{L}\p{N}_.-]*)|(::|\/\/|\.\.|!=|<=|>=|[/|[\](),@.*=<>+-]))/uy;

const OPERATORS = new Set(["|", "+", "-", "=", "!=", "<", "<=", ">", ">=", "/", "//"]);
const WORDS = new Set(["and", "or", "div", "mod"]);

/**
 * Splits an XPath. A `*` or a word like `and` is an operator where the token before it ends an operand
 * (XPath 1.0, section 3.7), and a name elsewhere.
 * @throws InvalidXpath
 */
export function tokens(xpath: string): Token[] {
  const found: Token[] = [];
  const text = xpath.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new InvalidXpath(`unexpected "${text.slice(at, at + 10)}"`);
    found.push(token(match, found.at(-1)));
  }
  return found;
}

function token([, double, single, number, name, symbol]: RegExpExecArray, before?: Token): Token {
  const literal = double ?? single;
  if (literal !== undefined) return { kind: "literal", text: literal };
  if (number !== undefined) return { kind: "number", text: number };
  if (name !== undefined) {
    return { kind: WORDS.has(name) && endsOperand(before) ? "operator" : "name", text: name };
  }
  const text = symbol ?? "";
  const isOperator = text === "*" ? endsOperand(before) : OPERATORS.has(text);
  return { kind: isOperator ? "operator" : "symbol", text };
}

function endsOperand(token: Token | undefined): boolean {
  if (!token || token.kind === "operator") return false;
  return token.kind !== "symbol" || [")", "]", ".", "..", "*"].includes(token.text);
}
