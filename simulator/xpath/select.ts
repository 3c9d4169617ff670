import type { XmlElement } from "../xml/element";
import type { Expression, LocationPath, Step } from "./ast";
import { parseXpath } from "./parse";

/** What an XPath matched: elements, and attributes or texts (which a `get` answers in its own way). */
export interface Selection {
  elements: XmlElement[];
  attributes: { owner: XmlElement; name: string }[];
}

/**
 * Evaluates an XPath on a document. Elements come in document order of each path of a union.
 * @throws InvalidXpath
 */
export function select(root: XmlElement, xpath: string): Selection {
  const elements = new Set<XmlElement>();
  const attributes: Selection["attributes"] = [];
  for (const path of parseXpath(xpath)) {
    const found = follow(path, root, root);
    for (const element of found.elements) elements.add(element);
    attributes.push(...found.attributes);
  }
  return { elements: [...elements], attributes };
}

/** The elements alone. */
export function selectElements(root: XmlElement, xpath: string): XmlElement[] {
  return select(root, xpath).elements;
}

function follow(path: LocationPath, context: XmlElement, root: XmlElement): Selection {
  let steps = path.steps;
  let here: XmlElement[] = [context];
  if (path.absolute) {
    const [first, ...rest] = steps;
    if (first === undefined) return { elements: [], attributes: [] };
    const all = first.axis === "descendant" ? [...root.descendants()] : [root];
    here = filtered(
      all.filter((node) => matches(first, node)),
      first,
      root,
    );
    steps = rest;
  }
  for (const step of steps) {
    if (step.axis === "attribute") {
      const owners = here.filter((node) => step.name === "*" || Object.hasOwn(node.attributes, step.name));
      return { elements: [], attributes: owners.map((owner) => ({ owner, name: step.name })) };
    }
    const next: XmlElement[] = [];
    for (const node of here) next.push(...stepFrom(node, step, root));
    here = next;
  }
  return { elements: here, attributes: [] };
}

function matches(step: Step, node: XmlElement): boolean {
  return step.name === "*" || node.tag === step.name;
}

function stepFrom(node: XmlElement, step: Step, root: XmlElement): XmlElement[] {
  switch (step.axis) {
    case "self":
      return [node];
    case "parent":
      return node.parent ? [node.parent] : [];
    case "text":
    case "attribute":
      return [];
    case "descendant": {
      const below = [...node.descendants()].slice(1);
      return filtered(
        below.filter((child) => matches(step, child)),
        step,
        root,
      );
    }
    case "child": {
      const wanted = step.name === "entry" ? entryNames(step) : undefined;
      if (wanted) {
        const found = wanted.map((name) => node.entry(name)).filter((entry) => entry !== undefined);
        if (found.length < 2) return found;
        return node.children.filter((child) => found.includes(child));
      }
      return filtered(
        node.children.filter((child) => matches(step, child)),
        step,
        root,
      );
    }
  }
}

/** The names when a step's only condition is `@name='x'`, possibly several with `or`. */
export function entryNames(step: Step): string[] | undefined {
  const [predicate, ...more] = step.predicates;
  return predicate === undefined || more.length > 0 ? undefined : namesOf(predicate);
}

function namesOf(expression: Expression): string[] | undefined {
  if (expression.kind === "or") {
    const left = namesOf(expression.left);
    const right = namesOf(expression.right);
    return left && right && [...left, ...right];
  }
  if (expression.kind !== "compare" || expression.operator !== "=") return undefined;
  const { left, right } = expression;
  const value = isNameAttribute(left) ? constant(right) : isNameAttribute(right) ? constant(left) : undefined;
  return value === undefined ? undefined : [value];
}

function isNameAttribute(expression: Expression): boolean {
  if (expression.kind !== "path" || expression.path.absolute) return false;
  const [step, ...more] = expression.path.steps;
  return more.length === 0 && step?.axis === "attribute" && step.name === "name";
}

function constant(expression: Expression): string | undefined {
  if (expression.kind === "literal") return expression.value;
  if (expression.kind !== "call" || expression.name !== "concat") return undefined;
  const parts = expression.args.map(constant);
  return parts.every((part) => part !== undefined) ? parts.join("") : undefined;
}

function filtered(nodes: XmlElement[], step: Step, root: XmlElement): XmlElement[] {
  let kept = nodes;
  for (const predicate of step.predicates) {
    const size = kept.length;
    kept = kept.filter((node, index) => {
      const value = evaluate(predicate, { node, position: index + 1, size, root });
      return typeof value === "number" ? value === index + 1 : truth(value);
    });
  }
  return kept;
}

interface Context {
  node: XmlElement;
  position: number;
  size: number;
  root: XmlElement;
}

/** A list of strings is a node set by its string values. */
type Value = string | number | boolean | string[];

function evaluate(expression: Expression, context: Context): Value {
  switch (expression.kind) {
    case "literal":
    case "number":
      return expression.value;
    case "or":
      return truth(evaluate(expression.left, context)) || truth(evaluate(expression.right, context));
    case "and":
      return truth(evaluate(expression.left, context)) && truth(evaluate(expression.right, context));
    case "compare": {
      const left = strings(evaluate(expression.left, context));
      const right = strings(evaluate(expression.right, context));
      const equal = expression.operator === "=";
      return left.some((a) => right.some((b) => (a === b) === equal));
    }
    case "path":
      return pathValues(expression.path, context);
    case "call":
      return call(expression.name, expression.args, context);
  }
}

function pathValues(path: LocationPath, context: Context): string[] {
  const last = path.steps.at(-1);
  const isText = last?.axis === "text";
  const steps = isText ? path.steps.slice(0, -1) : path.steps;
  const found = follow({ absolute: path.absolute, steps }, context.node, context.root);
  return [
    ...found.elements.map((element) => element.text),
    ...found.attributes.map(({ owner, name }) => owner.attributes[name] ?? ""),
  ];
}

function call(name: string, args: Expression[], context: Context): Value {
  const values = args.map((arg) => evaluate(arg, context));
  const text = (index: number): string => strings(values[index] ?? "")[0] ?? "";
  switch (name) {
    case "concat":
      return values.map((_, index) => text(index)).join("");
    case "contains":
      return text(0).includes(text(1));
    case "starts-with":
      return text(0).startsWith(text(1));
    case "not":
      return !truth(values[0] ?? false);
    case "last":
      return context.size;
    case "position":
      return context.position;
    default:
      return context.node.tag;
  }
}

function truth(value: Value): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function strings(value: Value): string[] {
  return Array.isArray(value) ? value : [String(value)];
}
