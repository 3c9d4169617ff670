import { expect } from "chai";
import fc from "fast-check";
import { objectsIn, type PolicyObjects } from "../../../declaration/objects";
import { cidrNamed, securityGroupIn, trafficIn } from "../../../declaration/names";
import { NO_CONTENT, type PolicyContent } from "../../../declaration/declaration";
import type { Inventory } from "../../../inventory/types";
import { parseBlock } from "../../../lib/net/cidr";
import { difference, intersection, setOf, type IntervalSet } from "../../../lib/net/intervals";
import type { SecurityRule } from "../../../panos/policy";
import { rulebaseFrom } from "../../../panos/rulebase";
import { child, find, parseXml } from "../../../panos/xml";
import { planOf } from "../../../plan/plan";
import { policyFor } from "../../../plan/policy";
import type { FirewallState } from "../../../plan/state";
import { firewallConfig } from "../../support/lab";
import { settingsOf } from "../../support/offline-settings";
import {
  addressOf,
  change,
  changed,
  GROUPS,
  inventoryOf,
  lost,
  NET,
  world,
  type Lost,
  type World,
} from "./world";

const RUNS = Number(process.env["UNCERTAIN_RUNS"] ?? 300);

type Options = Record<string, unknown>;
const options: fc.Arbitrary<Options> = fc.record({
  "aws-panos-rules:references": fc.constantFrom("skip", "expand"),
  "aws-panos-rules:prefixListGroups": fc.constantFrom("1", "100"),
  "aws-panos-rules:zones": fc.constantFrom(
    {},
    { tags: { "tier=web": "web" } },
    { tags: { "tier=web": "web", "tier=db": "shop" } },
    { vpcs: { "vpc-b": "shop" } },
  ),
  "aws-panos-rules:guardrails": fc.constantFrom(
    {},
    { exclude: { vpcs: ["tier=web"] } },
    { exclude: { vpcs: ["stage=lab"], securityGroups: ["stage=lab"], instances: ["stage=lab"] } },
  ),
  "aws-panos-rules:expiryTag": fc.constantFrom(undefined, "ends"),
  "aws-panos-rules:quarantine": fc.constantFrom(undefined, { deny: true }),
  "aws-panos-rules:interfaces": fc.constantFrom("instances", "all"),
});

const EMPTY = (() => {
  const zones = '<entry name="untrust"/><entry name="web"/><entry name="shop"/>';
  const root = parseXml(firewallConfig().replace('<entry name="untrust"/>', zones));
  const vsys = find(root, "devices", "entry", "vsys", "entry");
  return { vsys, rulebase: rulebaseFrom(vsys, child(root, "shared")) };
})();

/** What a firewall with these objects is to hold. */
function planned(
  inventory: Inventory,
  more: Options,
  objects: PolicyObjects,
  registered?: FirewallState["registered"],
) {
  const settings = settingsOf({
    ...more,
    "aws-panos-rules:maxRemovals": "1000",
    "aws-panos-rules:onUnreadable": "keep",
  });
  const [firewall] = settings.firewalls;
  const { rulebase } = EMPTY;
  return planOf(firewall!, settings, {
    inventory,
    policy: policyFor(firewall!, inventory, settings.guardrails),
    state: {
      candidate: { rulebase },
      running: { rulebase, objects },
      ...(registered && { registered }),
      capacity: { rules: undefined, services: undefined, addresses: undefined, addressGroups: undefined },
    },
    revoked: [],
  });
}

function inForce({ rules, addressGroups }: PolicyContent): PolicyObjects {
  return {
    ...objectsIn(EMPTY.vsys, EMPTY.rulebase.names),
    rules: new Map(rules.map((rule) => [rule.name, { ...rule, extras: [] }])),
    addressGroups: new Map(
      addressGroups.map((group) => [
        group.name,
        {
          name: group.name,
          members: "members" in group ? group.members : [],
          filter: "",
          tag: group.tag,
          extras: [],
        },
      ]),
    ),
  };
}

type End = "source" | "destination";

/** The addresses of a rule's end, groups taken apart. */
function addresses(rule: SecurityRule | undefined, end: End, { addressGroups }: PolicyContent): IntervalSet {
  const groups = new Map(addressGroups.map((group) => [group.name, "members" in group ? group.members : []]));
  const textsOf = (member: string): string[] =>
    groups.has(member) ? groups.get(member)!.flatMap(textsOf) : [cidrNamed(member, "test1234") ?? member];
  return setOf((rule?.[end] ?? []).flatMap(textsOf).flatMap((text) => parseBlock(text) ?? []));
}

function isWithin(inner: IntervalSet, outer: IntervalSet): boolean {
  return difference(inner, outer).length === 0;
}

