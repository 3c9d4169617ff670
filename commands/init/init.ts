import { readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { writeAtOnce } from "../../lib/atomic-file";
import { counted } from "../../lib/text";
import { problemsIn } from "../../settings/check";
import { problemText } from "../../settings/problems";
import { pathForSetting, programFolder } from "../../settings/program-folder";
import { openStackFile, stackFileFrom, type StackFile } from "../../settings/stack-file";
import { readCredentialsFile } from "../keygen/credentials-file";
import { command, lines, prose, refuse, type GivenTo, type Outcome, type Terminal } from "../framework";
import { collectAnswers, nothingWritten } from "./answers";
import { checkFiles } from "./check";
import { withSettings } from "./mend";
import {
  CA_FILE,
  PORT,
  questions,
  REGION,
  structureOf,
  STACK,
  type Question,
  type Values,
} from "./questions";
import { schemaLine } from "./schema-line";
import { newOwnerId, ownerIdIn, stackFile } from "./stack-file";
import { answersIn, initTable } from "./table";

type Given = GivenTo<typeof initTable>;

export const init = command(initTable, async (given, terminal) => {
  const { check, mend, credentials } = given;
  const { [STACK]: stack } = answersIn(given);
  refuse(
    check && mend && "--check changes nothing, and --mend does: give one of them",
    mend && stack === undefined && "say which stack to mend: --stack NAME",
  );
  if (check) return checkFiles(stack, terminal);
  const login = credentials === undefined ? {} : await readCredentialsFile(credentials);
  const able = { ...terminal, environment: { ...terminal.environment, ...login } };
  return mend ? mendFile(stack!, given, able) : makeFile(given, able);
});

async function makeFile(given: Given, terminal: Terminal): Promise<Outcome> {
  const { yes, offline } = given;
  const asked = { questions: questions(terminal.environment), given: answersIn(given), yes, offline };
  const faults = (question: Question, answer: string) => existing(question, answer, terminal.folder);
  const { [STACK]: stack = "", ...values } = await collectAnswers({ ...asked, faults }, terminal);
  const name = `Pulumi.${stack}.yaml`;
  // Fails rather than overwrites, whoever made the file meanwhile.
  const { folder } = terminal;
  const way = await wayThere(terminal);
  const program = relative(folder, await programFolder(folder));
  const keygen = program === "" ? "npm run keygen --" : `node ${program}/commands/aws-panos.cjs keygen`;
  const text = stackFile({ ...values, ...way }, newOwnerId(), await schemaLine(folder));
  await writeFile(join(folder, name), text, { flag: "wx" });
  lines(terminal.output)(
    [
      `${name} is written. Commit it; it holds no secret. Next:`,
      "  # once on each machine: where the state is kept, here your home folder",
      "  pulumi login --local",
      "  # encrypts the stack's secrets; keep it. Not with Pulumi Cloud",
      "  export PULUMI_CONFIG_PASSPHRASE='one that you keep'",
      `  pulumi stack init ${stack}`,
      "  # logs in, and stores the API key that the firewall makes",
      `  ${keygen} --stack ${stack}`,
      "  # or asks for a key that you have",
      `  pulumi config set --stack ${stack} --secret panos:apiKey`,
      "  # shows what an update would do",
      `  pulumi preview --stack ${stack}`,
    ].join("\n"),
  );
  return "fine";
}

/** What the environment says of the way to the firewall, which a run in another shell has to know, too. */
async function wayThere({ folder, environment, output }: Terminal): Promise<Values> {
  const { PANOS_PORT: port, PANOS_CA_FILE: caFile } = environment;
  const say = prose(output, environment);
  if (port) say(`${PORT}: ${port} (PANOS_PORT)`);
  if (caFile) say(`${CA_FILE}: ${caFile} (PANOS_CA_FILE)`);
  return {
    ...(port && { [PORT]: port }),
    ...(caFile && { [CA_FILE]: await pathForSetting(folder, caFile) }),
  };
}

/** Why a stack of a name can't be made: it has a file. */
async function existing({ key }: Question, answer: string, folder: string): Promise<string[]> {
  if (key !== STACK) return [];
  const name = `Pulumi.${answer}.yaml`;
  const content = await readFile(join(folder, name), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (content === undefined) return [];
  const ownerId = ownerIdIn(content);
  const advice =
    ownerId === undefined
      ? `It has no ownerId; add to its config: aws-panos-rules:ownerId: ${newOwnerId()}`
      : `Its ownerId is ${ownerId}.`;
  return [`${name} exists and is left as it is. ${advice} Edit it, give --mend, or name another stack.`];
}

/** Adds what a file lacks. What else is wrong with it is said, and is for its owner to change. */
async function mendFile(stack: string, given: Given, terminal: Terminal): Promise<Outcome> {
  const { folder, environment, output } = terminal;
  const { file, values } = await openStackFile(folder, stack);
  const path = join(folder, file);
  const text = await readFile(path, "utf8");
  const before = stackFileFrom(text, file);
  const flags = answersIn(given);
  delete flags[STACK];
  const missing = missingIn(before, environment);
  const wanted = questions(environment).filter(
    ({ key }) => missing.has(key) || (flags[key] !== undefined && values[key] === undefined),
  );
  const kept = questions(environment).filter(
    ({ key }) => flags[key] !== undefined && !wanted.some((each) => each.key === key),
  );
  const contradicted = kept.filter(({ key }) => valueOf(key, flags[key]!) !== values[key]);
  if (contradicted.length > 0) {
    throw nothingWritten(
      contradicted.map(({ key, flag }) => `--${flag}: ${file} says ${values[key]} already. Change it there`),
    );
  }
  const { yes, offline } = given;
  const answers = await collectAnswers(
    { questions: wanted, given: flags, known: values, yes, offline },
    terminal,
  );
  const added = addedTo(answers, missing);
  const mended = withSettings(text, added, await schemaLine(folder));
  if (mended !== text) await writeAtOnce(path, mended);
  const names = Object.keys(added);
  const rest = problemsIn(stackFileFrom(mended, file), environment).map(problemText);
  prose(
    output,
    environment,
  )(
    [
      names.length === 0 ? `${file}: nothing is missing` : `${file}: added ${names.join(", ")}`,
      ...(rest.length === 0 ? [] : [...rest, `${counted(rest.length, "fault")} for you to mend`]),
    ].join("\n"),
  );
  return rest.length > 0 ? "finding" : "fine";
}

const OWNER_ID = "aws-panos-rules:ownerId";

/** The keys of what a file has to have and hasn't. */
function missingIn(file: StackFile, environment: NodeJS.ProcessEnv): Set<string> {
  const keys = problemsIn(file, environment)
    .filter(({ problem }) => problem.startsWith("is missing"))
    .map(({ key }) => key.replace(/ \(or .*/, ""));
  const { values } = file;
  // The environment's may be another tomorrow.
  const needsRegion = values[REGION] === undefined && values["aws-panos-rules:accounts"] === undefined;
  return new Set([...keys, ...(needsRegion ? [REGION] : [])]);
}

function addedTo(answers: Values, missing: ReadonlySet<string>): Record<string, unknown> {
  const set = Object.entries(answers).filter(([, answer]) => answer !== "");
  return {
    ...Object.fromEntries(set.map(([key, answer]) => [key, structureOf(key, answer) ?? answer])),
    ...(missing.has(OWNER_ID) && { [OWNER_ID]: newOwnerId() }),
  };
}

/** An answer as a stack file's value is read. */
function valueOf(key: string, answer: string): string {
  const structure = structureOf(key, answer);
  return structure === undefined ? answer : JSON.stringify(structure);
}
