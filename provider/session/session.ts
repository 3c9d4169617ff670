import type { Operation, PanosClient } from "../../panos/client";
import { isAmbiguous, PanosError } from "../../panos/error";
import { isActiveStill, requireActive, type HaState } from "../../panos/ha";
import { configured } from "./configuration";
import { engineCommand } from "./engine-command";
import { Faults } from "./faults";
import { locationIn } from "./identity";
import { frozen } from "../../settings/freeze";
import { readNamesAround, readObjects, type PolicyObjects, type Read } from "../../declaration/objects";
import { openFirewall, type Tried } from "./open-firewall";
import { askBeforeWriting, preflight } from "./preflight";
import { noteRun } from "../../settings/run";
import { Shared } from "./shared";
import { allEnded, readingBack, Stager } from "./stager";
import { tell } from "./tell";

export { configure } from "./configuration";

const sessions = new Map<string, Session>();

/**
 * The session with a firewall, shared by all resources and operations of this process.
 * @param firewall its identity, `name/vsys`
 */
export function sessionWith(firewall: string): Session {
  let session = sessions.get(firewall);
  if (session === undefined) sessions.set(firewall, (session = new Session(firewall)));
  return session;
}

/** Those of the firewalls that this process has seen a check for: an update declares them. */
export function updatedSessions(): Session[] {
  return [...sessions.values()].filter(({ updating }) => updating);
}

/** What this process knows of one firewall and has done to it. */
export class Session {
  /**
   * Whether this process has seen a `check` for this firewall: then an update runs, and removal is Commit's
   * alone. A destroy checks nothing, and neither does an update that has dropped the firewall, or replaces its provider.
   */
  updating = false;
  /** Why the program could not work out what to declare on this firewall: nothing is written to it then. */
  refusal: string | undefined;
  /** Whether this process has seen a `check` of what is registered on it: then that has a place that lives on. */
  registering = false;
  /** Whether this process has seen the end of what is registered on it, in a destroy. */
  hasRegistered = false;
  /** Why firewalls of its device group have not what is registered, by `memberKey`: they are pushed nothing. */
  readonly unregistered = new Map<string, string>();
  /** Of a device group: on how many of its firewalls is what is declared, as far as this process has looked. */
  reach: { holding: number; all: number } | undefined;
  /** Resources whose create or update failed in this process, for Commit to refuse. */
  readonly failures: string[] = [];
  /** Whether something that is declared as it was is not in the running configuration: then Commit looks, and fails. */
  outOfForce = false;
  /** Changes that this process has staged. */
  staged = 0;
  /** The entries that it has written, moved or removed, by xpath: what is pending of them is ours. */
  readonly stagedEntries = new Set<string>();

  private readonly faults: Faults;
  private written = false;
  /** Whom questions go to that don't wait until that is known to be the active one. */
  private tried: Tried | undefined;
  private readonly opened = new Shared(async () => {
    const opened = await openFirewall(this.firewall, this.location, !this.updating, (tried) => {
      this.tried = tried;
    });
    // A failover refuses every change alike.
    const inTheWay = () => this.requireActive().then(() => undefined, asFound);
    const stager = new Stager(opened.client, (changes) => this.noteStaged(changes), inTheWay);
    return { ...opened, stager };
  });
  private readonly prepared = new Shared(async () => {
    this.requireWritable();
    // The program of an update has asked for its version just now.
    const ask = () => this.ask((client) => askBeforeWriting(client, { version: !this.updating }));
    const first = ask();
    first.catch(() => undefined);
    // Nothing was written yet: with the one that has taken over since, everything is as it would have been.
    const asked = (await this.follow()) ? await ask() : await first;
    const { client, settings } = await this.open();
    const hasWaited = await preflight(client, this.firewall, settings, asked);
    // Whoever held the lock may have changed what was read meanwhile.
    if (hasWaited) this.candidate.forgetAll();
    // What a refresh has found is as old as what came between, the program for example.
    this.refreshed.forgetAll();
    return asked.administrator;
  });
  private readonly candidate = new Shared(() => this.read("candidate"));
  private readonly refreshed = new Shared(() => this.read("candidate"));
  /** Names of others around a device group: many reads, for which once is enough until the commit. */
  readonly around = new Shared(() => this.ask(readNamesAround));

  constructor(readonly firewall: string) {
    this.faults = new Faults(firewall);
  }

  /** Where its rules and objects are. The vsys is part of its identity, whatever a setting says by now. */
  get location() {
    return locationIn(this.firewall);
  }

  /** Connects once, to the active one of an HA pair. */
  open(): Promise<Tried & { ha: HaState; stager: Stager }> {
    return this.opened.get();
  }

  /** Asks it something that changes nothing, beside what connecting takes. */
  private async ask<T>(question: (client: PanosClient) => Promise<T>): Promise<T> {
    const opening = this.open();
    const first = this.tried?.client;
    const early = first && question(first);
    early?.catch(() => undefined);
    const { client } = await opening;
    return early !== undefined && client === first ? early : question(client);
  }

  /**
   * Makes sure that the firewall that was the active one still is. One without an HA pair is asked when it is opened.
   * @throws PanosError after a failover
   */
  async requireActive(): Promise<void> {
    const { client, ha } = await this.open();
    if (ha.enabled) await requireActive(client);
  }

