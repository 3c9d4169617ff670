/** Random packets through random accounts: what their flows are said to become, against what the oracle knows. */
import { expect } from "chai";
import type { FlowRecord } from "../../../aws/flow-logs/record";
import { mapWithin } from "../../../mapping/guardrails";
import { addressTexts } from "../../../mapping/routing";
import { factsBetween } from "../../../review/change/between";
import { evidenceOf, type Evidence } from "../../../review/evidence/evidence";
import type { EvidenceGiven, Outcome } from "../../../review/evidence/judged";
import { Tally } from "../../../review/evidence/tally";
import { crossesFirewall, interfaceAt } from "../../mapping/oracle/aws";
import { endsOf, isIpv6, type Packet } from "../../mapping/oracle/packet";
import { packetOf } from "../../mapping/oracle/packets";
import { ruleThatAllows } from "../../mapping/oracle/panos";
import { randomOf } from "../../mapping/oracle/random";
import { once } from "../../../lib/once";
import { seedOfRun } from "../../mapping/oracle/seed";
import { declaredBy } from "../../mapping/oracle/verdict";
import { worldOf, type World } from "../../mapping/oracle/worlds";
import { farZones, nearZone } from "../../mapping/oracle/zones";
import { START } from "../../support/flow-logs";
import { settingsOf } from "../../support/offline-settings";

const WORLDS = 700;
const PACKETS = 8;

/** Random packets of these protocols through random accounts, to or from one of their interfaces. */
function* packetsOf(protocols: readonly number[]) {
  const seed = seedOfRun();
  for (let index = 0; index < WORLDS; index++) {
    const random = randomOf(seed, index);
    const world = worldOf(random);
    // Who is isolated, the oracle judges by another book.
    if (world.options.quarantine !== undefined) continue;
    const prepared = once(() => givenOf(world), String);
    for (let at = 0; at < PACKETS; at++) {
      const packet = packetOf(world, random);
      const target = interfaceAt(world, packet);
      if (target === undefined || !protocols.includes(packet.protocol)) continue;
      yield { index, random, world, prepared, packet, target };
    }
  }
}

describe("evidence of random packets through random accounts", function () {
  this.timeout(120_000);

  it("would be cut exactly where no rule allows it, and is allowed exactly where one does", () => {
    const seen: Record<string, number> = {};
    // Where it can't be told who is the server is another test's.
    for (const { index, random, world, prepared, packet, target } of packetsOf([6])) {
      // Many packets go elsewhere: some of them do.
      if (!crossesFirewall(world, packet) && !random.oneIn(4)) continue;
      const { given, declared } = prepared("");
      const { outcome } = seenAs(given, target, packet, { sourcePort: 50_000, flags: 2 });
      const expected = expectedOf(world, declared, packet);
      seen[outcome] = (seen[outcome] ?? 0) + 1;
      const what = JSON.stringify({ index, packet, options: world.options });
      if (expected === undefined) expect(outcome, what).to.be.oneOf(["unsure", "cut", "allowedByOurs"]);
      else expect(outcome, what).to.be.oneOf(expected);
    }
    for (const outcome of ["allowedByOurs", "cut", "notCrossing"])
      expect(seen[outcome], outcome).to.be.greaterThan(20);
    expect(seen["unsure"] ?? 0, "unsure").to.be.lessThan(100);
  });

  it("count for each permission that let them in, from whichever port they came and whatever else fits", () => {
    const seen: Record<string, number> = {};
    for (const { index, random, world, prepared, packet, target } of packetsOf([6, 17])) {
      const { given, declared } = prepared("");
      if (expectedOf(world, declared, packet)?.[0] !== "allowedByOurs") continue;
      // As it is without flags: a client's port may be any.
      const sourcePort = random.pick([0, 22, 53, 443, 800, 1024, 2049, 20_000, 32_767, 32_768, 60_000]);
      const isReply = random.oneIn(2);
      const { outcome, found } = seenAs(given, target, packet, { sourcePort, flags: 0, isReply });
      const what = JSON.stringify({ index, packet, sourcePort, isReply, outcome, options: world.options });
      expect(outcome, what).to.be.oneOf(["allowedByOurs", "unsure"]);
      const { far, near } = endsOf(packet);
      const zones = farZones(world, target, far).map((zone) =>
        packet.direction === "ingress"
          ? { from: zone, to: nearZone(world, target) }
          : { from: nearZone(world, target), to: zone },
      );
      const { application = "any" } = packet;
      const rule = zones.map((each) =>
        ruleThatAllows(declared, { ...packet, application }, application, each),
      );
      const names = new Set(rule.flatMap((each) => each?.name ?? []));
      const used = found.rules.filter(({ rule: name }) => names.has(name));
      expect(
        used.every(({ state }) => state === "used" || state === "perhaps"),
        `${what} ${near}`,
      ).to.equal(true);
      for (const { state } of used) seen[state] = (seen[state] ?? 0) + 1;
    }
    for (const state of ["used", "perhaps"]) expect(seen[state], state).to.be.greaterThan(4);
  });
});

