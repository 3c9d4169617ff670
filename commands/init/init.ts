import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { HELP, readFlags } from "./flags";
import type { Flags } from "./flags";
import { STACK, problemsWith, questions } from "./questions";
import type { Question, Values } from "./questions";
import { newOwnerId, ownerIdIn, stackFile } from "./stack-file";
import { lines, runCommand, type Terminal } from "../terminal";

/**
 * Makes a stack's configuration file.
 * @returns the exit code: 0 made, 2 wrong arguments or answers, or some are missing
 */
export async function init(args: string[], terminal: Terminal): Promise<number> {
  const say = lines(terminal.output);
  const flags = readFlags(args);
  if ("problem" in flags) {
    say(`${flags.problem}\n\n${HELP}`);
    return 2;
  }
  if (flags.help) {
    terminal.output.write(HELP);
    return 0;
  }
  const answers = await collectAnswers(flags, terminal);
  if ("problems" in answers) {
    say(["nothing was written:", ...answers.problems.map((problem) => `  ${problem}`)].join("\n"));
    return 2;
  }
  const { [STACK]: stack = "", ...values } = answers.values;
  const name = `Pulumi.${stack}.yaml`;
  // Fails rather than overwrites, whoever made the file meanwhile.
  await writeFile(join(terminal.folder, name), stackFile(values, newOwnerId()), { flag: "wx" });
  say(
    [
      `${name} is written. Commit it; it holds no secret. Next:`,
      `  pulumi stack init ${stack}`,
      `  npm run keygen -- --stack ${stack}    (logs in, and stores the API key that the firewall makes)`,
      `  or pulumi config set --stack ${stack} --secret panos:apiKey    (asks for a key that you have)`,
      `  pulumi preview --stack ${stack}`,
    ].join("\n"),
  );
  return 0;
}

/** Every question's answer, from flags, defaults or the person; what is wrong with flags is said at once. */
async function collectAnswers(
  { given, yes }: Flags,
  terminal: Terminal,
): Promise<{ values: Values } | { problems: string[] }> {
  const all = questions(terminal.environment);
  const values: Values = {};
  const problems: string[] = [];
  const open: Question[] = [];
  for (const question of all) {
    const answer = given[question.key] ?? (yes ? question.byDefault : undefined);
    if (answer === undefined && !yes) open.push(question);
    else if (answer === undefined) problems.push(`--${question.flag} is missing; e.g. ${question.example}`);
    else
      problems.push(
        ...(await faults(question, answer, terminal.folder)).map((fault) => `--${question.flag}: ${fault}`),
      );
    if (answer !== undefined) values[question.key] = answer;
  }
  if (problems.length > 0) return { problems };
  const lines = createInterface({ input: terminal.input });
  const next = lines[Symbol.asyncIterator]();
  try {
    for (const question of open) {
      const answer = await ask(question, terminal, async () => {
        const line = await next.next();
        return line.done === true ? undefined : line.value;
      });
      if (answer === undefined)
        return { problems: [`no answer to: ${question.asks}; or give --${question.flag}`] };
      values[question.key] = answer;
    }
  } finally {
    lines.close();
  }
  return { values };
}

/** Asks until the answer is right. */
async function ask(
  question: Question,
  { output, folder }: Terminal,
  nextLine: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const { asks, example, byDefault } = question;
  for (;;) {
    output.write(`${asks} ${byDefault ? `[${byDefault}]` : `(e.g. ${example})`}: `);
    const line = await nextLine();
    if (line === undefined) return undefined;
    const answer = line.trim() === "" ? (byDefault ?? "") : line.trim();
    const problems = await faults(question, answer, folder);
    if (problems.length === 0) return answer;
    output.write(problems.map((problem) => `  ${problem}\n`).join(""));
  }
}

/** What is wrong with an answer; for the stack's name also that it has a file already. */
async function faults(question: Question, answer: string, folder: string): Promise<string[]> {
  const problems = problemsWith(question, answer);
  if (question.key !== STACK || problems.length > 0) return problems;
  const name = `Pulumi.${answer}.yaml`;
  let content: string;
  try {
    content = await readFile(join(folder, name), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  const ownerId = ownerIdIn(content);
  const advice =
    ownerId === undefined
      ? `It has no ownerId; add to its config: aws-panos-rules:ownerId: ${newOwnerId()}`
      : `Its ownerId is ${ownerId}.`;
  return [`${name} exists and is left as it is. ${advice} Edit it, or name another stack.`];
}

if (require.main === module) runCommand(init);
