import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { STACK, problemsWith, questions } from "./questions";
import type { Question, Values } from "./questions";
import { newOwnerId, ownerIdIn, stackFile } from "./stack-file";
import { command, lines, UsageError, type Terminal } from "../framework";
import { answersIn, initTable } from "./table";

export const init = command(initTable, async (given, terminal) => {
  const { [STACK]: stack = "", ...values } = await collectAnswers(answersIn(given), given.yes, terminal);
  const name = `Pulumi.${stack}.yaml`;
  // Fails rather than overwrites, whoever made the file meanwhile.
  await writeFile(join(terminal.folder, name), stackFile(values, newOwnerId()), { flag: "wx" });
  lines(terminal.output)(
    [
      `${name} is written. Commit it; it holds no secret. Next:`,
      `  pulumi stack init ${stack}`,
      `  npm run keygen -- --stack ${stack}    (logs in, and stores the API key that the firewall makes)`,
      `  or pulumi config set --stack ${stack} --secret panos:apiKey    (asks for a key that you have)`,
      `  pulumi preview --stack ${stack}`,
    ].join("\n"),
  );
  return "fine";
});

/**
 * Every question's answer, from flags, defaults or the person.
 * @throws UsageError with all that is wrong with flags
 */
async function collectAnswers(given: Values, yes: boolean, terminal: Terminal): Promise<Values> {
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
  if (problems.length > 0) throw nothingWritten(problems);
  const typed = createInterface({ input: terminal.input });
  const next = typed[Symbol.asyncIterator]();
  try {
    for (const question of open) {
      const answer = await ask(question, terminal, async () => {
        const line = await next.next();
        return line.done === true ? undefined : line.value;
      });
      if (answer === undefined)
        throw new Error(`nothing was written: no answer to: ${question.asks}; or give --${question.flag}`);
      values[question.key] = answer;
    }
  } finally {
    typed.close();
  }
  return values;
}

function nothingWritten(problems: readonly string[]): UsageError {
  return new UsageError(["nothing was written:", ...problems.map((problem) => `  ${problem}`)]);
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
