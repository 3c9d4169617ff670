import { PanosClient } from "../../../panos/client";
import type { Connection } from "../../../panos/connection";
import type { Location } from "../../../panos/location";
import { locks } from "../../../panos/lock";
import { pendingChanges } from "../../../panos/system";
import type { Declaration } from "../../../declaration/declaration";
import {
  startHaPair,
  startSimulator,
  type Effect,
  type Fault,
  type FiredFault,
  type HaPair,
  type Job,
  type Refuses,
  type RequestRecord,
  type Simulator,
} from "../../../packages/simulator";
import type { Permission } from "../../support/account";
import { firewallConfig, isWrite, PASSWORDS } from "../../support/lab";
import { Configuration, VSYS, type Edit } from "./configuration";
import { destroy, up, type Outcome, type State } from "./deployment";
import { FLEET, FleetWatch, startLab } from "./fleet";
import { ProviderProcess } from "./process";
import { askedDeclarationOf, declarationOf } from "./program";
import { ADMINISTRATOR, Watch, type Declared } from "./watch";

/** Where a run is killed. */
export interface Kill {
  /** Which request of ours, from 1. */
  nth: number;
  when: "before" | "after";
  /** Everything, or only the engine: then the provider's process goes on by itself. */
  what: "everything" | "the engine";
}

export interface RunOptions {
  permissions: readonly Permission[];
  refresh?: boolean;
  continueOnError?: boolean;
  /** Whether the state is saved after each step, and not only at the end. */
  checkpoints?: boolean;
  kill?: Kill;
  /** Ends everything that there is. */
  destroy?: boolean;
}

/** What came of a run. */
export interface Run {
  result: "succeeded" | "failed" | "killed";
  errors: string[];
  steps: string[];
  requests: RequestRecord[];
}

export interface WorldOptions {
  /** Two firewalls as a pair. */
  pair?: boolean;
  /** A Panorama with firewalls: the stack's target is a device group. */
  fleet?: boolean;
  /** A firewall's configuration, and the state that goes with it. */
  config?: string;
  state?: State;
  /** Whether a run asks the firewall first what is allowed already, as the program does. */
  program?: boolean;
  commitTimeoutSeconds?: number;
  /** What the device refuses of what isn't documented. */
  refuses?: Refuses;
}

/** A firewall or a pair, one stack on it, and other people, for one test; it holds the invariants. */
export class World {
  private saved: string;
  private declared: Declared;
  private readonly watches: Watch[];
  private readonly processes: ProviderProcess[] = [];
  private readonly outputs: string[] = [];
  private readonly edits = new Map<string, readonly Edit[]>();
  private readonly clients = new Map<Simulator, PanosClient>();
  /** Which firewall had how many requests when the engine of the run was killed. */
  private engineGone: { firewall: Simulator; requests: number } | undefined;
  /** Firewalls that restart. */
  private readonly down = new Set<Simulator>();
  /** Whether the pair has failed over since somebody asked it. */
  private hasFailedOver = false;

  private constructor(
    readonly firewalls: readonly Simulator[],
    private readonly pair: HaPair | undefined,
    private readonly options: WorldOptions,
    start: Declaration,
    readonly fleet?: FleetWatch,
  ) {
    this.saved = JSON.stringify(options.state ?? {});
    this.declared = { now: start, since: [] };
    this.watches = firewalls.map(
      (firewall) => new Watch(firewall, () => this.declared, this.edits, this.location),
    );
    const [first, second] = this.watches;
    for (const firewall of firewalls) {
      firewall.on("fault", ({ effect }: FiredFault) => {
        if (effect === "fail-over") this.hasFailedOver = true;
        if (effect === "restart") this.down.add(firewall);
      });
      firewall.on("restarted", () => this.down.delete(firewall));
      firewall.on("request", ({ cmd }: RequestRecord) => {
        if (cmd?.includes("<high-availability>") === true) this.hasFailedOver = false;
      });
    }
    for (const [from, to] of [
      [first, second],
      [second, first],
    ])
      from?.firewall.on("job", ({ type, result }: Job) => {
        if (type === "Commit" && result === "OK" && pair?.runningSync === "synchronized")
          to?.synchronizedFrom(from);
      });
  }

