import { AXES, InvalidXpath } from "./ast";
import type { Arithmetic, Axis, Comparison, Expression, LocationPath, Step } from "./ast";
import { isFunction } from "./functions";
import { tokens } from "./tokens";
import type { Token } from "./tokens";

const parsed = new Map<string, Expression>();

/**
 * Parses an XPath 1.0 expression. Parsed ones are kept, because a client writes to the same few
 * containers again and again.
 * @throws InvalidXpath
 */
export function parseXpath(xpath: string): Expression {
  let expression = parsed.get(xpath);
  if (expression === undefined) {
    expression = new Parser(tokens(xpath)).whole();
    if (parsed.size > 2000) parsed.clear();
    parsed.set(xpath, expression);
  }
  return expression;
}

/** Operators from the loosest to the tightest. */
const COMPARISONS: Comparison[][] = [
  ["=", "!="],
  ["<", "<=", ">", ">="],
];
const ARITHMETICS: Arithmetic[][] = [
  ["+", "-"],
  ["*", "div", "mod"],
];

const ALL: Step = { axis: "descendant-or-self", test: "node", name: "*", predicates: [] };

class Parser {
  private at = 0;
  private depth = 0;
  constructor(private readonly tokens: Token[]) {}

  whole(): Expression {
    const expression = this.expression();
    if (this.at < this.tokens.length) this.fail();
    return expression;
  }

  private expression(): Expression {
    if (++this.depth > 100) throw new InvalidXpath("nested too deeply");
    let left = this.and();
    while (this.operator("or")) left = { kind: "or", left, right: this.and() };
    this.depth--;
    return left;
  }

  private and(): Expression {
    let left = this.comparison(0);
    while (this.operator("and")) left = { kind: "and", left, right: this.comparison(0) };
    return left;
  }

  private comparison(level: number): Expression {
    const operators = COMPARISONS[level];
    if (!operators) return this.arithmetic(0);
    let left = this.comparison(level + 1);
    for (let operator = this.operator(...operators); operator; operator = this.operator(...operators)) {
      left = { kind: "compare", operator, left, right: this.comparison(level + 1) };
    }
    return left;
  }

  private arithmetic(level: number): Expression {
    const operators = ARITHMETICS[level];
    if (!operators) return this.negative();
    let left = this.arithmetic(level + 1);
    for (let operator = this.operator(...operators); operator; operator = this.operator(...operators)) {
      left = { kind: "arithmetic", operator, left, right: this.arithmetic(level + 1) };
    }
    return left;
  }

  private negative(): Expression {
    let minus = 0;
    while (this.operator("-")) minus++;
    let value = this.union();
    for (; minus > 0; minus--) value = { kind: "negative", of: value };
    return value;
  }

  private union(): Expression {
    let left = this.pathOrFilter();
    while (this.operator("|")) left = { kind: "union", left, right: this.pathOrFilter() };
    return left;
  }

  private pathOrFilter(): Expression {
    const primary = this.primary();
    if (!primary) return { kind: "path", path: this.path() };
    const predicates = this.predicates();
    const steps: Step[] = [];
    const slash = this.operator("/", "//");
    if (slash) steps.push(...(slash === "//" ? [ALL] : []), ...this.steps());
    return predicates.length === 0 && steps.length === 0
      ? primary
      : { kind: "filter", of: primary, predicates, steps };
  }

  /** A literal, a number, something in parentheses or a call; undefined where a path begins. */
  private primary(): Expression | undefined {
    const token = this.tokens[this.at] ?? this.fail();
    if (token.kind === "literal" || token.kind === "number") {
      this.at++;
      return token.kind === "literal"
        ? { kind: "literal", value: token.text }
        : { kind: "number", value: Number(token.text) };
    }
    if (this.take("(")) {
      const inner = this.expression();
      this.expect(")");
      return inner;
    }
    const isCall = token.kind === "name" && this.tokens[this.at + 1]?.text === "(" && !isNodeType(token.text);
    return isCall ? this.call(token.text) : undefined;
  }

  private call(name: string): Expression {
    this.at += 2;
    const args: Expression[] = [];
    if (!this.take(")")) {
      do args.push(this.expression());
      while (this.take(","));
      this.expect(")");
    }
    if (!isFunction(name, args.length)) {
      throw new InvalidXpath(`no function ${name}() with ${args.length} arguments`);
    }
    return { kind: "call", name, args };
  }

  private path(): LocationPath {
    const slash = this.operator("/", "//");
    if (slash === "//") return { absolute: true, steps: [ALL, ...this.steps()] };
    if (slash === "/" && !this.startsStep()) return { absolute: true, steps: [] };
    return { absolute: slash === "/", steps: this.steps() };
  }

  private startsStep(): boolean {
    const token = this.tokens[this.at];
    return token?.kind === "name" || (token?.kind === "symbol" && ["*", "@", ".", ".."].includes(token.text));
  }

  private steps(): Step[] {
    const steps = [this.step()];
    for (let slash = this.operator("/", "//"); slash; slash = this.operator("/", "//")) {
      if (slash === "//") steps.push(ALL);
      steps.push(this.step());
    }
    return steps;
  }

  private step(): Step {
    if (this.take("..")) return { axis: "parent", test: "node", name: "*", predicates: [] };
    if (this.take(".")) return { axis: "self", test: "node", name: "*", predicates: [] };
    const axis = this.axis();
    if (this.take("*")) return { axis, test: "name", name: "*", predicates: this.predicates() };
    const token = this.tokens[this.at];
    if (token?.kind !== "name") return this.fail();
    this.at++;
    if (!isNodeType(token.text) || !this.take("("))
      return { axis, test: "name", name: token.text, predicates: this.predicates() };
    this.expect(")");
    return { axis, test: token.text, name: "*", predicates: this.predicates() };
  }

  private axis(): Axis {
    if (this.take("@")) return "attribute";
    if (this.tokens[this.at + 1]?.text !== "::") return "child";
    const name = this.tokens[this.at]?.text;
    const axis = AXES.find((known) => known === name) ?? this.fail();
    this.at += 2;
    return axis;
  }

  private predicates(): Expression[] {
    const predicates: Expression[] = [];
    while (this.take("[")) {
      predicates.push(this.expression());
      this.expect("]");
    }
    return predicates;
  }

  private operator<T extends string>(...wanted: T[]): T | undefined {
    const token = this.tokens[this.at];
    const operator = token?.kind === "operator" ? wanted.find((each) => each === token.text) : undefined;
    if (operator !== undefined) this.at++;
    return operator;
  }

  private take(symbol: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== "symbol" || token.text !== symbol) return false;
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

function isNodeType(name: string): name is "text" | "node" {
  return name === "text" || name === "node";
}
