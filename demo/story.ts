import { readFile } from "node:fs/promises";
import { plainOf, type Part } from "../lib/terminal/display";
import type { Waiting } from "../lib/terminal/progress";
import type { RunResult } from "../packages/pulumi/stack";
import type { RequestRecord, Simulator } from "../packages/simulator";
import type { RulebaseRule } from "../panos/policy";
import type { DemoFleet } from "./fleet";
import type { Administrator } from "./people";
import {
  changeColumns,
  changeRows,
  changesBetween,
  isOurs,
  RULEBASE_COLUMNS,
  rulebaseRows,
  type Change,
  type GroupNames,
} from "./rulebase";
import type { Screen } from "./screen";
import type { Stage } from "./stage";

/** What a step must come out as. */
export interface Expectation {
  commits: number;
  /** Of Panorama, which pushes what it has committed; absent: none. */
  pushes?: number;
  /** Firewalls that haven't got what Panorama runs afterwards; absent: all have. */
  behind?: string[];
  /** Something that it says; shown. */
  says?: string;
  /** Whether the run fails. */
  fails?: true;
  /** Exactly so many writing requests; absent: any number. */
  writes?: number;
  /** What becomes of some rules in the running configuration; {}: nothing changes at all. */
  rules: Record<string, Change>;
  /** Rules that must not exist afterwards. */
  absent?: string[];
  /** How many rules of ours there are afterwards; absent: any number. */
  ours?: number;
  /** Whether to show the rulebase, in place of each change. */
  table?: boolean;
}

/** What a command found, in a paragraph; details stand under it. */
export interface Line {
  parts: Part[];
  isDetail?: boolean;
}

/** A step did not come out as it should; what was wrong has been shown. */
export class StepFailed extends Error {
  override readonly name = "StepFailed";
}

/** Runs the demo's steps, shows what each did to the firewall, and holds it against what it should do. */
export class Story {
  private failed = 0;
  /** What Pulumi has warned of so far, each sentence once. */
  readonly warnings = new Set<string>();
  /** The administrator's own rules as they were at the start, byte for byte. */
  private others: string | undefined;

  private readonly firewall: Simulator;
  private readonly administrator: Administrator;
  private readonly groups: GroupNames;
  private readonly fleet: DemoFleet | undefined;

  constructor(
    { simulator, administrator, account, fleet }: Stage,
    readonly screen: Screen,
  ) {
    this.firewall = simulator;
    this.administrator = administrator;
    this.groups = account.groupNames();
    this.fleet = fleet;
  }

  /** The administrator changes something of his own. */
  async meanwhile(act: () => Promise<void>): Promise<void> {
    await act();
    this.others = undefined;
  }

  async step(title: string, run: () => Promise<RunResult>, expected: Expectation): Promise<void> {
    await this.screen.step(title);
    this.others ??= await this.administrator.others();
    const before = await this.administrator.rulebase();
    const [firstRequest, firstJob] = [this.firewall.requests.length, this.firewall.jobs.length];
    const { result, seconds } = await this.waited(run);
    const requests = this.firewall.requests.slice(firstRequest);
    const jobs = this.firewall.jobs.slice(firstJob);
    const [commits, pushes] = ["Commit", "CommitAll"].map(
      (kind) => jobs.filter(({ type }) => type === kind).length,
    ) as [number, number];
    const writes = requests.filter(isWrite).length;
    const after = await this.administrator.rulebase();
    const changes = changesBetween(before, after);

    this.keepWarnings(result);
    const where = this.fleet === undefined ? "firewall" : "Panorama";
    this.screen.note(...summaryOf(result, { where, writes, commits, pushes, seconds }));
    this.say(result, expected);
    if (expected.table === true) this.screen.table(RULEBASE_COLUMNS, rulebaseRows(after, this.groups));
    else if (changes.size > 0) {
      const list = [...changes.values()];
      this.screen.table(changeColumns(list), changeRows(list, this.groups));
    }

    const names = new Set(after.map(({ name }) => name));
    const ours = after.filter(isOurs).length;
    const isRight = (result.code === 0) !== (expected.fails ?? false);
    this.hold(
      `the run ${expected.fails ? "fails" : "succeeds"}`,
      isRight,
      isRight ? "" : result.stdout + result.stderr,
    );
    this.hold(`${expected.commits} commits`, commits === expected.commits);
    this.hold(`${expected.pushes ?? 0} pushes`, pushes === (expected.pushes ?? 0));
    this.holdFleet(after, expected);
    if (expected.writes !== undefined) this.hold(`${expected.writes} writes`, writes === expected.writes);
    for (const [name, change] of Object.entries(expected.rules)) {
      this.hold(`${name} is ${change}`, changes.get(name)?.change === change);
    }
    if (Object.keys(expected.rules).length === 0) this.hold("no rule changes", changes.size === 0);
    for (const name of expected.absent ?? []) this.hold(`no rule ${name}`, !names.has(name));
    if (expected.ours !== undefined) this.hold(`${expected.ours} rules of ours`, ours === expected.ours);
    this.hold("the administrator's rules are untouched", (await this.administrator.others()) === this.others);
    this.end();
  }

