import { InvalidXpath } from "./ast";
import type { Expression, LocationPath, Step } from "./ast";

const TOKEN =
  /\s*(?:(\/\/|\/|\||\[|\]|\(|\)|,|@|!=|=|\.\.|\.|\*)|"([^"]*)"|'([^']*)'|(\d+(?:\.\d+)?)|([\p{L}_][\p{L}\p{N}_.-]*))/uy;

interface Token {
  kind: "symbol" | "literal" | "number" | "name";
  text: string;
}

const FUNCTIONS = new Set(["text", "concat", "contains", "starts-with", "not", "last", "position", "name"]);
const parsedPaths = new Map<string, LocationPath[]>();

/**
 * Parses an XPath; a union gives several paths. Parsed ones are kept, because a client writes to the
 * same few containers again and again.
 * @throws InvalidXpath
 */
export function parseXpath(xpath: string): LocationPath[] {
  let paths = parsedPaths.get(xpath);
  if (paths === undefined) {
    paths = new Parser(tokens(xpath)).union();
    if (parsedPaths.size > 2000) parsedPaths.clear();
    parsedPaths.set(xpath, paths);
  }
  return paths;
}

function tokens(xpath: string): Token[] {
  const found: Token[] = [];
  const text = xpath.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new InvalidXpath(`unexpected "${text.slice(at, at + 10)}"`);
    const [, symbol, double, single, number, name] = match;
    if (symbol !== undefined) found.push({ kind: "symbol", text: symbol });
    else if (double !== undefined) found.push({ kind: "literal", text: double });
    else if (single !== undefined) found.push({ kind: "literal", text: single });
    else if (number !== undefined) found.push({ kind: "number", text: number });
    else found.push({ kind: "name", text: name ?? "" });
  }
  return found;
}

class Parser {
  private at = 0;
  private depth = 0;
  constructor(private readonly tokens: Token[]) {}

  union(): LocationPath[] {
    const paths = [this.path()];
    while (this.take("|")) paths.push(this.path());
    if (this.at < this.tokens.length) this.fail();
    return paths;
  }

  private path(): LocationPath {
    const steps: Step[] = [];
    let absolute = false;
    let descend = false;
    if (this.take("//")) {
      absolute = true;
      descend = true;
    } else if (this.take("/")) absolute = true;
    for (;;) {
      steps.push(this.step(descend));
      if (this.take("//")) descend = true;
      else if (this.take("/")) descend = false;
      else return { absolute, steps };
    }
  }

  private step(descend: boolean): Step {
    const step: Step = { axis: descend ? "descendant" : "child", name: "*", predicates: [] };
    if (this.take("..")) return { ...step, axis: "parent" };
    if (this.take(".")) return { ...step, axis: "self" };
    if (this.take("@")) {
      step.axis = "attribute";
      step.name = this.name();
      return step;
    }
    if (this.peekCall("text")) {
      this.at += 3;
      return { ...step, axis: "text" };
    }
    step.name = this.name();
    while (this.take("[")) {
      step.predicates.push(this.or());
      this.expect("]");
    }
    return step;
  }

  private or(): Expression {
    if (++this.depth > 100) throw new InvalidXpath("nested too deeply");
    const expression = this.disjunction();
    this.depth--;
    return expression;
  }

  private disjunction(): Expression {
    let left = this.and();
    while (this.takeName("or")) left = { kind: "or", left, right: this.and() };
    return left;
  }

  private and(): Expression {
    let left = this.comparison();
    while (this.takeName("and")) left = { kind: "and", left, right: this.comparison() };
    return left;
  }

  private comparison(): Expression {
    const left = this.primary();
    for (const operator of ["=", "!="] as const) {
      if (this.take(operator)) return { kind: "compare", operator, left, right: this.primary() };
    }
    return left;
  }

  private primary(): Expression {
    const token = this.tokens[this.at] ?? this.fail();
    if (token.kind === "literal" || token.kind === "number") {
      this.at++;
      return token.kind === "literal"
        ? { kind: "literal", value: token.text }
        : { kind: "number", value: Number(token.text) };
    }
    if (this.take("(")) {
      const inner = this.or();
      this.expect(")");
      return inner;
    }
    const isCall = token.kind === "name" && token.text !== "text" && this.peekCall(token.text, false);
    if (!isCall) return { kind: "path", path: this.path() };
    if (!FUNCTIONS.has(token.text)) throw new InvalidXpath(`unknown function ${token.text}()`);
    this.at += 2;
    const args: Expression[] = [];
    if (!this.take(")")) {
      do args.push(this.or());
      while (this.take(","));
      this.expect(")");
    }
    return { kind: "call", name: token.text, args };
  }

  private name(): string {
    if (this.take("*")) return "*";
    const token = this.tokens[this.at];
    if (token?.kind !== "name") return this.fail();
    this.at++;
    return token.text;
  }

  private peekCall(name: string, closed = true): boolean {
    const [first, open, close] = this.tokens.slice(this.at, this.at + 3);
    return (
      first?.kind === "name" &&
      first.text === name &&
      open?.kind === "symbol" &&
      open.text === "(" &&
      (!closed || (close?.kind === "symbol" && close.text === ")"))
    );
  }

  private take(symbol: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== "symbol" || token.text !== symbol) return false;
    this.at++;
    return true;
  }

  private takeName(name: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== "name" || token.text !== name) return false;
    this.at++;
    return true;
  }

  private expect(symbol: string): void {
    if (!this.take(symbol)) this.fail();
  }

  private fail(): never {
    throw new InvalidXpath(`unexpected "${this.tokens[this.at]?.text ?? "end"}"`);
  }
}
