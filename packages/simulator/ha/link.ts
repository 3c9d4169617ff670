import type { Candidate } from "../config/candidate";
import { Refusal } from "../refusal";
import type { XmlElement } from "../xml/element";
import { withOwnSettings } from "./settings";

export type HaMode = "active-passive" | "active-active";

export type HaState =
  "initial" | "active" | "passive" | "active-primary" | "active-secondary" | "suspended" | "non-functional";

/** Whether both have the same running configuration, in PAN-OS's words. */
export type RunningSync = "synchronized" | "not synchronized" | "synchronization in progress";

/** What of a firewall its pair uses. */
interface HaDevice {
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
  state: HaState;
  since: Date;
}

export interface HaLinkOptions {
  mode: HaMode;
  /** How long a synchronisation takes after a commit; 0 ends it right after the commit's job. */
  syncSeconds: number;
  syncEnabled: boolean;
  /** Whether the passive one takes changes of its configuration: what it does isn't documented. */
  passiveWrites: boolean;
}

/**
 * What ties two firewalls to a pair. Only committed configuration goes over it, from the active one to
 * the other, and without what is each one's own. Where the passive one takes writes (`passiveWrites`), the
 * two differ until the next synchronisation overwrites it.
 */
export class HaLink {
  readonly members: readonly [HaMember, HaMember];
  sync: RunningSync = "synchronized";
  private timer: NodeJS.Timeout | undefined;

  constructor(
    first: HaDevice,
    second: HaDevice,
    readonly options: HaLinkOptions,
  ) {
    const since = new Date();
    this.members = [
      { firewall: first, priority: 90, state: this.leading, since },
      { firewall: second, priority: 100, state: this.following, since },
    ];
    first.ha = this;
    second.ha = this;
  }

  /** How this mode calls the one whose commits go to the other. */
  get leading(): HaState {
    return this.options.mode === "active-active" ? "active-primary" : "active";
  }

  get following(): HaState {
    return this.options.mode === "active-active" ? "active-secondary" : "passive";
  }

  member(firewall: HaDevice): HaMember {
    return this.members[0].firewall === firewall ? this.members[0] : this.members[1];
  }

  peerOf(firewall: HaDevice): HaMember {
    return this.members[0].firewall === firewall ? this.members[1] : this.members[0];
  }

  /** @throws Refusal with code 15 when a firewall is passive and takes no writes */
  requireWritable(firewall: HaDevice): void {
    if (this.options.passiveWrites || this.member(firewall).state !== "passive") return;
    throw new Refusal("15", ["Configuration changes are not allowed on the passive firewall of an HA pair"]);
  }

  setState(firewall: HaDevice, state: HaState): void {
    const member = this.member(firewall);
    member.state = state;
    member.since = new Date();
  }

  /**
   * The other one takes over; what was still on its way there stays behind.
   * @param to what the one that led becomes
   * @throws Error when none leads, or the other one can't take over
   */
  failOver(to: HaState = this.following): void {
    const leader = this.members.find(({ state }) => state === this.leading);
    if (!leader) throw new Error(`no firewall of the pair is ${this.leading}`);
    const other = this.peerOf(leader.firewall);
    if (other.state !== this.following) throw new Error(`the peer is ${other.state} and can't take over`);
    this.interrupt();
    this.setState(leader.firewall, to);
    this.setState(other.firewall, this.leading);
  }

  /** A commit went through on one of the two. */
  committed(firewall: HaDevice): void {
    const leads = this.member(firewall).state === this.leading;
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
    this.sync = "synchronized";
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
