/** Every question's answer: from flags, from what AWS and the firewall say, from defaults, or from the person. */
import { createInterface } from "node:readline";
import { placeOf } from "../../inventory/ec2/place";
import { InventoryError } from "../../inventory/errors";
import { displayOf } from "../../lib/terminal/display";
import { paragraph } from "../../lib/terminal/paragraph";
import { waitingFor } from "../../lib/terminal/progress";
import { PanosError } from "../../panos/error";
import { lines, prose, UsageError, type Terminal } from "../framework";
import { hasCredentials, lookAtAws } from "./aws";
import { loginFor, lookAtFirewall } from "./firewall";
import type { Found, Findings, Looked } from "./found";
import { FIREWALL, PANORAMA, VSYS, problemsWith, REGION, type Question, type Values } from "./questions";

export interface Asked {
  /** What is asked, in this order. */
  questions: readonly Question[];
  /** Answers that flags have given. */
  given: Values;
  /** What is known already and not asked. */
  known?: Values;
  /** Ask nobody: take what was found and what is in brackets. */
  yes: boolean;
  /** Look neither at AWS nor at the firewall. */
  offline: boolean;
  /** What is wrong with an answer beside its form. */
  faults?: (question: Question, answer: string) => Promise<string[]>;
}

/** @throws UsageError with all that is wrong with flags, or missing; then nobody was asked */
export async function collectAnswers(asked: Asked, terminal: Terminal): Promise<Values> {
  const { questions, given, yes } = asked;
  const wrong = await flagFaults(asked);
  if (wrong.length > 0) throw nothingWritten(wrong);
  const values: Values = { ...asked.known };
  const missing: string[] = [];
  const say = prose(terminal.output, terminal.environment);
  const look = new Looking(asked, terminal);
  const typed = createInterface({ input: terminal.input });
  const next = typed[Symbol.asyncIterator]();
  const nextLine = async () => {
    const line = await next.next();
    return line.done === true ? undefined : line.value;
  };
  try {
    for (const question of questions) {
      const { key } = question;
      if (isDecided(question, given)) continue;
      const found = given[key] === undefined ? await look.for(key, values) : undefined;
      const offered = found?.value ?? question.byDefault;
      if (given[key] !== undefined) values[key] = given[key];
      else if (!yes) values[key] = await ask(question, offered, found, asked, terminal, nextLine);
      else if (offered === undefined) missing.push(missingText(question, found));
      else {
        values[key] = offered;
        if (found?.value) say(`${key}: ${offered} (${found.because})`);
      }
      noteUnknown(key, values[key], found, say);
    }
  } finally {
    typed.close();
  }
  if (missing.length > 0) throw nothingWritten(missing);
  return Object.fromEntries(questions.map(({ key }) => [key, values[key] ?? ""]));
}

/** Whether nobody is asked: only a flag could answer it, or a device group needs no vsys. */
function isDecided({ key, isOnlyFlag }: Question, given: Values): boolean {
  if (given[key] !== undefined) return false;
  return isOnlyFlag === true || (key === VSYS && given[PANORAMA] !== undefined);
}

/** All that is wrong with flags, and with `--yes` what nobody would be asked for. */
async function flagFaults({ questions, given, faults, yes }: Asked): Promise<string[]> {
  const problems: string[] = [];
  for (const question of questions) {
    const answer = given[question.key];
    if (answer === undefined) continue;
    const found = [...problemsWith(question, answer), ...((await faults?.(question, answer)) ?? [])];
    problems.push(...found.map((fault) => `--${question.flag}: ${fault}`));
  }
  if (problems.length === 0 || !yes) return problems;
  const open = questions.filter(({ key, byDefault }) => given[key] === undefined && byDefault === undefined);
  return [...problems, ...open.map((question) => missingText(question, undefined))];
}

export function nothingWritten(problems: readonly string[]): UsageError {
  return new UsageError(["nothing was written:", ...problems.map((problem) => `  ${problem}`)]);
}

function missingText({ flag, example }: Question, found: Found | undefined): string {
  return `--${flag} is missing; e.g. ${example}${found === undefined ? "" : ` (${found.because})`}`;
}

