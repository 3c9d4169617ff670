import { DEFAULT_CONFIG } from "../default-config";
import type { ApiKeys } from "../accounts";
import type { Firewall } from "../firewall";
import { HaLink } from "../ha/link";
import type { HaLinkOptions } from "../ha/link";
import { HaPair } from "../ha/pair";
import { renameHost } from "../ha/settings";
import { firewallFrom } from "../options";
import type { SimulatorOptions } from "../options";
import { XmlElement } from "../xml/element";
import { parseXml } from "../xml/parse";
import { print } from "../xml/print";
import { Simulator } from "../simulator";
import { panoramaConfig, usualGroups } from "./default-config";
import type { StartGroup } from "./default-config";
import { FleetState, Panorama } from "./panorama";
import type { Attached, PlannedPush } from "./managed";
import { USUAL } from "./unknowns";
import type { Unknowns } from "./unknowns";

export interface PanoramaOptions extends SimulatorOptions {
  /** How many firewalls it manages; three unless given. */
  firewalls?: number;
  /** What each of them starts with beside what they share; the ports of the first, which the others count up from. */
  firewall?: SimulatorOptions;
  /** Its device groups, from the serials of its firewalls; two, in each other, unless given. */
  groups?: (serials: readonly string[]) => StartGroup[];
  /** Content of `<shared>`, as XML. */
  shared?: string;
  /** What it does where that isn't known. */
  unknowns?: Partial<Unknowns>;
  /** A second one beside it, as its HA peer; the first is primary, and active at the start. */
  ha?: PanoramaPairOptions;
}

/** What the two of an HA pair of Panoramas do with each other. */
interface PanoramaPairOptions extends Partial<Omit<HaLinkOptions, "mode" | "onArrival">> {
  /** What the second one has otherwise than the first; its ports are any free ones unless given. */
  second?: SimulatorOptions;
}

/** A Panorama with the firewalls behind it, or two as a pair. */
export class PanoramaLab {
  constructor(
    readonly panorama: Simulator,
    /** By serial. */
    readonly firewalls: ReadonlyMap<string, Simulator>,
    private readonly attached: ReadonlyMap<string, Attached<Firewall>>,
    /** The pair that `panorama` is the first one of. */
    readonly pair?: HaPair,
  ) {}

  get serials(): string[] {
    return [...this.firewalls.keys()];
  }

  /** @throws Error where there is none of that serial */
  firewall(serial: string): Simulator {
    const found = this.firewalls.get(serial);
    if (!found) throw new Error(`no firewall ${serial}`);
    return found;
  }

  /** Cuts a firewall's connection to Panorama, or has it again. */
  connect(serial: string, isConnected = true): void {
    this.of(serial).isConnected = isConnected;
  }

  /** How the next push to a firewall ends. */
  planPush(serial: string, outcome: PlannedPush): void {
    this.of(serial).planned.push(outcome);
  }

  /** Pushes end again as they do. */
  clearPlans(): void {
    for (const { planned } of this.attached.values()) planned.length = 0;
  }

  /** Names of the rules that a firewall has been pushed, in the order in which they are evaluated. */
  pushedRules(serial: string, side: "pre-rulebase" | "post-rulebase", vsys = "vsys1"): string[] {
    return this.of(serial)
      .firewall.pushed.rules(vsys, side)
      .map(({ name = "" }) => name);
  }

  /** What a firewall has been pushed, as XML: rulebases and objects, each entry with who wrote it. */
  pushedPolicy(serial: string, vsys = "vsys1"): string {
    return (this.of(serial).firewall.pushed.served(vsys)?.children ?? []).map((part) => print(part)).join("");
  }

  async stop(): Promise<void> {
    const panoramas = this.pair ? [this.pair.first, this.pair.second] : [this.panorama];
    await Promise.all([...panoramas, ...this.firewalls.values()].map((each) => each.stop()));
  }

  private of(serial: string): Attached<Firewall> {
    const found = this.attached.get(serial);
    if (!found) throw new Error(`no firewall ${serial}`);
    return found;
  }
}

