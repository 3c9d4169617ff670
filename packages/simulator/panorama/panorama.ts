import type { JournalEntry } from "../config/journal";
import { scopeName } from "../config/paths";
import { withChanges } from "../config/transplant";
import type { Job, PushedDevice } from "../commit/jobs";
import { Refusal } from "../refusal";
import { lineage } from "../schema/hierarchy";
import { deviceTime } from "../time";
import type { XmlElement } from "../xml/element";
import { applyPush } from "./apply";
import { allMembers, takeHierarchy } from "./groups";
import type { Member } from "./groups";
import type { PlannedPush, Attached, ManagedDevice } from "./managed";
import { withInherited } from "./inherited";
import { keyOf, Policies } from "./pushed-policy";
import type { PushRequest } from "./push-request";
import type { Unknowns } from "./unknowns";

/** What a member of a device group has of Panorama's policy. */
interface Held {
  /** The configuration of Panorama that it was sent, which later ones may have more than. */
  base: XmlElement;
  md5: string;
  version: number;
  pushState: string;
  validateState: string;
  pushedAt: string;
}

/** What the firewalls of a fleet have, as each tells every Panorama that it is connected to. */
export class FleetState {
  readonly held = new Map<string, Held>();
  /** The one Panorama, or the two of an HA pair. */
  readonly panoramas: { sent(key: string, entries: ReadonlySet<JournalEntry>): void }[] = [];
  wasPushedInFull = false;
}

/** What makes a device a Panorama: its firewalls, and what each of them has been pushed. */
export class Panorama<D extends ManagedDevice> {
  /** Which device group the session of an administrator has as its target. */
  readonly targets = new Map<string, string>();
  /** What was committed here since a member was last sent anything, and not sent to it, by its key. */
  private readonly waiting = new Map<string, readonly JournalEntry[]>();
  private version = 1;
  private readonly policies = new Policies();

  constructor(
    private readonly own: D,
    readonly attached: ReadonlyMap<string, Attached<D>>,
    readonly unknowns: Unknowns,
    private readonly fleet = new FleetState(),
  ) {
    fleet.panoramas.push(this);
    for (const member of allMembers(own.running)) {
      if (fleet.held.has(keyOf(member))) continue;
      const firewall = attached.get(member.serial)?.firewall;
      const { policy } = this.policies.of(own.running, member);
      firewall?.setPushed(member.vsys, policy);
      this.note(member, own.running, "commit succeeded");
    }
  }

  /** Told of what another one of the pair has sent a member. */
  sent(key: string, entries: ReadonlySet<JournalEntry>): void {
    const left = (this.waiting.get(key) ?? []).filter((entry) => !entries.has(entry));
    this.waiting.set(key, left);
  }

  /** The HA peer has sent what it runs: whose changes wait for a push may come along. */
  learn(peer: Panorama<D>): void {
    this.version = peer.version;
    if (this.unknowns.whoseWaits === "own") return;
    this.waiting.clear();
    for (const [key, entries] of peer.waiting) this.waiting.set(key, entries);
  }

  /** A configuration as reads of it show it. */
  seen(config: XmlElement, xpath: string): XmlElement {
    return /device-group|\/\/|\*/.test(xpath) ? withInherited(config, this.unknowns.ownLoc) : config;
  }

  /** The firewall that a request names as its target. @throws Refusal where it isn't there */
  target(serial: string): D {
    const attached = this.attached.get(serial);
    if (!attached || !isUp(attached)) throw new Refusal("13", [`${serial} not connected`]);
    return attached.firewall;
  }

  isConnected(serial: string): boolean {
    const attached = this.attached.get(serial);
    return attached !== undefined && isUp(attached);
  }

  /** Told of what a commit of Panorama has made running. */
  committed(entries: readonly JournalEntry[]): void {
    this.version++;
    takeHierarchy(this.own.running, this.own.candidate.root);
    for (const member of allMembers(this.own.running)) {
      this.heldBy(member);
      const groups = lineage(this.own.running, member.group);
      const more = entries.filter(
        ({ path }) => path[1] === "shared" || groups.includes(scopeName(path) ?? ""),
      );
      this.waiting.set(keyOf(member), [...this.waitingFor(member), ...more]);
    }
  }

  /** What Panorama knows of a member: the sum of what it has and how its last pushes ended. */
  state(member: Member): Omit<Held, "base"> & { status: "In Sync" | "Out of Sync" } {
    const held = this.heldBy(member);
    const isInSync = this.expected(member) === held.md5;
    return { ...held, status: isInSync ? "In Sync" : "Out of Sync" };
  }

  /** The sum of what a member is to have. */
  expected(member: Member): string {
    return this.policies.of(this.own.running, member).sum;
  }

  /** Device groups with changes of these administrators (undefined: anybody's) that some firewall hasn't got. */
  waitingGroups(admins: readonly string[] | undefined): string[] {
    const waiting = allMembers(this.own.running).filter((member) =>
      this.waitingFor(member).some(({ admin }) => !admins || admins.includes(admin)),
    );
    return [...new Set(waiting.map(({ group }) => group))];
  }

