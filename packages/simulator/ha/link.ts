import { EventEmitter } from "node:events";
import type { Candidate } from "../config/candidate";
import { markAll } from "../config/journal";
import type { JournalEntry } from "../config/journal";
import { Refusal } from "../refusal";
import type { XmlElement } from "../xml/element";
import { withOwnSettings } from "./settings";

export type HaMode = "active-passive" | "active-active";

type State =
  "initial" | "active" | "passive" | "active-primary" | "active-secondary" | "suspended" | "non-functional";
/** Which of two Panoramas it was configured to be: its state changes, this doesn't. */
type Place = "primary" | "secondary";

/** A Panorama's has its place before it; given without, it is put there. */
export type HaState = State | `${Place}-${"initial" | "active" | "passive" | "suspended" | "non-functional"}`;

/** Whether both have the same running configuration, in PAN-OS's words. */
export type RunningSync = "synchronized" | "not synchronized" | "synchronization in progress";

/** What of a firewall, or a Panorama, its pair uses. */
export interface HaDevice {
  running: XmlElement;
  readonly candidate: Candidate;
  readonly isReachable: boolean;
  readonly address: string;
  readonly swVersion: string;
  readonly serial: string;
  ha: HaLink | undefined;
}

export interface HaMember {
  readonly firewall: HaDevice;
  /** The lower one is preferred. */
  readonly priority: number;
  readonly place: Place;
  state: HaState;
  since: Date;
}

export interface HaLinkOptions {
  mode: HaMode | "panorama";
  /** How long a synchronisation takes after a commit; 0 ends it right after the commit's job. */
  syncSeconds: number;
  syncEnabled: boolean;
  /** Whether the passive one takes changes of its configuration: what it does isn't documented. */
  passiveWrites: boolean;
  /**
   * Whether a failover brings what isn't committed along: of firewalls it doesn't, for Panorama the documentation says
   * that the candidate is synchronized "just before a failover", where there is time for it. False unless given.
   */
  candidateFollows?: boolean;
  /** Whether the passive Panorama pushes what it runs: sources disagree. False unless given. */
  passivePushes?: boolean;
  /** Told when the one has got what the other runs. */
  onArrival?: (from: HaDevice, to: HaDevice) => void;
}

/**
 * What ties two firewalls, or two Panoramas, to a pair. Only committed configuration goes over it, from the active one to
 * the other, and without what is each one's own. Where the passive one takes writes (`passiveWrites`), the
 * two differ until the next synchronisation overwrites it.
 */