function givenOf(world: World): { given: EvidenceGiven; declared: ReturnType<typeof declaredBy> } {
  const { inventory, options } = world;
  const base = settingsOf({ "aws-panos-rules:ownerId": options.ownerId });
  const [firewall] = base.firewalls;
  const settings = { ...base, firewalls: [{ ...firewall!, mapping: options }] };
  const mapped = mapWithin(inventory, options, base.guardrails);
  const [facts] = factsBetween(inventory, inventory, settings, "dev").firewalls;
  return {
    given: { stack: "dev", inventory, facts: facts!, mapped, knowsOthers: false },
    declared: declaredBy(mapped),
  };
}

/** What is said of a packet's flow, or of the answer, as a log of the interface has it: with its private address. */
function seenAs(
  given: EvidenceGiven,
  target: NonNullable<ReturnType<typeof interfaceAt>>,
  packet: Packet,
  { sourcePort, flags, isReply = false }: { sourcePort: number; flags: number; isReply?: boolean },
): { outcome: Outcome; found: Evidence } {
  const { near, far } = endsOf(packet);
  const own = target.publicIps?.find(({ publicIp }) => publicIp === near)?.privateIpAddress ?? near;
  const isIncoming = (packet.direction === "ingress") !== isReply;
  const ports = { sourcePort, destinationPort: packet.port };
  const record: FlowRecord = {
    interfaceId: target.id,
    ...(isIncoming ? { source: far, destination: own } : { source: own, destination: far }),
    ...(isReply ? { sourcePort: ports.destinationPort, destinationPort: ports.sourcePort } : ports),
    ...{ protocol: packet.protocol, flags, start: START, end: START, isAccepted: true },
    direction: isIncoming ? "ingress" : "egress",
  };
  const known = { interfaceIds: new Set<string>(), vpcIds: new Set<string>() };
  const tally = new Tally(new Map([[target.id, addressTexts(target)]]), known);
  tally.take({ kind: "flow", record });
  const found = evidenceOf(tally.observed(), given);
  const [outcome] = Object.entries(found.times).find(([, count]) => count > 0) ?? [];
  expect(found.cut.length > 0).to.equal(outcome === "cut");
  return { outcome: outcome as Outcome, found };
}

/** Undefined: the zones, or what a group may have as members, make it a matter of doubt. */
function expectedOf(
  world: World,
  declared: ReturnType<typeof declaredBy>,
  packet: Packet,
): Outcome[] | undefined {
  const { options } = world;
  const target = interfaceAt(world, packet)!;
  const { far, near } = endsOf(packet);
  if (!crossesFirewall(world, packet)) return ["notBehind", "notCrossing"];
  if (!(options.directions ?? ["ingress"]).includes(packet.direction)) return ["notJudged"];
  if (options.destinations === "dynamic" && isIpv6(near)) return undefined;
  const [inside, outside] = [nearZone(world, target), farZones(world, target, far)];
  const applications = new Set(declared.rules.flatMap(({ application }) => application));
  const allowed = outside.map((zone) => {
    const zones = packet.direction === "ingress" ? { from: zone, to: inside } : { from: inside, to: zone };
    return [...applications].some((application) => ruleThatAllows(declared, packet, application, zones));
  });
  if (new Set(allowed).size > 1) return undefined;
  // Within a zone, what no rule takes is up to the predefined one.
  if (!allowed[0] && outside.includes(inside)) return undefined;
  return [allowed[0] ? "allowedByOurs" : "cut"];
}
