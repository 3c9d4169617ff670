import { readFile } from "node:fs/promises";
import { fileReason } from "../../lib/file-errors";
import { given } from "../../lib/records";
import { counted } from "../../lib/text";
import { readYaml, type Path } from "../../lib/yaml";
import type { Approvers } from "../approvals/people";
import { GuardError } from "../error";
import { conditions } from "./conditions";
import type { Decision, GuardPolicy, PolicyRule } from "./types";
import { choice, object, TAG, texts, type Wrong } from "./values";

const DECISIONS: readonly Decision[] = ["allow", "notify", "revert", "hold"];

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
      `the guard's policy ${file} can't be read: ${fileReason(error)}. ` +
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
  const yaml = readYaml(text);
  const problems: { line: number; text: string }[] = yaml.faults.map(({ line, column, text }) => ({
    line,
    text: `is no YAML at column ${column}: ${text}`,
  }));
  const lineOf = (path: Path) => yaml.placeOf(path).line;
  const wrong: Wrong = (path, problem, example) => {
    const place = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
    problems.push({
      line: lineOf(path),
      text: `${place.replace(/^\./, "")} ${problem}. Example: ${example}`,
    });
  };
  const policy = problems.length > 0 ? undefined : policyOf(yaml.value, lineOf, wrong);
  if (policy !== undefined && problems.length === 0) return policy;
  const listed = problems.sort((a, b) => a.line - b.line).map(({ line, text }) => `  line ${line}: ${text}`);
  throw new GuardError("POLICY", `${name} has ${counted(problems.length, "problem")}:\n${listed.join("\n")}`);
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
