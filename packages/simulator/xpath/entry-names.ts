import type { Expression, Step } from "./ast";

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