  static async open(options: WorldOptions = {}): Promise<World> {
    const users = Object.entries({ ...PASSWORDS, bob: "b0b-s3cret" }).map(([name, password]) => ({
      name,
      password,
    }));
    const { refuses = {}, config = firewallConfig() } = options;
    const shared = { users, config, refuses };
    const started = async (firewalls: Simulator[], pair?: HaPair) =>
      new World(firewalls, pair, options, await new Configuration(firewalls[0]!, "running").ours());
    if (options.fleet === true) {
      const lab =
        options.pair === true
          ? await onePort((httpPort) =>
              startLab({ users, httpPort, ha: { second: { host: "127.0.0.2", httpPort } } }),
            )
          : await startLab({ users });
      const start = await new Configuration(lab.panorama, "running", FLEET).ours();
      const { pair } = lab;
      const panoramas = pair ? [pair.first, pair.second] : [lab.panorama];
      return new World(panoramas, pair, options, start, new FleetWatch(lab, start));
    }
    if (options.pair !== true) return started([await startSimulator(shared)]);
    const pair = await onePort((httpPort) =>
      startHaPair({ ...shared, httpPort, second: { host: "127.0.0.2", httpPort } }),
    );
    return started([pair.first, pair.second], pair);
  }

  async close(): Promise<void> {
    for (const process of this.processes) process.kill();
    await Promise.all([...this.clients.values()].map((client) => client.close()));
    await this.fleet?.close();
    await Promise.all(this.firewalls.map((firewall) => firewall.stop()));
  }

  /** The one firewall, or the active one of the pair. */
  get firewall(): Simulator {
    return this.pair?.active ?? this.firewalls[0]!;
  }

  get state(): State {
    return JSON.parse(this.saved) as State;
  }

  /** Everything that must not be and was, so far. */
  async violations(): Promise<string[]> {
    const each = await Promise.all(this.watches.map((watch) => watch.violations()));
    return [...each.flat(), ...((await this.fleet?.violations()) ?? [])];
  }

  /** Makes something go wrong, on whichever firewall it is due. @param edits what it does to entries */
  addFault(fault: Fault, edits: readonly Edit[] = []): void {
    for (const one of apart(fault)) {
      const name = `fault ${this.edits.size + 1}`;
      const isEdit = one.effect.do === "edit" && one.effect.operations !== undefined;
      this.edits.set(name, isEdit ? edits : []);
      if (isEdit) this.fleet?.edited(edits);
      for (const firewall of this.firewalls) firewall.addFault({ ...one, name });
    }
  }

  /** From now on nothing goes wrong any more, and what faults have left is gone. */
  clearFaults(): void {
    for (const firewall of this.firewalls) firewall.clearFaults();
  }

  /** Another administrator commits their own changes. */
  async commitTheirs(): Promise<void> {
    this.addFault({
      match: { admin: "admin", type: "op" },
      effect: { do: "edit", admin: "admin", commit: "own" },
    });
    await pendingChanges(this.admin());
  }

  /** The other one of the pair takes over. */
  failOver(): void {
    this.pair?.failOver();
    this.hasFailedOver = true;
  }