  /**
   * From now on works with the HA peer, where that has taken over. What was staged, and its jobs, it hasn't.
   * @returns whether it has
   * @throws PanosError when neither is active
   */
  async follow(): Promise<boolean> {
    const opening = this.open();
    const { client, ha } = await opening;
    if (!ha.enabled || (await isActiveStill(client))) return false;
    this.opened.forget(opening);
    this.candidate.forgetAll();
    this.refreshed.forgetAll();
    this.stagedEntries.clear();
    this.tried = undefined;
    const to = (await this.open()).client.connection.hostname;
    tell(
      "warn",
      `${to} has taken over from its HA peer ${client.connection.hostname}: this run goes on with it`,
    );
    return true;
  }

  /** @throws PanosError when nothing may be written to it in this run, of whatever kind */
  requireWritable(): void {
    if (this.refusal !== undefined) throw new PanosError("UNSUPPORTED", this.refusal);
    // The program has said what waits; this is for what comes without one, a destroy for example.
    const reason = frozen(configured);
    if (reason === undefined) return;
    const refusal = `nothing is written to ${this.firewall}: ${reason}`;
    noteRun({ note: "held", firewall: this.firewall, reason: refusal });
    throw new PanosError("BUSY", refusal);
  }

  /**
   * Makes sure once, before anything is written to its configuration, that this is a firewall we can work with now.
   * @returns the administrator that we are to it
   */
  prepare(): Promise<string> {
    return this.prepared.get();
  }

  /**
   * The candidate's objects, read once, as they were before this process wrote anything: every object is
   * staged by one operation, and Commit reads afresh.
   */
  objects(): Promise<PolicyObjects> {
    return this.candidate.get();
  }

  /**
   * The candidate's objects for a refresh, read once, and never to decide what is written: a refresh and an update, or a
   * destroy, may share this process, and what somebody does between the two has to be seen.
   */
  found(): Promise<PolicyObjects> {
    return this.refreshed.get();
  }

  /** Reads the objects of a configuration afresh. */
  async read(configuration: "candidate" | "running"): Promise<PolicyObjects> {
    return (await this.readWhole(configuration)).objects;
  }

  /** The same, with the XML that they were read from, which is large: not to be kept. */
  readWhole(configuration: "candidate" | "running"): Promise<Read> {
    return this.ask((client) => readObjects(client, configuration, this.around.get()));
  }

  /**
   * Stages a change in the candidate, together with whatever else is waiting. Where the device's answer was
   * lost, it reads what became of the change before it writes again.
   * @param plan the operations that the candidate still needs, from what it holds; none: it is right
   * @param apart whether each of them may be staged without the others
   */
  async stage(plan: (objects: PolicyObjects) => readonly Operation[], apart = false): Promise<void> {
    this.requireWritable();
    // Read beside what is asked before a write.
    this.objects().catch(() => undefined);
    await this.prepare();
    let reading: Promise<PolicyObjects> | undefined;
    await readingBack(async () => {
      const before = reading;
      if (before !== undefined) this.candidate.forget(before);
      const operations = plan(await (reading = this.objects()));
      if (operations.length > 0)
        return apart ? allEnded(operations.map((each) => this.write([each]))) : this.write(operations);
      // It was carried out.
      if (before !== undefined) this.noteStaged(1);
    });
  }

  /**
   * Stages operations as they are, together with whatever else is waiting. Where the answer is lost, what became of them
   * has to be read before anything is written again: see `readingBack`.
   */
  async write(operations: readonly Operation[]): Promise<void> {
    const { stager } = await this.open();
    if (!this.written) noteRun({ note: "first-write", firewall: this.firewall });
    this.written = true;
    const note = () => operations.forEach(({ xpath }) => this.stagedEntries.add(xpath));
    await stager.stage(operations).catch((error: unknown) => {
      if (isAmbiguous(error)) note();
      throw error;
    });
    note();
  }

  /** Runs an update's or a create's work, and remembers when it failed. */
  async attempt<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.reporting(name, async () => {
      try {
        return await work();
      } catch (error) {
        this.failures.push(name);
        this.sayLeftStaged();
        throw error;
      }
    });
  }

  /** Runs what a resource has to do. A fault that another has reported already is reported in short. */
  async reporting<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.faults.of(error, name);
    }
  }

  /**
   * Runs a resource's read. Where a fault keeps it from being read that another has reported already, it stays as it was
   * known: that other's error ends the refresh as a failure, and a hundred more would only hide it.
   */
  async reading<T>(name: string, known: T, work: () => Promise<T>): Promise<T> {
    if (this.faults.isOut) return known;
    try {
      return await work();
    } catch (error) {
      if (this.faults.isReported(error)) return known;
      throw this.faults.of(error, name);
    }
  }

  private noteStaged(changes: number): void {
    // Nobody who lets a run go to its end has to know that it stages before it commits.
    if (this.staged === 0 && engineCommand().isTargeted !== false) {
      tell(
        "info",
        `Changes are staged in the candidate configuration of ${this.firewall}. They take effect with the commit ` +
          "at the end of this run; one whose --target leaves out commit commits nothing, and leaves them to the next full one.",
      );
    }
    this.staged += changes;
    this.sayLeftStaged();
  }

  /** Where a resource fails, Pulumi may end without coming to Commit, which would say so. */
  private sayLeftStaged(): void {
    if (this.staged === 0 || this.failures.length === 0) return;
    tell(
      "info",
      `Changes are staged in the candidate configuration of ${this.firewall}, and nothing was committed, because ` +
        "resources failed: they wait for the next run",
    );
  }
}

function asFound(error: unknown): unknown {
  return error;
}
