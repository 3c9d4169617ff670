import type { XmlElement } from "../xml/element";
import { InvalidXpath } from "./ast";
import type { Arithmetic, Comparison, Expression, LocationPath, Step } from "./ast";
import { entryNames } from "./entry-names";
import { call, toBoolean, toNumber, toText } from "./functions";
import type { Place, Value } from "./functions";
import { candidates, inDocumentOrder, isElement, stringOf } from "./nodes";
import type { DocumentNode, XpathNode } from "./nodes";

/** Evaluates an XPath 1.0 expression on a document. @throws InvalidXpath where a node set is needed and none is there */
export function evaluate(expression: Expression, root: XmlElement): Value {
  const document: DocumentNode = { kind: "document", root };
  return value(expression, { node: document, position: 1, size: 1 }, document);
}

function value(expression: Expression, place: Place, document: DocumentNode): Value {
  const of = (inner: Expression): Value => value(inner, place, document);
  switch (expression.kind) {
    case "literal":
    case "number":
      return expression.value;
    case "or":
      return toBoolean(of(expression.left)) || toBoolean(of(expression.right));
    case "and":
      return toBoolean(of(expression.left)) && toBoolean(of(expression.right));
    case "compare":
      return compare(expression.operator, of(expression.left), of(expression.right));
    case "arithmetic":
      return arithmetic(expression.operator, toNumber(of(expression.left)), toNumber(of(expression.right)));
    case "negative":
      return -toNumber(of(expression.of));
    case "union":
      return inDocumentOrder([...nodeSet(of(expression.left)), ...nodeSet(of(expression.right))], document);
    case "call":
      return call(expression.name, expression.args.map(of), place);
    case "path":
      return follow(expression.path, place.node, document);
    case "filter": {
      const base = of(expression.of);
      if (expression.predicates.length === 0 && expression.steps.length === 0) return base;
      const kept = filtered(nodeSet(base), expression.predicates, document);
      return walk(expression.steps, kept, document);
    }
  }
}

function nodeSet(value: Value): XpathNode[] {
  if (!Array.isArray(value)) throw new InvalidXpath(`a ${typeof value} is no set of nodes`);
  return value;
}

function follow(path: LocationPath, context: XpathNode, document: DocumentNode): XpathNode[] {
  return walk(path.steps, [path.absolute ? document : context], document);
}

function walk(steps: readonly Step[], from: XpathNode[], document: DocumentNode): XpathNode[] {
  let here = from;
  for (const step of steps) here = here.flatMap((node) => take(node, step, document));
  // Children of ordered nodes are ordered; other axes can meet a node twice, or look back.
  const isPlain = steps.every(({ axis }) => axis === "child" || axis === "attribute" || axis === "self");
  return isPlain ? here : inDocumentOrder(here, document);
}

function take(node: XpathNode, step: Step, document: DocumentNode): XpathNode[] {
  const names = step.axis === "child" && step.name === "entry" ? entryNames(step) : undefined;
  if (names && isElement(node)) {
    const found = names.map((name) => node.entry(name)).filter((entry) => entry !== undefined);
    return found.length < 2 ? found : node.children.filter((child) => found.includes(child));
  }
  return filtered(candidates(node, step, document), step.predicates, document);
}

function filtered(
  nodes: XpathNode[],
  predicates: readonly Expression[],
  document: DocumentNode,
): XpathNode[] {
  let kept = nodes;
  for (const predicate of predicates) {
    const size = kept.length;
    kept = kept.filter((node, index) => {
      const result = value(predicate, { node, position: index + 1, size }, document);
      return typeof result === "number" ? result === index + 1 : toBoolean(result);
    });
  }
  return kept;
}

/** A comparison with a node set is true when one of its nodes makes it true (XPath 1.0, section 3.4). */
function compare(operator: Comparison, left: Value, right: Value): boolean {
  if (typeof left === "boolean" || typeof right === "boolean")
    return plain(operator, toBoolean(left), toBoolean(right));
  const sides = (side: Value): (string | number)[] =>
    Array.isArray(side) ? side.map(stringOf) : [side as string | number];
  return sides(left).some((a) => sides(right).some((b) => plain(operator, a, b)));
}

function plain(operator: Comparison, a: string | number | boolean, b: string | number | boolean): boolean {
  if (operator === "=" || operator === "!=") {
    const numbers = typeof a === "number" || typeof b === "number";
    const same = numbers
      ? toNumber(a) === toNumber(b)
      : typeof a === "boolean"
        ? a === b
        : toText(a) === toText(b);
    return same === (operator === "=");
  }
  const [x, y] = [toNumber(a), toNumber(b)];
  if (operator === "<") return x < y;
  if (operator === "<=") return x <= y;
  return operator === ">" ? x > y : x >= y;
}

function arithmetic(operator: Arithmetic, a: number, b: number): number {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "div":
      return a / b;
    case "mod":
      return a % b;
  }
}
