import { knownApplication } from "../../panos/applications";
import { addressText, parseAddress, parseCidr, type Family } from "../../lib/net/cidr";
import type { PanosClient } from "../../panos/client";
import { ruleLabel } from "../../panos/evaluated";
import type { FoundRule } from "../../panos/policy";
import type { FoundApplication } from "../../declaration/kinds/application";
import { PanosError } from "../../panos/error";
import { describePacket, policyMatch, type Packet, type PolicyMatch } from "../../panos/match";
import { locOf, readPushed } from "../../panos/pushed";
import { listed } from "../../lib/text";
import { addressesNamed, type PolicyObjects } from "../../declaration/objects";
import { inParallel } from "../../lib/parallel";
import type { Session } from "../session/session";
import { tell } from "../session/tell";
import { ProviderError } from "../error";

/** How many rules one commit probes at most. */
const SAMPLE = 10;

/** Packets of some rules, and what the firewall says becomes of them. */
export interface Probed {
  chosen: { name: string; packet: Packet }[];
  /** As many; or why it didn't answer. */
  matches: (PolicyMatch | undefined)[] | PanosError;
  /** Panorama's rules, where one that took a packet isn't a local one. */
  pushed?: PushedNames;
}

/** Names of Panorama's rules before and behind the local ones, each with how it is called. */
export type PushedNames = Record<"above" | "below", ReadonlyMap<string, string>>;

/**
 * Asks the firewall what becomes of a packet of some of our rules, after a commit. Comparing configurations
 * proves that the rules are there; this, that such a packet gets through, whichever rule lets it: one that
 * an administrator's wider rule above ours takes, or another one of ours, is as it should be. It proves
 * nothing of other packets, of NAT and routing, or of what App-ID makes of real traffic.
 * @param names rules of ours to choose from
 * @param objects what the running configuration has of them
 * @param of another firewall than the session's: one that Panorama manages
 */
export async function askProbes(
  session: Session,
  names: readonly string[],
  objects: PolicyObjects,
  of?: { client: PanosClient; most: number },
): Promise<Probed> {
  // Panorama lets no packets through itself.
  if (of === undefined && session.location.panorama !== undefined) return { chosen: [], matches: [] };
  const probes = [...names].sort().flatMap((name) => {
    const packet = packetOf(objects.rules.get(name), objects);
    return packet === undefined ? [] : [{ name, packet }];
  });
  const chosen = spread(probes, of?.most ?? SAMPLE);
  if (chosen.length === 0) return { chosen, matches: [] };
  const client = of?.client ?? (await session.open()).client;
  try {
    const matches = await inParallel(chosen, ({ packet }) => policyMatch(client, packet));
    const isElsewhere = (match: PolicyMatch | undefined) =>
      match !== undefined && !DEFAULT.test(match.rule) && !objects.rules.has(match.rule);
    const pushed = matches.some(isElsewhere) ? await pushedNames(client) : undefined;
    return { chosen, matches, ...(pushed && { pushed }) };
  } catch (error) {
    if (!(error instanceof PanosError)) throw error;
    return { chosen, matches: error };
  }
}

const DEFAULT = /^(intra|inter)zone-default$/;

/** Undefined: none is known. */
async function pushedNames(client: PanosClient): Promise<PushedNames | undefined> {
  const pushed = await readPushed(client);
  if (pushed === undefined || "unread" in pushed) return undefined;
  const named = (side: Parameters<typeof pushed.rules>[0]) =>
    new Map(
      pushed.rules(side, "security").map((entry) => {
        const name = entry.attributes["name"] ?? "";
        return [name, ruleLabel({ name, panorama: locOf(entry) })];
      }),
    );
  return { above: named("pre-rulebase"), below: named("post-rulebase") };
}

/**
 * Judges them, once the running configuration is known to be as declared.
 * @throws ProviderError that names the rules whose packets the rulebase lets fall through
 */
export function requireAllowed(
  { firewall }: Pick<Session, "firewall">,
  { chosen, matches, pushed }: Probed,
  running: PolicyObjects,
  cleanupRule: string,
): void {
  if (matches instanceof PanosError) {
    // Nothing is known to be wrong: what is running was compared already.
    tell("warn", `the rules on ${firewall} are in force, but were not probed: ${matches.message}`);
    return;
  }
  const order = new Map([...running.rules.keys()].map((name, index) => [name, index]));
  const wrong: string[] = [];
  for (const [index, { name, packet }] of chosen.entries()) {
    const match = matches[index];
    const verdict = judge(name, match, running, order, cleanupRule, pushed);
    if (verdict === "allowed") continue;
    const outcome = match === undefined ? "no rule" : outcomeOf(match.rule, running, pushed);
    const said = `rule ${name} (${describePacket(packet)}) meets ${outcome}`;
    if (verdict === "fell through") wrong.push(said);
    else tell("warn", `${said} on ${firewall}, which stands above it and denies it: that is left as it is`);
  }
  if (wrong.length > 0) {
    throw new ProviderError(
      "FELL_THROUGH",
      `the commit on ${firewall} went through and the running configuration is as declared, but ` +
        `test security-policy-match lets packets of ${wrong.length} of the ${chosen.length} rules probed fall ` +
        `through to another rule: ${listed(wrong)}. Look at these rules and at their zones, services and applications there`,
    );
  }
}

