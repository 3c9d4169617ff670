import { isRuleName } from "../../declaration/names";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stringify } from "yaml";
import { readSnapshot, writeSnapshot } from "../../inventory";
import type { Engines } from "../../lib/pulumi/engine";
import { CONNECTION_ENVIRONMENT } from "../../panos/connection";
import { PROJECT } from "../../settings/configuration";
import { readStackFile } from "../../settings/stack-file";
import { filesAt } from "../runner/files";
import { LocalRunner } from "../runner/local";
import { endProcesses } from "../runner/processes";
import { RunRecords } from "../runner/record";
import type { RunOutcome, RunRequest } from "../runner/runner";
import { pulumiEnvironment } from "../runner/surroundings";
import { ReplayedAccount } from "./account";

const PROJECT_DIR = join(__dirname, "..", "..");
const DEMO = { folder: PROJECT_DIR, stack: "dev", firewall: join(PROJECT_DIR, "demo", "firewall.xml") };
const STACK = "replay";
const USER = "aws-panos-replay";

/** A simulated firewall. */
interface Firewall {
  host: string;
  port: number;
  runningRules(vsys: string): string[];
  /** What is at an XPath of the running configuration, as XML. */
  running(xpath: string): string;
  stop(): Promise<void>;
}

export interface RehearsalOptions {
  /** A recorded inventory: what AWS had before the first call. */
  snapshot: string;
  /** Whose settings count, and what its firewall has; the demo's unless given. */
  own?: { folder: string; stack: string; firewall: string } | undefined;
  /** What runs the program. */
  engines: Engines;
  startFirewall: (has: { config: string; users: { name: string; password: string }[] }) => Promise<Firewall>;
  /** Ends the run that is under way, and lets none begin. */
  signal: AbortSignal;
}

/** How a run ended, and what it did to the firewall's rules, by name. */
export interface Rehearsed {
  outcome: RunOutcome;
  /** "+ NAME" for a new rule, "~ NAME" for one that is another now, "- NAME" for one that is gone. */
  rules: string[];
}

/**
 * The real program, by the real runner, with an account and a simulated firewall of its own. Everything is in a
 * temporary folder, and no setting or variable leads anywhere else.
 */
