import { differences } from "../../../declaration/differences";
import type { Declaration } from "../../../declaration/declaration";
import type { FiredFault, Job, RequestRecord, Simulator } from "../../../packages/simulator";
import { isWrite } from "../../support/lab";
import { Configuration, edited, isTampering, VSYS, type Edit, type Theirs } from "./configuration";

export const ADMINISTRATOR = "aws-panos";

/** What a stack declares now, and what it has declared since its last success. */
export interface Declared {
  now: Declaration;
  since: Declaration[];
}

/**
 * Watches a firewall through everything that happens to it, and notes what must never be: others' entries that are
 * not as their owners left them, rules of ours below the cleanup rule, half a revision in running.
 */
export class Watch {
  private readonly noted: string[] = [];
  /** What others have made of their own entries, in either configuration. */
  private theirs: { candidate: Theirs; running: Theirs };
  /** What was last seen of ours in running. */
  private ours: Promise<Declaration>;
  private readonly shipped = new Map<number, { theirs: Theirs; declared: Declaration }>();
  /** Entries of ours that somebody else has changed. */
  private readonly tampered = new Set<string>();

  /**
   * @param declared what our stack declares at that moment
   * @param edits what the faults do that are edits, by their names
   */
  constructor(
    readonly firewall: Simulator,
    private readonly declared: () => Declared,
    private readonly edits: ReadonlyMap<string, readonly Edit[]>,
    private readonly at = VSYS,
  ) {
    const running = new Configuration(firewall, "running", this.at);
    this.theirs = {
      candidate: new Configuration(firewall, "candidate", this.at).theirs,
      running: running.theirs,
    };
    this.ours = running.ours();
    firewall.on("job", (job: Job) => this.job(job));
    firewall.on("request", (request: RequestRecord) => this.request(request));
    firewall.on("fault", (fault: FiredFault) => this.fault(fault));
    firewall.on("restarting", () => (this.theirs.candidate = this.theirs.running));
    firewall.on("restarted", () => this.look());
  }

  /** What was noted so far. */
  async violations(): Promise<string[]> {
    await this.ours;
    return this.noted;
  }

  note(...sentences: string[]): void {
    this.noted.push(...sentences);
  }

  /** Notes what is wrong with others' entries now. */
  look(): void {
    this.compareTheirs("running", new Configuration(this.firewall, "running", this.at));
    this.compareTheirs("candidate", new Configuration(this.firewall, "candidate", this.at));
  }

  /** How a configuration's part of ours differs from what is declared. */
  async differences(which: "candidate" | "running"): Promise<string[]> {
    const configuration = new Configuration(this.firewall, which, this.at);
    const found = differences(this.declared().now, await configuration.ours(), new Set());
    return [...found, ...configuration.below.map((name) => `rule ${name} is below the cleanup rule`)];
  }

  /** The other one of a pair has sent its running configuration. */
  synchronizedFrom(peer: Watch): void {
    this.theirs = { candidate: peer.theirs.running, running: peer.theirs.running };
    this.ours = peer.ours;
    this.tampered.clear();
    for (const name of peer.tampered) this.tampered.add(name);
  }

  /** Whether somebody else has changed entries of ours, and no run has looked since. */
  get isTampered(): boolean {
    return this.tampered.size > 0;
  }

  /** Somebody's changes of our entries have been mended. */
  mended(): void {
    this.tampered.clear();
  }

  private fault({ fault, note }: FiredFault): void {
    // An edit that was refused is noted so; one whose commit was refused has happened.
    if (note?.startsWith("the edit was refused") === true) return;
    for (const edit of this.edits.get(fault) ?? []) {
      if (isTampering(edit)) this.tampered.add(edit.name);
      else this.theirs.candidate = edited(this.theirs.candidate, edit);
    }
  }

  private request(request: RequestRecord): void {
    if (request.admin !== ADMINISTRATOR || !isWrite(request)) return;
    this.requireAbove("candidate", new Configuration(this.firewall, "candidate", this.at));
  }

  private job({ id, type, user, status, result }: Job): void {
    if (type !== "Commit") return;
    if (status === "PEND") {
      this.shipped.set(id, { theirs: this.theirs.candidate, declared: this.declared().now });
    }
    const shipped = this.shipped.get(id);
    if (status !== "FIN" || result !== "OK" || shipped === undefined) return;
    const running = new Configuration(this.firewall, "running", this.at);
    if (user !== ADMINISTRATOR) this.theirs.running = shipped.theirs;
    this.compareTheirs("running", running);
    this.requireAbove("running", running);
    const [before, declared] = [this.ours, { ...this.declared() }];
    this.ours = running.ours().then(async (now) => {
      if (user === ADMINISTRATOR) this.ownCommit(id, shipped.declared, now);
      else this.othersCommit(id, declared, await before, now);
      return now;
    });
  }

  private ownCommit(id: number, declared: Declaration, now: Declaration): void {
    for (const difference of differences(declared, now, new Set()))
      this.note(`our commit ${id} shipped part of a revision: ${difference}`);
  }

  /** Somebody's commit of everything may bring declared additions and changes forward, or a whole revision. */
  private othersCommit(id: number, { since }: Declared, before: Declaration, now: Declaration): void {
    // Of an earlier run too: what it had staged in full is as good as committed.
    if (since.some((declaration) => differences(declaration, now, this.tampered).length === 0)) return;
    // The removals of a destroy are staged one by one, and nothing holds them together before its commit.
    const isRemoval = (part: keyof Declaration, name: string) =>
      since.some(
        ({ rules, [part]: declared }) => declared[name] === undefined && Object.keys(rules).length === 0,
      );
    for (const part of Object.keys(now) as (keyof Declaration)[]) {
      for (const name of new Set([...Object.keys(before[part]), ...Object.keys(now[part])])) {
        const content = now[part][name];
        if (this.tampered.has(name) || content === before[part][name]) continue;
        if (content === undefined && isRemoval(part, name)) continue;
        if (content === undefined) this.note(`somebody's commit ${id} shipped the removal of ${name} alone`);
        else if (!since.some((declaration) => declaration[part][name] === content))
          this.note(`somebody's commit ${id} shipped ${name} as nobody declared it`);
      }
    }
  }

  private requireAbove(which: "candidate" | "running", { below }: Configuration): void {
    for (const name of below)
      if (!this.tampered.has(name)) this.note(`rule ${name} was below the cleanup rule in ${which}`);
  }

  private compareTheirs(which: "candidate" | "running", { theirs }: Configuration): void {
    const expected = this.theirs[which];
    for (const name of new Set([...expected.keys(), ...theirs.keys()])) {
      if (expected.get(name) === theirs.get(name)) continue;
      this.note(
        `${name} of others is not as its owner left it in ${which}: ` +
          `${theirs.get(name) ?? "absent"} instead of ${expected.get(name) ?? "absent"}`,
      );
    }
  }
}
