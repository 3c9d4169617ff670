import { readFile } from "node:fs/promises";
import { LineCounter, parseDocument, type Document } from "yaml";
import { given, isRecord } from "../../lib/records";
import { parseCidr, type Cidr } from "../../lib/net/cidr";
import type { GuardedTraffic } from "../../mapping/guardrails";
import { freezeWindows, type FreezeWindow } from "../../settings/freeze";
import { ANY, traffic } from "../../settings/guardrails";
import { reportUnlessKnown } from "../../settings/keys";
import type { Approvers } from "../approvals/people";
import { GuardError } from "../error";
import type { Conditions, Decision, GuardPolicy, Kind, PolicyRule, SourceConditions } from "./types";

type Path = readonly (string | number)[];
/** Notes what is wrong at a place: the rest of the sentence, and what would be right. */
type Wrong = (path: Path, problem: string, example: string) => void;

const DECISIONS: readonly Decision[] = ["allow", "notify", "revert", "hold"];
const KINDS: readonly Kind[] = ["opens", "closes"];
const TAG = /^[^=]{1,128}(=.*)?$/su;

/**
 * Reads `guard.yaml`.
 * @throws GuardError `POLICY` with every problem at once
 */
export async function readPolicy(file: string): Promise<GuardPolicy> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new GuardError(
      "POLICY",
      `the guard's policy ${file} can't be read (${(error as NodeJS.ErrnoException).code}). ` +
        "guard/guard.example.yaml is one to begin with",
    );
  }
  return policyFrom(text, file);
}

/**
 * @param name the file's, for messages
 * @throws GuardError `POLICY` with every problem at once, each with its line
 */
export function policyFrom(text: string, name = "guard.yaml"): GuardPolicy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const problems: { line: number; text: string }[] = document.errors.map(({ pos, message }) => ({
    line: lines.linePos(pos[0]).line,
    text: `is no YAML: ${message.split("\n")[0]}`,
  }));
  const lineOf = (path: Path) => lines.linePos(offsetOf(document, path)).line;
  const wrong: Wrong = (path, problem, example) => {
    const place = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
    problems.push({
      line: lineOf(path),
      text: `${place.replace(/^\./, "")} ${problem}. Example: ${example}`,
    });
  };
  const policy = problems.length > 0 ? undefined : policyOf(document.toJS() as unknown, lineOf, wrong);
  if (policy !== undefined && problems.length === 0) return policy;
  const listed = problems.sort((a, b) => a.line - b.line).map(({ line, text }) => `  line ${line}: ${text}`);
  throw new GuardError("POLICY", `${name} has ${problems.length} problem(s):\n${listed.join("\n")}`);
}

/** Where in the text the nearest node on a path begins. */
function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range = (node as { range?: [number, number, number] } | null | undefined)?.range;
    if (range) return range[0];
  }
  return 0;
}

function policyOf(value: unknown, lineOf: (path: Path) => number, wrong: Wrong): GuardPolicy {
  const example = "rules: [{name: ssh, when: {traffic: [tcp/22]}, then: revert}]";
  const document = object(
    value,
    [],
    ["mode", "egress", "scope", "accounts", "approvers", "rules"],
    example,
    wrong,
  );
  const scope = object(document["scope"] ?? {}, ["scope"], ["tags", "vpcs"], "{tags: [guard=on]}", wrong);
  const rules = document["rules"];
  if (!Array.isArray(rules)) wrong(["rules"], "is not a list", example);
  const egress = document["egress"] ?? false;
  if (typeof egress !== "boolean") wrong(["egress"], "is neither true nor false", "true");
  const read = (Array.isArray(rules) ? (rules as unknown[]) : []).map((rule, index) =>
    policyRule(rule, ["rules", index], lineOf, wrong),
  );
  read.forEach(({ name }, index) => {
    if (name !== "" && read.findIndex((rule) => rule.name === name) < index) {
      wrong(["rules", index, "name"], `${JSON.stringify(name)} is another rule's, too`, `${name}-2`);
    }
  });
  return {
    mode: choice(document["mode"] ?? "notify", ["mode"], ["notify", "enforce"] as const, wrong),
    egress: egress === true,
    scope: {
      tags: texts(scope["tags"], ["scope", "tags"], TAG, "[guard=on]", wrong) ?? [],
      vpcs: texts(scope["vpcs"], ["scope", "vpcs"], /^vpc-[0-9a-f]+$/, "[vpc-0123abcd]", wrong) ?? [],
    },
    ...given({
      accounts: texts(document["accounts"], ["accounts"], /^\d{12}$/, '["123456789012"]', wrong),
      approvers: document["approvers"] === undefined ? undefined : whoApproves(document["approvers"], wrong),
    }),
    rules: read,
  };
}

