import { EventEmitter, once } from "node:events";
import { createWriteStream } from "node:fs";
import type { WriteStream } from "node:fs";
import { adminHandler } from "./admin/handler";
import type { Job } from "./commit/jobs";
import type { Fault, FiredFault } from "./faults/fault";
import { Faults } from "./faults/injection";
import { Leftovers } from "./faults/leftovers";
import type { Firewall, RestartOptions } from "./firewall";
import { certificateFor } from "./http/certificate";
import { Holds } from "./http/holds";
import type { HeldRequest, Hold } from "./http/holds";
import { Listeners } from "./http/listeners";
import type { RequestRecord } from "./http/record";
import { apiHandler } from "./http/server";
import type { ArchivedComment } from "./op/audit";
import { firewallFrom } from "./options";
import type { SimulatorOptions } from "./options";
import { pageHandler } from "./page/handler";
import type { Capacity } from "./policy/capacity";
import { evaluatedRules } from "./pushed/evaluated";
import type { Session, SessionRequest } from "./sessions/table";
import type { XmlElement } from "./xml/element";
import { print } from "./xml/print";
import { selectElements } from "./xpath/select";

/**
 * A PAN-OS firewall to talk to over real sockets. Emits "request" with a RequestRecord for each request
 * served, "job" with a Job whenever one changes its status, "pair" when its part in an HA pair may be another, "fault" with a FiredFault when one has done
 * its work, "restarting" when it has gone down, and "restarted" when it takes connections again.
 */