  /**
   * Runs a command that only looks and leaves its answer in a file, shows what `tell` makes of that, and holds it and
   * the exit code against what they should be.
   */
  async look<Answer>(
    title: string,
    { run, file, tell }: { run: () => Promise<number>; file: string; tell: (answer: Answer) => Line[] },
    expected: { code: number; says: string },
  ): Promise<void> {
    await this.screen.step(title);
    const before = this.firewall.requests.length;
    const { result: code } = await this.waited(run);
    const found = tell(JSON.parse(await readFile(file, "utf8")) as Answer);
    for (const { parts, isDetail = false } of found)
      this.screen.say(parts, { first: " ".repeat(isDetail ? 5 : 3) });
    const said = found.flatMap(({ parts }) => parts.map(plainOf));
    this.hold(`exit code ${expected.code}`, code === expected.code, `it was ${code}`);
    this.hold(`it says ${expected.says}`, said.join("").includes(expected.says));
    this.hold("nothing is written", !this.firewall.requests.slice(before).some(isWrite));
    this.end();
  }

  /** Runs something, and says meanwhile what is waited for, by what the firewall is asked. */
  private async waited<T>(run: () => Promise<T>): Promise<{ result: T; seconds: string }> {
    const started = Date.now();
    const result = await this.screen.waitingFor("Pulumi starts the program", async (waiting) => {
      const follow = follower(waiting);
      this.firewall.on("request", follow);
      try {
        return await run();
      } finally {
        this.firewall.off("request", follow);
      }
    });
    return { result, seconds: ((Date.now() - started) / 1000).toFixed(1) };
  }

  private keepWarnings({ diagnostics }: RunResult): void {
    for (const { severity, message } of diagnostics)
      if (severity === "warning") this.warnings.add(message.trim());
  }

  private hold(what: string, holds: boolean, details = ""): void {
    if (holds) return;
    this.failed++;
    this.screen.note({ text: "FAILED", style: ["red", "bold"] }, `: expected that ${what}`);
    if (details !== "") this.screen.quote(details);
  }

  /** What follows builds on this step. */
  private end(): void {
    if (this.failed > 0) throw new StepFailed();
  }

  /** What the program says of something, in its own words. */
  private say(result: RunResult, { says }: Expectation): void {
    if (says === undefined) return;
    const said = result.diagnostics.map(({ message }) => message).find((message) => message.includes(says));
    this.hold(`it says ${says}`, said !== undefined);
    const [sentence = ""] = (said ?? "").split(". The next run");
    this.screen.note("It says: ", { text: sentence.trim(), style: "cyan" });
  }

  /** Which firewalls have what Panorama runs. */
  private holdFleet(rules: readonly RulebaseRule[], { behind = [] }: Expectation): void {
    if (this.fleet === undefined) return;
    const pushed = rules.filter(({ disabled }) => !disabled).map(({ name }) => name);
    const without = this.fleet.otherThan(pushed);
    const having = this.fleet.names().filter((name) => !without.includes(name));
    this.screen.note(
      ...["What Panorama runs is on ", { text: having.join(", "), style: "bold" } as const],
      without.length > 0 ? `, and not on ${without.join(", ")}.` : ".",
    );
    this.hold(`without it: ${behind.join(", ") || "none"}`, without.join() === behind.join());
  }
}

/** "Pulumi: 26 create; firewall: one commit (8.4 s)" */
function summaryOf(
  { changes }: RunResult,
  done: { where: string; writes: number; commits: number; pushes: number; seconds: string },
): Part[] {
  const { where, writes, commits, pushes, seconds } = done;
  const planned = Object.entries(changes).map(([operation, number]) => `${number} ${operation}`);
  const some = (number: number, noun: string, plural = `${noun}s`) =>
    number === 0 ? `no ${noun}` : number === 1 ? `one ${noun}` : `${number} ${plural}`;
  const commit =
    some(commits, "commit") + (where === "Panorama" ? `, ${some(pushes, "push", "pushes")}` : "");
  // Into how many requests writing is divided depends on when Pulumi asks for what.
  const written = writes === 0 ? "nothing written, " : "";
  return [
    `Pulumi: ${planned.join(", ") || "nothing to do"}; ${where}: `,
    { text: `${written}${commit}`, style: "bold" },
    { text: ` (${seconds} s)`, style: "dim" },
  ];
}

function follower(waiting: Waiting): (request: RequestRecord) => void {
  let writes = 0;
  return (request) => {
    if (request.action === "all") waiting.for("Panorama pushes to its firewalls");
    else if (request.type === "commit") waiting.for("the firewall commits");
    else if (isWrite(request)) waiting.for(`rules are written to the candidate, request ${++writes}`);
    else if (request.type === "op" && writes > 0)
      waiting.for("the firewall commits, and is compared afterwards");
    else waiting.for("the program reads the firewall and works out its rules");
  };
}

function isWrite({ type, action }: RequestRecord): boolean {
  return type === "commit" || (type === "config" && action !== "get" && action !== "show");
}