/** A name that isn't there may be made later, so it is taken. */
function noteUnknown(
  key: string,
  answer: string | undefined,
  found: Found | undefined,
  say: (text: string) => void,
): void {
  if (!answer || found?.known === undefined || found.known.includes(answer)) return;
  say(`  The firewall has no ${JSON.stringify(answer)} for ${key} now: an update would refuse it.`);
}

/** Asks until the answer is right. */
async function ask(
  question: Question,
  byDefault: string | undefined,
  found: Found | undefined,
  { faults }: Asked,
  { output, environment }: Terminal,
  nextLine: () => Promise<string | undefined>,
): Promise<string> {
  const { asks, example, flag } = question;
  const display = displayOf(output, environment);
  if (found !== undefined) {
    const because = { text: `(${found.because})`, style: "dim" } as const;
    output.write(`${paragraph([because], display, { first: "  " })}\n`);
  }
  for (;;) {
    output.write(
      `${paragraph([`${asks} ${byDefault ? `[${byDefault}]` : `(e.g. ${example})`}:`], display)} `,
    );
    const line = await nextLine();
    if (line === undefined) {
      output.write("\n");
      throw new Error(`nothing was written: no answer to: ${asks}; or give --${flag}`);
    }
    const answer = line.trim() === "" ? (byDefault ?? "") : line.trim();
    const problems = [...problemsWith(question, answer), ...((await faults?.(question, answer)) ?? [])];
    if (problems.length === 0) return answer;
    output.write(problems.map((problem) => `  ${problem}\n`).join(""));
  }
}

/** What is found out, when a question first needs it; what can't be asked is said, and is no reason to stop. */
class Looking {
  private aws: Promise<Findings> | undefined;
  private firewall: Promise<Findings> | undefined;

  constructor(
    private readonly asked: Asked,
    private readonly terminal: Terminal,
  ) {}

  async for(key: string, values: Values): Promise<Found | undefined> {
    if (this.asked.offline) return undefined;
    if (key === REGION) return this.region();
    if (key === FIREWALL) return (await (this.aws ??= this.askAws(values)))[key];
    if (key.startsWith("aws-panos-rules:")) return (await (this.firewall ??= this.askFirewall(values)))[key];
    return undefined;
  }

  /** Where AWS's own tools would ask. */
  private async region(): Promise<Found | undefined> {
    const { environment } = this.terminal;
    if (environment["AWS_REGION"] || !hasCredentials(environment)) return undefined;
    const { region } = await placeOf({}, environment).catch(() => ({ region: undefined }));
    return region === undefined ? undefined : { value: region, because: "the region of your AWS profile" };
  }

  private askAws({ [REGION]: region = "" }: Values): Promise<Findings> {
    const { environment } = this.terminal;
    if (region === "") return this.not("AWS", "no region is given");
    if (!hasCredentials(environment))
      return this.not("AWS", "no credentials are in the environment or in ~/.aws");
    return this.look(`AWS in ${region}`, () => lookAtAws(environment, region));
  }

  private askFirewall({
    "panos:hostname": hostname = "",
    [VSYS]: vsys = "",
    [PANORAMA]: deviceGroup,
  }: Values): Promise<Findings> {
    const login = loginFor({ hostname, vsys, deviceGroup }, this.terminal.environment);
    if (login === undefined) return this.not(hostname, "no login for it is in the environment (see --help)");
    return this.look(hostname, () => lookAtFirewall(login));
  }

  private async look(what: string, look: () => Promise<Looked>): Promise<Findings> {
    try {
      const { at, findings } = await waitingFor(`asking ${what}`, look, this.terminal);
      lines(this.terminal.output)(`Looked at ${at}:`);
      return findings;
    } catch (error) {
      if (!(error instanceof PanosError || error instanceof InventoryError)) throw error;
      return this.not(what, error.message);
    }
  }

  private not(what: string, because: string): Promise<Findings> {
    prose(this.terminal.errors, this.terminal.environment)(`(${what} is not asked: ${because})`);
    return Promise.resolve({});
  }
}