  /** The end of all faults: everything is up, and nothing is under way. */
  async mend(): Promise<void> {
    this.clearFaults();
    await this.fleet?.mend();
    const isQuiet = () =>
      this.down.size === 0 &&
      (this.fleet?.isQuiet ?? true) &&
      this.firewalls.every(({ jobs }) => jobs.every(({ status }) => status === "FIN"));
    while (!isQuiet()) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Another administrator changes entries between two runs. */
  async edit(operations: string, edits: readonly Edit[], commit?: "all" | "own"): Promise<void> {
    const effect: Effect = {
      do: "edit",
      admin: "admin",
      operations,
      ...(commit !== undefined && { commit }),
    };
    this.addFault({ match: { admin: "admin", type: "op" }, effect }, edits);
    await pendingChanges(this.admin());
  }

  /** Runs the stack's program once. */
  async run(options: RunOptions): Promise<Run> {
    const before = this.firewalls.map(({ requests }) => requests.length);
    this.engineGone = undefined;
    const process = await ProviderProcess.start(this.settings());
    this.processes.push(process);
    const work = this.work(process, options);
    work.catch(() => undefined);
    const stop = this.killAt(process, options.kill);
    let run: Omit<Run, "requests">;
    try {
      const outcome = await Promise.race([work, process.killed]);
      if (outcome === undefined) run = { result: "killed", errors: [], steps: [] };
      else {
        const { errors, steps } = outcome;
        if (this.engineGone !== undefined) run = { result: "killed", errors, steps };
        else {
          this.saved = JSON.stringify(outcome.state);
          run = { result: errors.length > 0 ? "failed" : "succeeded", errors, steps };
        }
      }
    } catch (error) {
      run = { result: "failed", errors: [(error as Error).message], steps: [] };
    } finally {
      stop();
      process.exit();
    }
    this.outputs.push(...process.said, ...run.errors, this.saved);
    const requests = this.firewalls.flatMap((one, index) => one.requests.slice(before[index]));
    await this.hold(run, options);
    return { ...run, requests };
  }

  /** Holds what has to be after a run without faults that came after everything else. */
  async converged(): Promise<void> {
    const { watch } = this;
    for (const which of ["candidate", "running"] as const) {
      for (const difference of await watch.differences(which))
        watch.note(`after a run without faults, ${difference} in ${which}`);
    }
    await this.fleet?.requireHeld(this.declared.now, "after a run without faults,");
    const held = await locks(this.admin(), "commit");
    if (held.some(({ owner }) => owner === ADMINISTRATOR))
      watch.note("our commit lock is left after a run without faults");
    const shown = this.firewalls.flatMap(({ requests, firedFaults }) => [...requests, ...firedFaults]);
    const texts = [...this.outputs, JSON.stringify(shown)];
    for (const secret of this.secrets()) {
      const text = texts.find((one) => one.includes(secret));
      if (text !== undefined)
        watch.note(`a secret is shown: ${text.replaceAll(secret, "<SECRET>").slice(0, 200)}`);
    }
  }

  /** Where the stack's rules are. */
  get location(): Location {
    return this.options.fleet === true ? FLEET : VSYS;
  }

  private get watch(): Watch {
    return this.watches.find(({ firewall }) => firewall === this.firewall)!;
  }

  private connection(): Connection {
    return {
      hostname: "127.0.0.1",
      ...(this.pair !== undefined && { peerHostname: "127.0.0.2" }),
      port: this.firewalls[0]!.httpPort,
      protocol: "http",
      ...this.location,
      username: ADMINISTRATOR,
      password: PASSWORDS[ADMINISTRATOR],
      skipVerifyCertificate: false,
    };
  }

  private settings(): Record<string, string> {
    const given = Object.entries(this.connection()).filter(
      ([key]) => this.fleet === undefined || key !== "vsys",
    );
    const connection = given.map(([key, value]) => [
      `panos:${key}`,
      typeof value === "object" ? JSON.stringify(value) : String(value),
    ]);
    return {
      ...(Object.fromEntries(connection) as Record<string, string>),
      "panos:lockTimeout": "1",
      "panos:commitTimeout": String(this.options.commitTimeoutSeconds ?? 3),
    };
  }

  private async work(process: ProviderProcess, options: RunOptions): Promise<Outcome> {
    const { permissions, checkpoints = false, ...how } = options;
    const upOptions = {
      ...how,
      checkpoint: (state: State) => {
        if (checkpoints) this.saved = JSON.stringify(state);
      },
    };
    if (options.destroy === true) {
      const parts = Object.keys(this.declared.now).map((part) => [part, {}]);
      this.declare(Object.fromEntries(parts) as Declaration);
      return destroy(process, this.state, upOptions);
    }
    const declared = this.options.program
      ? await askedDeclarationOf(process, this.connection(), permissions)
      : declarationOf(permissions, this.location.vsys);
    this.declare(await process.declaration(declared));
    return up(process, declared, this.state, upOptions);
  }

  private declare(declaration: Declaration): void {
    this.declared = { now: declaration, since: [...this.declared.since, declaration] };
  }

  /** Kills a process when its time has come. @returns a function that ends waiting for it */
  private killAt(process: ProviderProcess, kill: Kill | undefined): () => void {
    if (kill === undefined) return () => undefined;
    const { nth, when, what } = kill;
    const effect: Effect = what === "everything" ? { do: "drop", when } : { do: "delay", ms: 0, when };
    const name = `kill-${this.processes.length}`;
    const look = ({ fault }: FiredFault) => {
      if (fault !== name) return;
      if (what === "everything") process.kill();
      else {
        this.engineGone = { firewall, requests: firewall.requests.length };
        process.killEngine();
      }
    };
    const { firewall } = this;
    firewall.addFault({ name, match: { admin: ADMINISTRATOR }, nth, effect });
    firewall.on("fault", look);
    return () => firewall.off("fault", look);
  }

  /** Holds a run against what it must not do. */
  private async hold(
    { result, errors, steps }: Omit<Run, "requests">,
    { refresh, destroy: destroying }: RunOptions,
  ): Promise<void> {
    const { watch } = this;
    for (const one of this.watches) one.look();
    // Without a refresh Pulumi asks nothing about what it has not changed itself; without a state a destroy does
    // nothing at all.
    const hasLooked = refresh === true || steps.includes("commit") || steps.includes("firewall");
    const isBlind = destroying === true ? !steps.includes("firewall") : !hasLooked && watch.isTampered;
    if (result === "succeeded" && !this.hasFailedOver && !isBlind) {
      for (const difference of await watch.differences("running"))
        watch.note(`a run reports success, but ${difference} in running`);
      await this.fleet?.requireHeld(this.declared.now, "a run reports success, but");
      this.declared = { now: this.declared.now, since: [this.declared.now] };
      watch.mended();
    }
    for (const error of errors) {
      if (error.length < 30 || /undefined|\[object|TypeError|RangeError/.test(error))
        watch.note(`a run fails without saying why: ${error}`);
    }
    // One may have been on its way.
    const late = this.engineGone?.firewall.requests.slice(this.engineGone.requests) ?? [];
    const writes = late.filter((request) => request.admin === ADMINISTRATOR && isWrite(request));
    if (writes.length > 1) watch.note(`${writes.length} writes after the engine was gone`);
  }

  private secrets(): string[] {
    return [...Object.values(PASSWORDS), ...this.processes.flatMap(({ keys }) => [...keys])];
  }

  /** Another administrator's client of the active firewall. */
  admin(): PanosClient {
    const { firewall } = this;
    let client = this.clients.get(firewall);
    if (client === undefined) {
      const connection = { ...this.connection(), hostname: firewall.host, port: firewall.httpPort };
      client = new PanosClient({ ...connection, username: "admin", password: PASSWORDS.admin });
      this.clients.set(firewall, client);
    }
    return client;
  }
}

/** An edit and its commit as two faults, so that the edit is known of before what it commits is. */
function apart(fault: Fault): Fault[] {
  const { effect } = fault;
  if (effect.do !== "edit" || effect.commit === undefined) return [fault];
  const { do: kind, admin, when, commit, operations } = effect;
  const both = { do: kind, admin, ...(when !== undefined && { when }) };
  return [
    ...(operations === undefined ? [] : [{ ...fault, effect: { ...both, operations } }]),
    { ...fault, effect: { ...both, commit } },
  ];
}

/** Starts something that needs one free port on two addresses. */
async function onePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const probe = await startSimulator();
    const port = probe.httpPort;
    await probe.stop();
    try {
      return await start(port);
    } catch (error) {
      if (attempt === 9) throw error;
    }
  }
}