export class Simulator extends EventEmitter {
  /** Everything served so far. */
  readonly requests: RequestRecord[] = [];
  private readonly holds = new Holds();
  private readonly leftovers = new Leftovers();
  private readonly faults: Faults;
  private readonly servers: Listeners;
  private readonly stopping = new AbortController();
  private recording: WriteStream | undefined;
  private down: NodeJS.Timeout | undefined;
  private restarts = 0;
  private closing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly firewall: Firewall,
    { port = 0, httpPort = 0 }: SimulatorOptions,
    /** PEM of the self-signed certificate; a client can trust it as a CA. */
    readonly certificate: string,
    key: string,
    readonly host: string,
  ) {
    super();
    // One listener for each open page.
    this.setMaxListeners(0);
    this.faults = new Faults(
      {
        firewall,
        leftovers: this.leftovers,
        restart: (options) => void this.restart(options),
        signal: this.stopping.signal,
      },
      (fired) => this.emit("fault", fired),
    );
    const parts = { firewall, holds: this.holds, faults: this.faults, note: this.note.bind(this) };
    const page = pageHandler(firewall, this.requests, this);
    this.servers = new Listeners(
      host,
      { cert: certificate, key },
      { https: port, http: httpPort },
      { https: apiHandler(parts, page), http: apiHandler(parts, adminHandler(firewall, this.faults, page)) },
    );
    firewall.jobs.on("job", (job: Job) => this.emit("job", job));
    firewall.ha?.changes.on("change", () => this.emit("pair"));
  }

  static async start(options: SimulatorOptions = {}, firewall = firewallFrom(options)): Promise<Simulator> {
    const host = options.host ?? "127.0.0.1";
    const { cert, private: key } = await certificateFor(host);
    const simulator = new Simulator(firewall, options, cert, key, host);
    try {
      for (const fault of options.faults ?? []) simulator.addFault(fault);
      await simulator.listen(options.record);
    } catch (error) {
      await simulator.stop();
      throw error;
    }
    return simulator;
  }

  get port(): number {
    return this.servers.port("https");
  }

  get httpPort(): number {
    return this.servers.port("http");
  }

  get url(): string {
    return `https://${this.hostInUrl}:${this.port}`;
  }

  get httpUrl(): string {
    return `http://${this.hostInUrl}:${this.httpPort}`;
  }

  private get hostInUrl(): string {
    return this.host.includes(":") ? `[${this.host}]` : this.host;
  }

  get jobs(): readonly Job[] {
    return this.firewall.jobs.jobs;
  }

  /** What matches in the candidate as XML, without marks of change; "" when nothing does. */
  candidate(xpath: string): string {
    return canonical(this.firewall.candidate.root, xpath);
  }

  /** What matches in the running configuration as XML; "" when nothing does. */
  running(xpath: string): string {
    return canonical(this.firewall.running, xpath);
  }

  /**
   * From now on Panorama has pushed this to a vsys, in place of what it had pushed there.
   * @param xml what belongs into its entry below `/config/panorama/vsys`; "" for nothing
   */
  setPushed(vsys: string, xml: string): void {
    this.firewall.setPushed(vsys, xml);
  }

  /** Names of the security rules, in order. */
  candidateRules(vsys = "vsys1"): string[] {
    return this.rules(this.firewall.candidate.root, vsys).map((entry) => entry.name ?? "");
  }

  runningRules(vsys = "vsys1"): string[] {
    return this.rules(this.firewall.running, vsys).map((entry) => entry.name ?? "");
  }

  /** Registered addresses by tag. */
  registered(vsys = "vsys1"): Record<string, string[]> {
    return this.firewall.registeredIps(vsys).byTag();
  }

  /** Holds the next request that `match` accepts: before it acts, or after it acted but before its answer. */
  hold(match: (request: HeldRequest) => boolean, when: "before" | "after" = "before"): Hold {
    return this.holds.hold(match, when);
  }

  /** The next commit job ends in FAIL with these detail lines. */
  failNextCommit(details: string[]): void {
    this.firewall.commits.failNext(details);
  }

  /** Makes something go wrong from now on. @returns the fault's name @throws FaultError */
  addFault(fault: Fault): string {
    return this.faults.add(fault);
  }

  /** Takes all faults back and ends what they left behind; what fired stays in `firedFaults`. */
  clearFaults(): void {
    this.faults.clear();
  }

  /** Ends what a fault left behind (a lock, a stuck job), or what all of them did. */
  releaseFaults(name?: string): void {
    this.faults.release(name);
  }

  /** Every time a fault fired, in order. */
  get firedFaults(): readonly FiredFault[] {
    return this.faults.fired;
  }

  /**
   * How often a rule of the running policy was hit so far.
   * @param lastHit seconds since 1970; now unless given
   * @throws Error when there is no such rule
   */
  setHitCount(
    rule: string,
    count: number,
    { vsys = "vsys1", lastHit = Math.floor(Date.now() / 1000) } = {},
  ): void {
    const { pushed, running } = this.firewall;
    const entry = evaluatedRules(pushed, vsys, this.firewall.vsys(running, vsys)).find(
      ({ name }) => name === rule,
    );
    if (!entry) throw new Error(`no running security rule of ${vsys} is called ${rule}`);
    this.firewall.hitCounts.set(entry, count, lastHit);
  }

  /**
   * Opens a connection through the firewall, which stands in its session table until it is ended.
   * @throws Error when the running policy denies it
   */
  openSession(request: SessionRequest): Session {
    return this.firewall.sessions.open(request);
  }

  /** What goes on, in the order it was opened. */
  get sessions(): readonly Session[] {
    return this.firewall.sessions.all();
  }

  /** The audit comments that commits have archived, the newest last. */
  get auditComments(): readonly ArchivedComment[] {
    return this.firewall.auditComments.history;
  }

  /** Makes every API key that there is older, as if so much time had passed. */
  ageKeys(seconds: number): void {
    this.firewall.accounts.ageKeys(seconds);
  }

  /** Makes every rule that there is older, as if so much time had passed. */
  ageRules(seconds: number): void {
    this.firewall.ruleTimes.age(seconds);
  }

  /** From now on it takes so many, as after a change of its software: what it has beyond that stays. */
  changeCapacity(capacity: Partial<Capacity>): void {
    Object.assign(this.firewall.capacity, capacity);
  }

  /** From now on only a full commit is possible, until one went through. */
  requireFullCommit(): void {
    this.firewall.fullCommitRequired = true;
  }

  /**
   * Restarts the firewall: connections end and are refused for `downMs`, then it listens on its old ports,
   * with the running configuration as candidate, without jobs, and with no API key valid.
   */
  async restart({ downMs = 0, ...options }: RestartOptions & { downMs?: number } = {}): Promise<void> {
    const { firewall, stopping } = this;
    const restart = ++this.restarts;
    firewall.isReachable = false;
    firewall.restart(options);
    this.emit("restarting");
    // Locks that stay are still to be ended; ending what is gone does nothing.
    if (options.keepLocks !== true) this.leftovers.forget();
    this.closing = this.servers.close();
    await this.closing;
    await new Promise<void>((resolve) => {
      this.down = setTimeout(resolve, downMs);
      stopping.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    // Another restart while this one was under way: that one opens the ports.
    if (stopping.signal.aborted || restart !== this.restarts) return;
    await this.servers.reopen();
    firewall.isReachable = true;
    this.emit("restarted");
  }

  async stop(): Promise<void> {
    this.firewall.jobs.stop();
    this.firewall.isReachable = false;
    this.firewall.ha?.interrupt();
    clearTimeout(this.down);
    this.stopping.abort();
    this.holds.dropAll();
    await this.closing;
    await this.servers.stop();
    const { recording } = this;
    if (recording) await new Promise<void>((resolve) => recording.end(resolve));
  }

  private async listen(record: string | undefined): Promise<void> {
    if (record !== undefined) {
      this.recording = createWriteStream(record, { flags: "a" });
      await once(this.recording, "open");
    }
    await this.servers.open();
  }

  private note(entry: RequestRecord): void {
    this.requests.push(entry);
    this.recording?.write(`${JSON.stringify(entry)}\n`);
    this.emit("request", entry);
  }

  private rules(config: XmlElement, vsys: string): XmlElement[] {
    return this.firewall.vsys(config, vsys)?.at("rulebase", "security", "rules")?.entries() ?? [];
  }
}

function canonical(config: XmlElement, xpath: string): string {
  return selectElements(config, xpath)
    .map((element) => print(element))
    .join("");
}
