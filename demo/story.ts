import type { RunResult } from "../packages/pulumi/stack";
import { TAG_PREFIX } from "../declaration/names";
import type { RulebaseRule } from "../panos/policy";
import type { RequestRecord, Simulator } from "../packages/simulator";
import type { Administrator } from "./people";
import { rulebaseTable } from "./table";

/** What a step must come out as. */
export interface Expectation {
  commits: number;
  /** Exactly so many writing requests; absent: any number. */
  writes?: number;
  /** What becomes of some rules in the running configuration; {}: nothing changes at all. */
  rules: Record<string, "added" | "changed" | "removed">;
  /** Rules that must not exist afterwards. */
  absent?: string[];
  /** How many rules of ours there are afterwards; absent: any number. */
  ours?: number;
  /** Whether to show the rulebase. */
  table?: boolean;
}

type Change = "added" | "changed" | "removed";

const MARKS: Record<Change, string> = { added: "+", changed: "~", removed: "-" };

/** A step did not come out as it should; what was wrong has been shown. */
export class StepFailed extends Error {
  override readonly name = "StepFailed";
}

/** Runs the demo's steps, shows what each did to the firewall, and holds it against what it should do. */
export class Story {
  private number = 0;
  private failed = 0;
  private readonly said = new Set<string>();
  private readonly started = Date.now();
  /** The administrator's own rules as they were at the start, byte for byte. */
  private readonly others: string;

  constructor(
    private readonly firewall: Simulator,
    private readonly administrator: Administrator,
  ) {
    this.others = this.othersRules();
  }

  note(text: string): void {
    console.log(text.startsWith("\n") ? text : `    ${text}`);
  }

  async step(title: string, run: () => Promise<RunResult>, expected: Expectation): Promise<void> {
    console.log(`\n${++this.number}. ${title}`);
    const before = await this.administrator.rulebase();
    const [firstRequest, firstJob] = [this.firewall.requests.length, this.firewall.jobs.length];
    const started = Date.now();
    const result = await run();
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    const requests = this.firewall.requests.slice(firstRequest);
    const commits = this.firewall.jobs.slice(firstJob).filter(({ type }) => type === "Commit").length;
    const writes = requests.filter(isWrite).length;
    const after = await this.administrator.rulebase();
    const changes = changesBetween(before, after);

    this.showNews(result);
    const planned = Object.entries(result.changes).map(([operation, count]) => `${count} ${operation}`);
    console.log(`    Pulumi: ${planned.join(", ") || "nothing"} (${seconds} s)`);
    for (const [name, change] of changes) console.log(`    ${MARKS[change]} ${name}`);
    console.log(`    firewall: ${requests.length} requests, ${writes} of them writes; ${commits} commits`);
    if (expected.table === true) console.log(rulebaseTable(after));

    const names = new Set(after.map(({ name }) => name));
    const ours = after.filter(({ tag }) => tag.some((name) => name.startsWith(TAG_PREFIX))).length;
    this.hold("the run succeeds", result.code === 0, result.code === 0 ? "" : result.stdout + result.stderr);
    this.hold(`${expected.commits} commits`, commits === expected.commits);
    if (expected.writes !== undefined) this.hold(`${expected.writes} writes`, writes === expected.writes);
    for (const [name, change] of Object.entries(expected.rules)) {
      this.hold(`${name} is ${change}`, changes.get(name) === change);
    }
    if (Object.keys(expected.rules).length === 0) this.hold("no rule changes", changes.size === 0);
    for (const name of expected.absent ?? []) this.hold(`no rule ${name}`, !names.has(name));
    if (expected.ours !== undefined) this.hold(`${expected.ours} rules of ours`, ours === expected.ours);
    this.hold("the administrator's rules are untouched", this.othersRules() === this.others);
    // What follows builds on this step.
    if (this.failed > 0) throw new StepFailed();
  }

  /** Runs a command that only looks, shows what it says, and holds that and its exit code against what they should be. */
  async look(
    title: string,
    run: () => Promise<{ code: number; text: string }>,
    expected: { code: number; says: string },
  ): Promise<void> {
    console.log(`\n${++this.number}. ${title}`);
    const before = this.firewall.requests.length;
    const { code, text } = await run();
    console.log(text.trim().replace(/^(?=.)/gm, "    "));
    const requests = this.firewall.requests.slice(before);
    this.hold(`exit code ${expected.code}`, code === expected.code, `it was ${code}`);
    this.hold(`it says ${expected.says}`, text.includes(expected.says));
    this.hold("nothing is written", !requests.some(isWrite));
    if (this.failed > 0) throw new StepFailed();
  }

  summary(): void {
    const seconds = ((Date.now() - this.started) / 1000).toFixed(0);
    console.log(`\nEvery step came out as it says (${seconds} s).`);
  }

  /** Shows what Pulumi said, each sentence once: a warning that stays true is no news. */
  private showNews({ events }: RunResult): void {
    for (const { diagnosticEvent } of events) {
      if (diagnosticEvent === undefined || diagnosticEvent.ephemeral === true) continue;
      if (diagnosticEvent.severity === "debug") continue;
      const message = diagnosticEvent.message.trim();
      if (this.said.has(message)) continue;
      this.said.add(message);
      console.log(`    ${diagnosticEvent.severity}: ${message.replaceAll("\n", "\n      ")}`);
    }
  }

  private hold(what: string, holds: boolean, details = ""): void {
    if (holds) return;
    this.failed++;
    console.log(`    FAILED: expected that ${what}${details === "" ? "" : `\n${details}`}`);
  }

  private othersRules(): string {
    return this.firewall
      .runningRules()
      .filter((name) => !name.startsWith("aws-sg-"))
      .map((name) =>
        this.firewall.running(
          `/config/devices/entry/vsys/entry[@name='vsys1']/rulebase/security/rules/entry[@name='${name}']`,
        ),
      )
      .join("\n");
  }
}

function isWrite({ type, action }: RequestRecord): boolean {
  return type === "commit" || (type === "config" && action !== "get" && action !== "show");
}

function changesBetween(
  before: readonly RulebaseRule[],
  after: readonly RulebaseRule[],
): Map<string, Change> {
  const texts = (rules: readonly RulebaseRule[]) =>
    new Map(rules.map((rule) => [rule.name, JSON.stringify(rule)]));
  const [old, now] = [texts(before), texts(after)];
  const changes = new Map<string, Change>();
  for (const [name, text] of now) {
    if (!old.has(name)) changes.set(name, "added");
    else if (old.get(name) !== text) changes.set(name, "changed");
  }
  for (const name of old.keys()) if (!now.has(name)) changes.set(name, "removed");
  return changes;
}