const ROLE_ARN = /^arn:[\w-]+:iam::\d{12}:role\/([\x21-\x7e]+\/)?[\w+=,.@-]{1,64}$/;
const USER_ARN = /^arn:[\w-]+:iam::\d{12}:user\/([\x21-\x7e]+\/)?[\w+=,.@-]{1,64}$/;

/** `approvers`: sessions of named roles, or named IAM users. */
function whoApproves(value: unknown, wrong: Wrong): Approvers {
  const path: Path = ["approvers"];
  const example = '{roles: ["arn:aws:iam::123456789012:role/approver"]}';
  const keys = ["roles", "users", "person", "namedSessions"];
  const fields = object(value, path, keys, example, wrong);
  const list = (key: string, pattern: RegExp, of: string) =>
    texts(fields[key], [...path, key], pattern, `["arn:aws:iam::123456789012:${of}"]`, wrong) ?? [];
  const [roles, users] = [list("roles", ROLE_ARN, "role/approver"), list("users", USER_ARN, "user/alice")];
  const named = list("namedSessions", /^arn:[\w*-]+:iam::[\d*]+:role\/[\x21-\x7e]+$/, "role/editor");
  if (fields["roles"] === undefined && fields["users"] === undefined) wrong(path, "says nothing", example);
  if (roles.length > 0 && users.length > 0) {
    const problem = "has roles and users: nobody can tell whether a session and a user are the same person";
    wrong(path, problem, example);
  }
  for (const key of ["person", "namedSessions"].filter(
    (each) => users.length > 0 && fields[each] !== undefined,
  ))
    wrong([...path, key], "goes with roles", example);
  const person = choice(
    fields["person"] ?? "session",
    [...path, "person"],
    ["session", "sourceIdentity"] as const,
    wrong,
  );
  return { roles, users, person, namedSessions: named };
}

function policyRule(value: unknown, path: Path, lineOf: (path: Path) => number, wrong: Wrong): PolicyRule {
  const example = "{name: ssh, when: {traffic: [tcp/22]}, then: revert}";
  const rule = object(value, path, ["name", "when", "then", "approvers"], example, wrong);
  const { name, approvers = 1 } = rule;
  if (typeof name !== "string" || !/^[\w .-]{1,64}$/.test(name)) {
    wrong([...path, "name"], `${JSON.stringify(name)} is not a name`, "ssh-from-anywhere");
  }
  if (approvers !== 1 && approvers !== 2) wrong([...path, "approvers"], "is neither 1 nor 2", "2");
  const then = choice(rule["then"], [...path, "then"], DECISIONS, wrong);
  if (rule["approvers"] !== undefined && (then === "allow" || then === "notify")) {
    wrong([...path, "approvers"], `means nothing where the decision is ${then}`, "then: revert");
  }
  return {
    name: typeof name === "string" ? name : "",
    line: lineOf(path),
    when: conditions(rule["when"] ?? {}, [...path, "when"], wrong),
    then,
    approvers: Number(approvers),
  };
}

const CONDITIONS = [
  "change",
  "direction",
  "principal",
  "group",
  "vpc",
  "account",
  "traffic",
  "source",
  "time",
];

function conditions(value: unknown, path: Path, wrong: Wrong): Conditions {
  const when = object(value, path, CONDITIONS, "{traffic: [tcp/22]}", wrong);
  const at = (key: string) => [...path, key];
  const named = (key: string, keys: readonly string[], example: string) => {
    if (when[key] === undefined) return undefined;
    const fields = object(when[key], at(key), keys, example, wrong);
    if (Object.keys(fields).length === 0) wrong(at(key), "says nothing", example);
    return Object.fromEntries(
      keys.flatMap((each) => {
        const pattern = each === "tags" ? TAG : /^\S.*$/su;
        const list = texts(fields[each], [...at(key), each], pattern, "[name-*]", wrong);
        return list === undefined ? [] : [[each, list]];
      }),
    );
  };
  const { change, direction } = when;
  return {
    change:
      change === undefined
        ? ["opens"]
        : filled(change, at("change"), "[opens]", wrong).map((kind) =>
            choice(kind, at("change"), KINDS, wrong),
          ),
    ...given({
      direction:
        direction === undefined
          ? undefined
          : choice(direction, at("direction"), ["ingress", "egress"] as const, wrong),
      principal: named("principal", ["user", "role", "session", "federated"], "{role: [deploy-*]}"),
      group: named("group", ["ids", "names", "tags"], "{tags: [env=prod]}"),
      vpc: texts(when["vpc"], at("vpc"), /^vpc-[0-9a-f*]+$/, "[vpc-0123abcd]", wrong),
      account: texts(when["account"], at("account"), /^\d{12}$/, '["123456789012"]', wrong),
      traffic: when["traffic"] === undefined ? undefined : traffics(when["traffic"], at("traffic"), wrong),
      source: when["source"] === undefined ? undefined : source(when["source"], at("source"), wrong),
      time: when["time"] === undefined ? undefined : windows(when["time"], at("time"), wrong),
    }),
  };
}