/** Whether an account that has a group, or carries it, isn't read at all: what it has stays whatever else. */
function isUnread(group: string, gone: Lost): boolean {
  if (gone === undefined || gone.action !== undefined) return false;
  return GROUPS[group]!.owner === gone.account || (group === "sg-0d" && gone.account === "222222222222");
}

describe("rules where AWS is read in part", function () {
  this.timeout(600_000);

  it("stay as far as they are still needed, open nothing that isn't needed, and lose what is surely gone", () => {
    let stayed = 0;
    fc.assert(
      fc.property(world, change, lost, options, (before, meanwhile, gone, more) => {
        const first = planned(inventoryOf(before, undefined), more, inForce(NO_CONTENT)).content;
        const running = inForce(first);
        const now = changed(before, meanwhile);
        const truth = planned(inventoryOf(now, undefined), more, running).content;
        const final = planned(inventoryOf(now, gone), more, running).content;
        if (gone === undefined) expect(final).to.deep.equal(truth);
        const ruleOf = (content: PolicyContent, name: string) =>
          content.rules.find((each) => each.name === name);
        for (const rule of first.rules) {
          const needed = ruleOf(truth, rule.name);
          if (needed === undefined) continue;
          const ends = (["source", "destination"] as const).map((end) => ({
            end,
            stays: intersection(addresses(rule, end, first), addresses(needed, end, truth)),
          }));
          if (ends.some(({ stays }) => stays.length === 0)) continue;
          for (const { end, stays } of ends) {
            const has = addresses(ruleOf(final, rule.name), end, final);
            expect(isWithin(stays, has), `${rule.name} loses a ${end}`).to.equal(true);
          }
          stayed += 1;
        }
        for (const rule of final.rules) {
          const group = securityGroupIn(rule.name) ?? "";
          // In which zone an unread account's VPC is, nobody knows: what is new may stand in another one.
          const alike = truth.rules.filter(
            ({ name }) => securityGroupIn(name) === group && trafficIn(name) === trafficIn(rule.name),
          );
          for (const end of ["source", "destination"] as const) {
            const may = setOf([
              ...addresses(ruleOf(first, rule.name), end, first),
              ...alike.flatMap((each) => addresses(each, end, truth)),
            ]);
            expect(isWithin(addresses(rule, end, final), may), `${rule.name} opens a ${end}`).to.equal(true);
          }
          if (isUnread(group, gone)) continue;
          const left = now.permissions.filter((each) => each.group === group);
          const isPermitted = left.some(({ port }) => trafficIn(rule.name) === `tcp-${port}`);
          expect(isPermitted, `${rule.name} is revoked`).to.equal(true);
          for (const id of now.stopped) {
            const stopped = parseBlock(addressOf(id))!;
            const isThere = intersection([stopped], addresses(rule, "destination", final)).length > 0;
            expect(isThere, `${rule.name} leads to ${id}, which is stopped`).to.equal(false);
          }
        }
      }),
      { numRuns: RUNS, includeErrorInReport: true },
    );
    expect(stayed).to.be.greaterThan(RUNS / 3);
  });

  it("leave registered what is, and register nothing of which nobody knows where it is led", () => {
    const dynamic = { "aws-panos-rules:destinations": "dynamic" };
    const drawn: World = {
      ...{ ways: { a: "gateway", b: "internet", s: "internet" }, isDirect: false, hasVpn: false },
      ...{ isTagged: false, stopped: [] },
      permissions: [{ group: "sg-0a", port: 22, far: "198.51.100.0/24" }],
    };
    const first = planned(inventoryOf(drawn, undefined), dynamic, inForce(NO_CONTENT));
    const [tag = ""] = Object.keys(first.registrations ?? {});
    expect(first.registrations?.[tag]).to.deep.equal(["10.1.1.10", "10.1.1.11"]);
    const gone: Lost = { account: NET, action: "SearchTransitGatewayRoutes" };
    const found = (...addresses: string[]) => [{ found: addresses.map((address) => ({ address, tag })) }];
    const again = (changes: Partial<World>, ...addresses: string[]) =>
      planned(
        inventoryOf({ ...drawn, ...changes }, gone),
        dynamic,
        inForce(first.content),
        found(...addresses),
      );
    const kept = again({}, "10.1.1.10");
    expect(kept.content.rules).to.deep.equal(first.content.rules);
    expect(kept.content.addressGroups).to.deep.equal(first.content.addressGroups);
    expect(kept.registrations?.[tag]).to.deep.equal(["10.1.1.10"]);
    expect(kept.unread.join()).to.include("10.1.1.10").and.include("ec2:SearchTransitGatewayRoutes");
    // Its address goes when its instance stops, whatever leads to it.
    const stopped = again({ stopped: ["a"] }, "10.1.1.10", "10.1.1.11");
    expect(stopped.registrations?.[tag]).to.deep.equal(["10.1.1.11"]);
  });
});
