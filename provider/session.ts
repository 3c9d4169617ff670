import { connectionFrom, type Connection } from "../panos/connection";
import { PanosClient, type Operation } from "../panos/client";
import { PanosError } from "../panos/error";
import { administrator, systemInfo } from "../panos/system";
import { readObjects, type PolicyObjects } from "./objects";
import { Stager } from "./stager";
import { tell } from "./tell";

/** What the provider takes from the stack configuration by itself; everything else comes as inputs. */
interface ProviderSettings {
  connection: Connection;
  takeLock: boolean;
  commitTimeoutSeconds: number;
}

const COMMIT_TIMEOUT_SECONDS = 1800;

let configured: (key: string) => string | undefined = () => undefined;

/**
 * Every provider's `configure`. It only stores what it is given: operations may arrive before it returns,
 * and in refresh and destroy it gets the configuration of the last update.
 */
export function configure(request: { config: { get(key: string): string | undefined } }): Promise<void> {
  configured = (key) => request.config.get(key);
  return Promise.resolve();
}

function providerSettings(): ProviderSettings {
  const { connection, problems } = connectionFrom((key) => configured(`panos:${key}`));
  if (connection === undefined) {
    throw new PanosError(
      "settings",
      problems.map(({ key, problem, example }) => `${key} ${problem}, for example ${example}`).join("; "),
    );
  }
  return {
    connection,
    takeLock: configured("panos:takeLock") !== "false",
    commitTimeoutSeconds: Number(configured("panos:commitTimeout") ?? COMMIT_TIMEOUT_SECONDS),
  };
}

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

/** What this process knows of one firewall and has done to it. */
export class Session {
  /**
   * Whether this process has seen a `check` for this firewall: then an update runs, and removal is Commit's
   * alone. A destroy checks nothing, and neither does an update that has dropped the firewall.
   */
  updating = false;
  /** Resources whose create or update failed in this process, for Commit to refuse. */
  readonly failures: string[] = [];
  /** Changes that this process has staged. */
  staged = 0;

  private opened: { client: PanosClient; settings: ProviderSettings; stager: Stager } | undefined;
  private identified: Promise<string> | undefined;
  private candidate: Promise<PolicyObjects> | undefined;

  constructor(readonly firewall: string) {}

  get client(): PanosClient {
    return this.open().client;
  }

  get settings(): ProviderSettings {
    return this.open().settings;
  }

  private open() {
    if (this.opened === undefined) {
      const settings = providerSettings();
      // The vsys is part of a firewall's identity, so what the state says holds, not what a setting says now.
      const vsys = this.firewall.slice(this.firewall.indexOf("/") + 1);
      const client = new PanosClient({ ...settings.connection, vsys });
      this.opened = { client, settings, stager: new Stager(client, (changes) => this.noteStaged(changes)) };
    }
    return this.opened;
  }

  /**
   * Makes sure once, before anything is written, that this is a firewall we can work with.
   * @returns the administrator that we are to it
   */
  administrator(): Promise<string> {
    this.identified ??= Promise.all([administrator(this.client), systemInfo(this.client)]).then(
      ([name]) => name,
    );
    const identifying = this.identified;
    identifying.catch(() => {
      if (this.identified === identifying) this.identified = undefined;
    });
    return identifying;
  }

  /**
   * The candidate's objects, read once, as they were before this process wrote anything: every object is
   * staged by one operation, and Commit reads afresh.
   */
  objects(): Promise<PolicyObjects> {
    this.candidate ??= readObjects(this.client, "candidate");
    const reading = this.candidate;
    reading.catch(() => this.forget(reading));
    return reading;
  }

  private forget(reading: Promise<PolicyObjects>): void {
    if (this.candidate === reading) this.candidate = undefined;
  }

  /**
   * Stages a change in the candidate, together with whatever else is waiting. Where the device's answer was
   * lost, it reads what became of the change before it writes again.
   * @param plan the operations that the candidate still needs, from what it holds; none: it is right
   */
  async stage(plan: (objects: PolicyObjects) => readonly Operation[]): Promise<void> {
    await this.administrator();
    for (let lost = false; ; lost = true) {
      const reading = this.objects();
      const operations = plan(await reading);
      if (operations.length === 0) return;
      try {
        return await this.write(operations);
      } catch (error) {
        if (lost || !(error instanceof PanosError) || error.code !== "ambiguous") throw error;
        this.forget(reading);
      }
    }
  }

  /** Stages operations as they are, together with whatever else is waiting. */
  write(operations: readonly Operation[]): Promise<void> {
    return this.open().stager.stage(operations);
  }

  /** Runs an update's or a create's work, and remembers when it failed. */
  async attempt<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.failures.push(name);
      throw error;
    }
  }

  private noteStaged(changes: number): void {
    if (this.staged === 0) {
      tell(
        "info",
        `Changes are staged in the candidate configuration of ${this.firewall}. They take effect with the commit ` +
          "at the end of this run; one with --target commits nothing, and leaves them to the next full one.",
      );
    }
    this.staged += changes;
  }
}