/** Starts a Panorama and its firewalls, each of which listens too. */
export async function startPanorama(options: PanoramaOptions = {}): Promise<PanoramaLab> {
  const { firewalls = 3, firewall = {}, groups = usualGroups, shared, unknowns, ha, ...own } = options;
  const serials = Array.from(
    { length: firewalls },
    (_, at) => `0151000000${String(at + 1).padStart(5, "0")}`,
  );
  const nodes = serials.map((serial, at) => {
    const config = named(firewall.config ?? DEFAULT_CONFIG, `fw${at + 1}`);
    return { serial, node: firewallFrom({ ...own, ...firewall, config }, { serial }), at };
  });
  const attached = new Map<string, Attached<Firewall>>(
    nodes.map(({ serial, node }) => [serial, { firewall: node, isConnected: true, planned: [] }]),
  );
  const config = own.config ?? panoramaConfig(groups(serials), shared);
  const known = { attached, unknowns: { ...USUAL, ...unknowns }, fleet: new FleetState() };
  const [manager, peer] = managers({ ...own, config }, ha, known);
  const started: Simulator[] = [];
  const start = async (given: SimulatorOptions, node: Firewall): Promise<Simulator> => {
    const simulator = await Simulator.start(given, node);
    started.push(simulator);
    return simulator;
  };
  try {
    const panorama = await start(own, manager);
    const pair =
      peer && new HaPair(panorama, await start(peer.options, peer.node), [manager, peer.node], peer.link);
    const behind = new Map<string, Simulator>();
    for (const { serial, node, at } of nodes) {
      const counted = (port = 0): number => (port === 0 ? 0 : port + at);
      const given = {
        ...{ ...own, faults: [] },
        ...firewall,
        port: counted(firewall.port),
        httpPort: counted(firewall.httpPort),
      };
      behind.set(serial, await start(given, node));
    }
    return new PanoramaLab(panorama, behind, attached, pair);
  } catch (error) {
    await Promise.all(started.map((each) => each.stop()));
    throw error;
  }
}

/** The device that is the Panorama, and its HA peer where it has one. */
function managers(
  options: SimulatorOptions,
  ha: PanoramaPairOptions | undefined,
  known: { attached: ReadonlyMap<string, Attached<Firewall>>; unknowns: Unknowns; fleet: FleetState },
): [manager: Firewall, peer?: { node: Firewall; options: SimulatorOptions; link: HaLink }] {
  const keys: ApiKeys = new Map();
  const { attached, unknowns, fleet } = known;
  const make = (given: SimulatorOptions, serial: string) => {
    const node = firewallFrom(given, { keys, serial });
    const panorama = (node.panorama = new Panorama(node, attached, unknowns, fleet));
    return { node, panorama };
  };
  const first = make(options, "000710000000001");
  if (!ha) return [first.node];
  const { second = {}, syncSeconds = 0, syncEnabled = true, passiveWrites = false, ...rest } = ha;
  const other: SimulatorOptions = { ...options, port: 0, httpPort: 0, ...second };
  const peer = make(other, "000710000000002");
  for (const config of [peer.node.running, peer.node.candidate.root]) renameHost(config);
  const onArrival: HaLinkOptions["onArrival"] = (from) => {
    if (from === first.node) peer.panorama.learn(first.panorama);
    else first.panorama.learn(peer.panorama);
  };
  const how = { ...rest, mode: "panorama", syncSeconds, syncEnabled, passiveWrites, onArrival } as const;
  const link = new HaLink(first.node, peer.node, how);
  link.arrive(first.node);
  return [first.node, { node: peer.node, options: other, link }];
}

/** A firewall's configuration with a host name. */
function named(config: string, hostname: string): string {
  const root = parseXml(config);
  let at = root.child("devices")?.entries()[0];
  for (const tag of ["deviceconfig", "system", "hostname"])
    at = at?.child(tag) ?? at?.add(new XmlElement(tag));
  if (at) at.text = hostname;
  return print(root);
}