export class HaLink {
  readonly members: readonly [HaMember, HaMember];
  sync: RunningSync = "synchronized";
  /** Emits "change" when one is another than it was, or what it runs comes to the other. */
  readonly changes = new EventEmitter();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    first: HaDevice,
    second: HaDevice,
    readonly options: HaLinkOptions,
  ) {
    const since = new Date();
    const member = (firewall: HaDevice, place: Place, priority: number, leads: boolean): HaMember => {
      const state = this.called({ place }, leads);
      return { firewall, place, priority, state, since };
    };
    this.members = [member(first, "primary", 90, true), member(second, "secondary", 100, false)];
    first.ha = this;
    second.ha = this;
  }

  /** Whether it is the one whose commits go to the other. */
  leads(member: HaMember): boolean {
    return member.state === this.called(member, true);
  }

  /** Whether it is the one that can take over. */
  follows(member: HaMember): boolean {
    return member.state === this.called(member, false);
  }

  private called({ place }: Pick<HaMember, "place">, leads: boolean): HaState {
    if (this.options.mode === "active-active") return leads ? "active-primary" : "active-secondary";
    const state = leads ? "active" : "passive";
    return this.options.mode === "panorama" ? `${place}-${state}` : state;
  }

  member(firewall: HaDevice): HaMember {
    return this.members[0].firewall === firewall ? this.members[0] : this.members[1];
  }

  peerOf(firewall: HaDevice): HaMember {
    return this.members[0].firewall === firewall ? this.members[1] : this.members[0];
  }

  /** @throws Refusal with code 15 when a firewall is passive and takes no writes */
  requireWritable(firewall: HaDevice): void {
    if (this.options.passiveWrites || !this.isPassive(firewall)) return;
    const what = this.options.mode === "panorama" ? "Panorama" : "firewall";
    throw new Refusal("15", [`Configuration changes are not allowed on the passive ${what} of an HA pair`]);
  }

  /** @throws Refusal when a Panorama is passive and pushes nothing */
  requirePushing(firewall: HaDevice): void {
    if (this.options.passivePushes || !this.isPassive(firewall)) return;
    throw new Refusal("13", ["Push is not allowed on the passive Panorama of an HA pair"]);
  }

  private isPassive(firewall: HaDevice): boolean {
    return /(^|-)passive$/.test(this.member(firewall).state);
  }

  setState(firewall: HaDevice, state: HaState): void {
    const member = this.member(firewall);
    const isBare = this.options.mode === "panorama" && !/^(primary|secondary)-/.test(state);
    member.state = isBare ? (`${member.place}-${state}` as HaState) : state;
    member.since = new Date();
    this.changes.emit("change");
  }

  /** Makes one the one that leads, or the one that can take over. */
  put(firewall: HaDevice, leads: boolean): void {
    this.setState(firewall, this.called(this.member(firewall), leads));
  }

  /**
   * The other one takes over; what was still on its way there stays behind.
   * @param to what the one that led becomes; the one that can take over unless given
   * @throws Error when none leads, or the other one can't take over
   */
  failOver(to?: HaState): void {
    const leader = this.members.find((member) => this.leads(member));
    if (!leader) throw new Error("no firewall of the pair is active");
    const other = this.peerOf(leader.firewall);
    if (!this.follows(other)) throw new Error(`the peer is ${other.state} and can't take over`);
    this.interrupt();
    if (this.options.candidateFollows) carryCandidate(leader.firewall, other.firewall);
    if (to === undefined) this.put(leader.firewall, false);
    else this.setState(leader.firewall, to);
    this.put(other.firewall, true);
  }

  /** A commit went through on one of the two. */
  committed(firewall: HaDevice): void {
    const leads = this.leads(this.member(firewall));
    if (leads && this.options.syncEnabled && this.peerOf(firewall).firewall.isReachable)
      this.synchronize(firewall);
    else {
      this.stop();
      this.sync = "not synchronized";
    }
  }

  /** Sends the running configuration to the other one, over its candidate and whatever it had running. */
  synchronize(from: HaDevice): void {
    this.stop();
    this.sync = "synchronization in progress";
    if (this.options.syncSeconds <= 0) this.arrive(from);
    else this.timer = setTimeout(() => this.arrive(from), this.options.syncSeconds * 1000);
  }

  /** The end of a synchronisation. */
  arrive(from: HaDevice): void {
    const { firewall: to } = this.peerOf(from);
    if (!to.isReachable) {
      this.sync = "not synchronized";
      return;
    }
    to.running = withOwnSettings(from.running, to.running);
    to.candidate.reset(to.running.clone());
    this.options.onArrival?.(from, to);
    this.sync = "synchronized";
    this.changes.emit("change");
  }

  /** Ends a synchronisation before it arrives. */
  interrupt(): void {
    if (this.sync !== "synchronization in progress") return;
    this.stop();
    this.sync = "not synchronized";
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

/** What isn't committed on one becomes what isn't committed on the other, with who made it. */
function carryCandidate({ candidate }: HaDevice, to: HaDevice): void {
  to.candidate.reset(withOwnSettings(candidate.root, to.running));
  to.candidate.journal.restore(candidate.journal.entries.map((entry) => withoutJob(entry)));
  markAll(to.candidate.root, to.candidate.journal);
}

function withoutJob(entry: JournalEntry): JournalEntry {
  const copy = { ...entry };
  delete copy.job;
  return copy;
}