export class Rehearsal {
  private underWay: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    private readonly firewall: Firewall,
    private readonly rulebase: { vsys: string; xpath: string },
    private readonly account: ReplayedAccount,
    private readonly runner: LocalRunner,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws Error that says which file can't be used */
  static async open(options: RehearsalOptions): Promise<Rehearsal> {
    const { own = DEMO, engines, signal } = options;
    const account = new ReplayedAccount(await readSnapshot(options.snapshot));
    const settings = await readStackFile(own.folder, own.stack);
    if (settings[`${PROJECT}:firewalls`] !== undefined) {
      throw new Error(`Pulumi.${own.stack}.yaml lists several firewalls: a replay has one`);
    }
    const config = await readFile(own.firewall, "utf8");
    const folder = await mkdtemp(join(tmpdir(), "aws-panos-replay-"));
    const password = randomBytes(12).toString("base64url");
    let firewall: Firewall | undefined;
    try {
      firewall = await options.startFirewall({ config, users: [{ name: USER, password }] });
      const configFile = join(folder, `Pulumi.${STACK}.yaml`);
      await writeFile(configFile, stringify({ config: configOf(settings, accountFile(folder)) }));
      const environment = { ...connectionTo(firewall, password), PULUMI_CONFIG_PASSPHRASE: password };
      const backend = pathToFileURL(folder).href;
      const engine = engines.at({ stack: STACK, projectDir: PROJECT_DIR, configFile });
      await engine.createStack({ ...pulumiEnvironment(backend), ...environment });
      const runner = new LocalRunner({
        engine,
        environment,
        backend,
        project: PROJECT,
        stack: STACK,
        ledger: ledgerIn(backend),
        secrets: {},
        write: () => undefined,
      });
      const vsys = settings["panos:vsys"] ?? "vsys1";
      const xpath = `/config/devices/entry/vsys/entry[@name='${vsys}']/rulebase/security/rules`;
      return new Rehearsal(folder, firewall, { vsys, xpath }, account, runner, signal);
    } catch (error) {
      await firewall?.stop();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Does to the account what a call did, if its record tells exactly what. @returns whether it does */
  happen(record: unknown): boolean {
    return this.account.happen(record);
  }

  /**
   * Runs the program for what AWS has by now.
   * @param timeLeft real milliseconds
   */
  async run(request: RunRequest, timeLeft: number): Promise<Rehearsed> {
    const interrupt = () => void this.endRun();
    this.signal.addEventListener("abort", interrupt);
    const before = this.rules();
    const running = writeSnapshot(accountFile(this.folder), this.account.inventory).then(() =>
      this.runner.start({ ...request, deadline: Date.now() + timeLeft }),
    );
    this.underWay = running.catch(() => undefined);
    try {
      const outcome = await running;
      // What was stopped has not come out as anything, and nothing comes after it.
      if (this.signal.aborted) await new Promise(() => undefined);
      return { outcome, rules: differences(before, this.rules()) };
    } finally {
      this.signal.removeEventListener("abort", interrupt);
    }
  }

  /** Does something with runs in it. @throws the signal's reason where it comes meanwhile, at once */
  async unlessStopped<T>(work: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    const stopped = new Promise<never>((_, reject) =>
      this.signal.addEventListener("abort", () => reject(this.signal.reason as Error), { once: true }),
    );
    return Promise.race([work(), stopped]);
  }

  /** Stops the firewall and removes the folder, once the run that may be under way has ended. */
  async close(): Promise<void> {
    await this.underWay;
    await this.firewall.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async endRun(): Promise<void> {
    const record = await new RunRecords(filesAt(`${pathToFileURL(this.folder).href}/automation`)).read();
    if (record !== undefined) await endProcesses(record.report);
  }

  /** Our rules that are running, each as XML. */
  private rules(): Map<string, string> {
    const { vsys, xpath } = this.rulebase;
    const ours = this.firewall.runningRules(vsys).filter(isRuleName);
    return new Map(ours.map((name) => [name, this.firewall.running(`${xpath}/entry[@name='${name}']`)]));
  }
}

const accountFile = (folder: string) => join(folder, "account.json");
const ledgerIn = (folder: string) => `${folder}/automation/ledger.json`;

/** What leads to AWS or to a firewall is replaced; all other settings count. */
function configOf(settings: Record<string, string>, snapshot: string): Record<string, string> {
  const elsewhere = new Set([
    ...Object.keys(CONNECTION_ENVIRONMENT)
      .filter((key) => key !== "vsys")
      .map((key) => `panos:${key}`),
    ...["accounts", "onUnreadable"].map((key) => `${PROJECT}:${key}`),
    // The rules of a device group are rehearsed as a firewall's own: what changes is the same.
    "panos:panorama",
  ]);
  const kept = Object.entries(settings).filter(([key]) => !elsewhere.has(key) && !key.startsWith("aws:"));
  return {
    ...Object.fromEntries(kept),
    [`${PROJECT}:inventory`]: "snapshot",
    [`${PROJECT}:snapshot`]: snapshot,
    // Its objects may be on the firewall already, under the stack's real name.
    [`${PROJECT}:acceptRename`]: "true",
  };
}

/** Empty where a variable that this process has must not count. */
function connectionTo(firewall: Firewall, password: string): Record<string, string> {
  const none = Object.values(CONNECTION_ENVIRONMENT).map((variable) => [variable, ""]);
  return {
    ...(Object.fromEntries(none) as Record<string, string>),
    [CONNECTION_ENVIRONMENT.hostname]: firewall.host,
    [CONNECTION_ENVIRONMENT.port]: String(firewall.port),
    [CONNECTION_ENVIRONMENT.protocol]: "https",
    [CONNECTION_ENVIRONMENT.username]: USER,
    [CONNECTION_ENVIRONMENT.password]: password,
    // It makes its certificate at every start.
    [CONNECTION_ENVIRONMENT.skipVerifyCertificate]: "true",
  };
}

function differences(before: Map<string, string>, after: Map<string, string>): string[] {
  const changed = [...after].flatMap(([name, rule]) => {
    if (!before.has(name)) return [`+ ${name}`];
    return before.get(name) === rule ? [] : [`~ ${name}`];
  });
  const gone = [...before.keys()].filter((name) => !after.has(name));
  return [...changed, ...gone.map((name) => `- ${name}`)].sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1));
}