/**
 * What the answer to a probe says of a rule of ours. A denial above it is an administrator's decision, of
 * which every run warns, and no failure; so is that of Panorama's pre-rules, and of a rule of which nobody knows where
 * it stands. Panorama's post-rules stand below all of ours.
 */
export function judge(
  name: string,
  match: PolicyMatch | undefined,
  running: PolicyObjects,
  order: ReadonlyMap<string, number>,
  cleanupRule: string,
  pushed?: PushedNames,
): "allowed" | "denied above" | "fell through" {
  if (match === undefined || DEFAULT.test(match.rule)) return "fell through";
  const position = order.get(match.rule);
  const action = running.rules.get(match.rule)?.action ?? match.action;
  if (position === undefined) {
    if (pushed?.below.has(match.rule) === true && !pushed.above.has(match.rule)) return "fell through";
    return action === "allow" ? "allowed" : "denied above";
  }
  if (position >= (order.get(cleanupRule) ?? Infinity)) return "fell through";
  if (action === "allow") return "allowed";
  return position < (order.get(name) ?? -1) ? "denied above" : "fell through";
}

/** The rule that took a packet, by whose it is. */
function outcomeOf(rule: string, { rules }: PolicyObjects, pushed: PushedNames | undefined): string {
  if (rules.has(rule)) return `rule ${rule}`;
  return pushed?.above.get(rule) ?? pushed?.below.get(rule) ?? `rule ${rule}`;
}

/** At most so many of a list, evenly spread over it, the first and the last among them. */
export function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  const step = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => items[Math.round(index * step)]!);
}

/**
 * A packet that a rule of ours has to let in; always the same one. Undefined where what it names can't be
 * told from here: addresses of a dynamic group, the ports of an application that we don't know.
 */
export function packetOf(rule: FoundRule | undefined, objects: PolicyObjects): Packet | undefined {
  const [from, to] = [rule?.from[0], rule?.to[0]];
  if (rule === undefined || from === undefined || to === undefined || from === "any" || to === "any") {
    return undefined;
  }
  const addresses = addressesOf(rule, objects);
  const traffic = trafficOf(rule, objects);
  return addresses && traffic && { from, to, ...addresses, ...traffic };
}

function addressesOf(
  rule: FoundRule,
  objects: PolicyObjects,
): Pick<Packet, "source" | "destination"> | undefined {
  const found = (members: readonly string[]) =>
    addressesNamed(members, objects)
      .map(addressIn)
      .filter((address) => address !== undefined);
  const [sources, destinations] = [found(rule.source), found(rule.destination)];
  for (const source of sources) {
    const destination = destinations.find(({ family }) => family === source.family);
    if (destination !== undefined) return { source: source.text, destination: destination.text };
  }
  return undefined;
}

/** A usual address of the internet: the middle of ::/0 is none. */
const GLOBAL_IPV6 = parseAddress("2600::1")!.value;

/** An address of a block. Its middle: blocks begin with addresses that nobody has, and that are often denied. */
function addressIn(member: string): { family: Family; text: string } | undefined {
  const block = parseCidr(member);
  if (block === undefined) return parseAddress(member);
  const { family, first, last } = block;
  const middle = first + (last - first + 1n) / 2n;
  const isWide = family === "IPv6" && first <= GLOBAL_IPV6 && GLOBAL_IPV6 <= last;
  return { family, text: addressText(family, isWide ? GLOBAL_IPV6 : middle) };
}

const PROTOCOLS = { tcp: 6, udp: 17 } as const;
const ICMP: Record<string, number> = { icmp: 1, ping: 1, "ipv6-icmp": 58, ping6: 58 };

function trafficOf(
  rule: FoundRule,
  objects: PolicyObjects,
): Pick<Packet, "protocol" | "port" | "application"> | undefined {
  const [application = "any", service = "any"] = [rule.application[0], rule.service[0]];
  const named = application === "any" ? {} : { application };
  const protocol = ICMP[application] ?? protocolOf(objects.applications.get(application));
  if (protocol !== undefined) return { protocol, ...named };
  if (service === "any") return application === "any" ? { protocol: PROTOCOLS.tcp, port: 443 } : undefined;
  const found = objects.services.get(service);
  const place =
    service === "application-default"
      ? knownApplication(application)?.ports[0]
      : found && `${found.protocol}/${found.port}`;
  const [, transport, port] = /^(tcp|udp)\/(\d+)/.exec(place ?? "") ?? [];
  if (transport === undefined) return undefined;
  return { protocol: PROTOCOLS[transport as keyof typeof PROTOCOLS], port: Number(port), ...named };
}

/** The IP protocol that a custom application is identified by, where it is. */
function protocolOf(application: FoundApplication | undefined): number | undefined {
  if (application?.identifiedBy === "ip-protocol") return application.number;
  return application && { "icmp-type": 1, "icmp6-type": 58 }[application.identifiedBy];
}
