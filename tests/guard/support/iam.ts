/** What IAM makes of the statements that the deployment hands out, as far as they go: the part that AWS enforces. */
import { fits } from "../../../lib/pattern";

export interface IamStatement {
  Effect?: string;
  Action: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface IamRequest {
  action: string;
  resource: string;
  /** Condition keys; what has several values is a list. Absent: the request has no such key. */
  context: Readonly<Record<string, string | readonly string[]>>;
}

/** Whether a request is allowed: by a statement, and denied by none. */
export function isAllowed(statements: readonly IamStatement[], request: IamRequest): boolean {
  const applying = statements.filter((statement) => applies(statement, request));
  return (
    applying.some(({ Effect = "Allow" }) => Effect === "Allow") &&
    !applying.some(({ Effect }) => Effect === "Deny")
  );
}

function applies({ Action, Resource, Condition = {} }: IamStatement, request: IamRequest): boolean {
  const isMeant = (patterns: readonly string[], text: string) =>
    patterns.some((pattern) => {
      const filled = filledIn(pattern, request.context);
      return filled !== undefined && fits(filled, text);
    });
  return (
    isMeant(Action, request.action) &&
    isMeant([Resource].flat(), request.resource) &&
    Object.entries(Condition).every(([operator, tests]) =>
      Object.entries(tests).every(([key, values]) => holds(operator, [values].flat(), request.context, key)),
    )
  );
}

/** A text with its variables; undefined where one has no value: such a statement doesn't apply. */
function filledIn(text: string, context: IamRequest["context"]): string | undefined {
  let isFilled = true;
  const filled = text.replace(/\$\{([^}]+)\}/g, (_, key: string) => {
    const value = context[key];
    if (typeof value === "string") return value;
    isFilled = false;
    return "";
  });
  return isFilled ? filled : undefined;
}

function holds(operator: string, values: string[], context: IamRequest["context"], key: string): boolean {
  const given = context[key];
  if (operator === "Null") return (given === undefined) === (values[0] === "true");
  const [, set, name = ""] = /^(?:(ForAllValues|ForAnyValue):)?(\w+)$/.exec(operator) ?? [];
  const wanted = values.flatMap((value) => filledIn(value, context) ?? []);
  const same = (text: string) =>
    wanted.some((value) =>
      name === "StringEqualsIgnoreCase" ? value.toLowerCase() === text.toLowerCase() : value === text,
    );
  if (!["StringEquals", "StringEqualsIgnoreCase", "ArnEquals"].includes(name)) throw new Error(operator);
  if (set === "ForAllValues") return [given ?? []].flat().every(same);
  if (set === "ForAnyValue") return [given ?? []].flat().some(same);
  return typeof given === "string" && same(given);
}