function traffics(value: unknown, path: Path, wrong: Wrong): GuardedTraffic[] {
  return filled(value, path, "[tcp/22]", wrong).flatMap((text, index) =>
    text === "any"
      ? [ANY]
      : (traffic(text, "", (_, problem, example) => wrong([...path, index], problem, `[${example}]`)) ?? []),
  );
}

const SOURCES = ["widerThan", "inside", "outside", "prefixLists", "groups"];

function source(value: unknown, path: Path, wrong: Wrong): SourceConditions {
  const example = "{widerThan: {IPv4: 24, IPv6: 56}}";
  const fields = object(value, path, SOURCES, example, wrong);
  if (Object.keys(fields).length === 0) wrong(path, "says nothing", example);
  const { widerThan } = fields;
  const width = object(widerThan ?? {}, [...path, "widerThan"], ["IPv4", "IPv6"], example, wrong);
  const isLength = (length: unknown, most: number) =>
    Number.isInteger(length) && Number(length) >= 0 && Number(length) <= most;
  if (widerThan !== undefined && !(isLength(width["IPv4"], 32) && isLength(width["IPv6"], 128))) {
    wrong(
      [...path, "widerThan"],
      "is not one prefix length for IPv4 and one for IPv6",
      "{IPv4: 24, IPv6: 56}",
    );
  }
  return given({
    widerThan:
      widerThan === undefined ? undefined : { IPv4: Number(width["IPv4"]), IPv6: Number(width["IPv6"]) },
    inside: cidrs(fields["inside"], [...path, "inside"], wrong),
    outside: cidrs(fields["outside"], [...path, "outside"], wrong),
    prefixLists: texts(
      fields["prefixLists"],
      [...path, "prefixLists"],
      /^pl-[0-9a-f]+$/,
      "[pl-0123abcd]",
      wrong,
    ),
    groups: texts(
      fields["groups"],
      [...path, "groups"],
      /^(\d{12}\/)?sg-[0-9a-f*]+$/,
      "[sg-0123abcd]",
      wrong,
    ),
  });
}

function cidrs(value: unknown, path: Path, wrong: Wrong): Cidr[] | undefined {
  if (value === undefined) return undefined;
  const list = filled(value, path, "[10.0.0.0/8, 2001:db8::/32]", wrong);
  return list.flatMap((text, index) => {
    const cidr = parseCidr(String(text));
    if (cidr === undefined)
      wrong([...path, index], `${JSON.stringify(text)} is no CIDR block`, "[10.0.0.0/8]");
    return cidr ?? [];
  });
}

function windows(value: unknown, path: Path, wrong: Wrong): FreezeWindow[] {
  if (Array.isArray(value)) filled(value, path, "[{days: [sat, sun]}]", wrong);
  return freezeWindows(value, (place, problem, example) => {
    const [, index, , key] = /^(?:\[(\d+)\])?(\.(\w+))?/.exec(place) ?? [];
    const inner = [...(index === undefined ? [] : [Number(index)]), ...(key === undefined ? [] : [key])];
    wrong([...path, ...inner], problem, example);
  });
}

/** A list of texts, or one alone. */
function texts(
  value: unknown,
  path: Path,
  pattern: RegExp,
  example: string,
  wrong: Wrong,
): string[] | undefined {
  if (value === undefined) return undefined;
  const list = filled(value, path, example, wrong);
  list.forEach((text, index) => {
    // An account's number without quotes is a number in YAML, whose leading zeros are lost.
    if (typeof text === "string" && pattern.test(text)) return;
    wrong([...path, index], `${JSON.stringify(text)} is not a valid value`, example);
  });
  return list.map(String);
}

/** A list, or one alone. An empty one would be a condition that never holds, or one that always does. */
function filled(value: unknown, path: Path, example: string, wrong: Wrong): unknown[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  if (list.length === 0) wrong(path, "is empty", example);
  return list;
}

function object(
  value: unknown,
  path: Path,
  keys: readonly string[],
  example: string,
  wrong: Wrong,
): Record<string, unknown> {
  if (!isRecord(value)) {
    wrong(path, "is not an object", example);
    return {};
  }
  for (const key of Object.keys(value)) {
    reportUnlessKnown(key, "", keys, (_, problem, known) => wrong([...path, key], problem, known));
  }
  return value;
}

function choice<T extends string>(value: unknown, path: Path, choices: readonly T[], wrong: Wrong): T {
  const found = choices.find((each) => each === value);
  if (found === undefined)
    wrong(path, `${JSON.stringify(value)} is none of ${choices.join(", ")}`, choices[0]!);
  return found ?? choices[0]!;
}
