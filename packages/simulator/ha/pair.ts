import { Simulator } from "../simulator";
import { firewallFrom } from "../options";
import type { SimulatorOptions } from "../options";
import type { ApiKeys } from "../accounts";
import type { Firewall } from "../firewall";
import { HaLink } from "./link";
import type { HaMember, HaMode, HaState, RunningSync } from "./link";
import { renameHost } from "./settings";

export interface HaPairOptions extends SimulatorOptions {
  /** "active-passive" unless given. */
  mode?: HaMode;
  /** How long a synchronisation takes after a commit; 0, the default, ends it with the commit's job. */
  syncSeconds?: number;
  /** Whether a commit synchronises by itself (true). */
  syncEnabled?: boolean;
  /** Whether the passive one takes changes of its configuration; false unless given: it refuses with code 15. */
  passiveWrites?: boolean;
  /** What the second firewall has otherwise than the first; its ports are any free ones unless given. */
  second?: SimulatorOptions;
}

/**
 * Two firewalls as a pair. They have the same administrators and take the same API keys (a key is made from
 * the password and the master key, which the two share); of the configuration, only what is committed on
 * the active one reaches the other. Registered addresses, locks, jobs and hit counts are each one's own.
 */
export class HaPair {
  constructor(
    readonly first: Simulator,
    readonly second: Simulator,
    private readonly firewalls: readonly [Firewall, Firewall],
    private readonly link: HaLink,
  ) {}

  /** The one that is active (active-primary). @throws Error when neither or both are */
  get active(): Simulator {
    return this.only((member) => this.link.leads(member));
  }

  /** The one that is passive (active-secondary). @throws Error when neither or both are */
  get passive(): Simulator {
    return this.only((member) => this.link.follows(member));
  }

  get runningSync(): RunningSync {
    return this.link.sync;
  }

  /**
   * The passive one takes over; a synchronisation on its way doesn't arrive.
   * @param to what the active one becomes: passive (active-secondary) unless given
   * @throws Error when the peer can't take over
   */
  failOver(to?: HaState): void {
    this.link.failOver(to);
  }

  /** Puts one of the two into a state, whatever the other one's is. */
  setState(simulator: Simulator, state: HaState): void {
    this.link.setState(this.firewallOf(simulator), state);
  }

  /** As `request high-availability sync-to-remote running-config` on one of the two. */
  synchronize(from: Simulator = this.active): void {
    this.link.synchronize(this.firewallOf(from));
  }

  async stop(): Promise<void> {
    await Promise.all([this.first.stop(), this.second.stop()]);
  }

  private firewallOf(simulator: Simulator): Firewall {
    return this.firewalls[simulator === this.second ? 1 : 0];
  }

  private only(is: (member: HaMember) => boolean): Simulator {
    const { members } = this.link;
    const [first, second] = members.map(is);
    if (first === second)
      throw new Error(`the firewalls of the pair are ${members.map(({ state }) => state).join(" and ")}`);
    return first ? this.first : this.second;
  }
}

export async function startPair(options: HaPairOptions = {}): Promise<HaPair> {
  const {
    mode = "active-passive",
    syncSeconds = 0,
    syncEnabled = true,
    passiveWrites = false,
    ...rest
  } = options;
  const { second = {}, ...first } = rest;
  const keys: ApiKeys = new Map();
  const other: SimulatorOptions = { ...first, port: 0, httpPort: 0, ...second };
  const firewalls = [
    firewallFrom(first, { keys }),
    firewallFrom(other, { keys, serial: "015351000012346" }),
  ] as const;
  for (const config of [firewalls[1].running, firewalls[1].candidate.root]) renameHost(config);
  const link = new HaLink(...firewalls, { mode, syncSeconds, syncEnabled, passiveWrites });
  if (second.config === undefined) link.arrive(firewalls[0]);
  else link.sync = "not synchronized";
  const active = await Simulator.start(first, firewalls[0]);
  try {
    return new HaPair(active, await Simulator.start(other, firewalls[1]), firewalls, link);
  } catch (error) {
    await active.stop();
    throw error;
  }
}