  /** Enqueues a push of what is running now. */
  push(request: PushRequest): Job | "nothing to push" {
    const { admins, members, unknowns } = { ...request, unknowns: this.unknowns };
    if (admins && unknowns.fullPushFirst && !this.fleet.wasPushedInFull)
      throw new Refusal("13", ["Selective push is not allowed. A full commit and push must be completed."]);
    const isPolicy = request.parts.has("policy");
    const isNew = !isPolicy || members.some((member) => this.selected(member, admins).length > 0);
    if (!isNew && unknowns.nothingToPush === "code-19") return "nothing to push";
    const running = this.own.running;
    const made: { from: XmlElement; all: readonly JournalEntry[]; base: XmlElement }[] = [];
    const plans = members.map((member) => {
      if (!isPolicy) return { member, base: running, sent: new Set<JournalEntry>() };
      const held = this.heldBy(member);
      const waiting = this.selected(member, admins);
      const all = this.waitingFor(member);
      // Most have had the same up to now, and get the same.
      let same = made.find((each) => each.from === held.base && areSame(each.all, all));
      if (!same) {
        const own = () => (waiting.length === 0 ? held.base : withChanges(running, held.base, waiting, all));
        made.push((same = { from: held.base, all, base: admins ? own() : running }));
      }
      return { member, base: same.base, sent: new Set(waiting) };
    });
    const job = this.own.jobs.enqueue(
      { type: "CommitAll", user: request.admin, description: request.description },
      async () => {
        const devices = await Promise.all(plans.map((plan) => this.send(request, plan)));
        job.pushed = { type: request.type, groups: request.groups, devices };
        const failed = devices.filter(({ result }) => result !== "OK");
        if (failed.length === 0 && isPolicy && !admins && !request.validateOnly)
          this.fleet.wasPushedInFull = true;
        const ok = failed.length === 0 || unknowns.jobOfFailedDevice === "OK";
        return { ok, details: [], warnings: [] };
      },
    );
    return job;
  }

  private async send(
    request: PushRequest,
    { member, base, sent }: { member: Member; base: XmlElement; sent: ReadonlySet<JournalEntry> },
  ): Promise<PushedDevice> {
    const { parts } = request;
    const attached = this.attached.get(member.serial);
    const name = attached?.firewall.hostname ?? "";
    const about = {
      serial: member.serial,
      name,
      vsys: member.vsys,
      group: member.group,
      started: new Date(),
    };
    const end = (
      status: string,
      result: PushedDevice["result"],
      errors: string[] = [],
      warnings: string[] = [],
    ) => {
      if (parts.has("policy"))
        this.heldBy(member)[request.validateOnly ? "validateState" : "pushState"] = status;
      return { ...about, status, result, errors, warnings, finished: new Date() };
    };
    if (!attached || !isUp(attached)) return end("not connected", "FAIL");
    const plan = attached.planned.shift();
    const policy = this.policies.sent(base, member, parts);
    const apply = async (): Promise<PushedDevice> => {
      const { failure, shows } = failureOf(plan);
      const outcome = await applyPush(attached.firewall, member, policy, request, failure);
      if (shows) attached.firewall.receive(member.vsys, policy);
      if (outcome !== "gone" && outcome.ok) this.received(request, member, base, sent);
      if (outcome === "gone" || plan === "no report") return end("config sent to device", "PEND");
      if (!outcome.ok) return end("commit failed", "FAIL", outcome.details);
      const { warnings, details } = outcome;
      const how = warnings.length > 0 ? "commit succeeded with warnings" : "commit succeeded";
      return end(how, "OK", details, warnings);
    };
    return plan === "reports late" ? { ...end("config sent to device", "PEND"), late: apply } : apply();
  }

  private received(
    { validateOnly, parts }: PushRequest,
    member: Member,
    base: XmlElement,
    sent: ReadonlySet<JournalEntry>,
  ): void {
    if (validateOnly || !parts.has("policy")) return;
    for (const panorama of this.fleet.panoramas) panorama.sent(keyOf(member), sent);
    this.note(member, base, "commit succeeded");
  }

  private selected(member: Member, admins: readonly string[] | undefined): JournalEntry[] {
    return this.waitingFor(member).filter(({ admin }) => !admins || admins.includes(admin));
  }

  private waitingFor(member: Member): readonly JournalEntry[] {
    return this.waiting.get(keyOf(member)) ?? [];
  }

  private heldBy(member: Member): Held {
    const key = keyOf(member);
    let held = this.fleet.held.get(key);
    if (!held) {
      // A firewall that came to the group since: it has nothing of it.
      held = {
        base: this.own.running,
        md5: "",
        version: 0,
        pushState: "none",
        validateState: "none",
        pushedAt: "none",
      };
      this.fleet.held.set(key, held);
    }
    return held;
  }

  private note(member: Member, base: XmlElement, pushState: string): void {
    const { sum } = this.policies.of(base, member);
    const validateState = this.fleet.held.get(keyOf(member))?.validateState ?? "none";
    const { version } = this;
    this.fleet.held.set(keyOf(member), {
      base,
      md5: sum,
      version,
      pushState,
      validateState,
      pushedAt: deviceTime(),
    });
  }
}

function failureOf(plan: PlannedPush | undefined): { failure: readonly string[]; shows: boolean } {
  if (typeof plan !== "object") return { failure: [], shows: false };
  return "shows" in plan ? { failure: plan.shows, shows: true } : { failure: plan, shows: false };
}

function areSame(some: readonly JournalEntry[], others: readonly JournalEntry[]): boolean {
  return some.length === others.length && some.every((entry, at) => entry === others[at]);
}

function isUp({ firewall, isConnected }: Attached<ManagedDevice>): boolean {
  return isConnected && firewall.isReachable;
}
