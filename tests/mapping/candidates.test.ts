import { expect } from "chai";
import fc from "fast-check";
import { alreadyAllowed } from "../../mapping/coverage";
import type { Coverage } from "../../mapping/coverage";
import { objectsOf, trafficOf } from "../../mapping/own-traffic";
import { matchesZones, resolved, takeOff } from "../../mapping/resolved-rules";
import type { Policy } from "../../mapping/types";
import type { SecurityGroupRule } from "../../inventory/types";
import type { AddressObject, Rulebase, RulebaseRule, ServiceObject } from "../../panos/policy";
import { networkInterface, policyOf, rulebase, theirs } from "./fixtures";

const OPTIONS = { enabled: true, cleanupRule: "cleanup" };

/** The same question, answered by looking at each rule of theirs for each of ours, every name read anew. */
function scanned(policy: Policy, rulebases: readonly Rulebase[]): Coverage {
  const own = objectsOf(policy.rules, policy, "carriers");
  const coverage: Coverage = { needed: [], covered: [], shadowed: [], ahead: [] };
  for (const mapped of policy.rules) {
    const [from = "", to = ""] = [...mapped.rule.from, ...mapped.rule.to];
    const parts = rulebases.flatMap((each) => {
      const above = each.rules.slice(0, -1).map((rule, index) => ({ rule, index }));
      const counting = above.filter(
        ({ rule }) =>
          !rule.disabled &&
          rule.tag.length === 0 &&
          (rule.action !== "allow" || rule.conditions.length === 0) &&
          matchesZones(rule, from, to),
      );
      return trafficOf(mapped, own).map((part) =>
        takeOff(
          part,
          counting.map(({ rule, index }) => resolved(rule, index, rule.action === "allow", each)),
        ),
      );
    });
    const names = (which: "allowedBy" | "deniedBy") => [
      ...new Set(parts.flatMap((part) => part[which].map(({ name }) => name))),
    ];
    if (parts.length > 0 && parts.every(({ left }) => left.length === 0)) {
      coverage.covered.push({ rule: mapped, by: names("allowedBy"), deniedBy: names("deniedBy") });
    } else {
      coverage.needed.push(mapped);
      coverage.shadowed.push(...names("deniedBy").map((by) => ({ rule: mapped, by })));
    }
  }
  return coverage;
}

const ADDRESSES: [string, AddressObject][] = [
  ["office", { kind: "ip-netmask", value: "198.51.100.0/24" }],
  ["half", { kind: "ip-range", value: "198.51.100.0-198.51.100.127" }],
  ["rest", { kind: "ip-netmask", value: "198.51.100.128/25" }],
  ["both", { kind: "static-group", members: ["half", "rest"] }],
  ["hosts", { kind: "static-group", members: ["10.0.1.10", "10.0.1.12/30"] }],
  ["loop", { kind: "static-group", members: ["half", "loop"] }],
  ["fqdn", { kind: "opaque", why: "fqdn" }],
  [
    "either",
    {
      kind: "ambiguous",
      readings: [
        { kind: "ip-netmask", value: "198.51.0.0/16" },
        { kind: "static-group", members: ["half"] },
      ],
    },
  ],
];
const SERVICES: [string, ServiceObject][] = [
  ["low", { kind: "tcp", port: "0-8050" }],
  ["high", { kind: "tcp", port: "8051-65535" }],
  ["tcp", { kind: "group", members: ["low", "high"] }],
  ["picky", { kind: "tcp", port: "443", sourcePort: "1024-65535" }],
];

const some = <T>(...values: T[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const flag = fc.integer({ min: 0, max: 5 }).map((number) => number === 0);
const zones = some("any", "untrust", "trust", "dmz");
const anyOr = <T>(values: fc.Arbitrary<T>, any: T) =>
  fc.oneof({ weight: 1, arbitrary: fc.constant(any) }, { weight: 1, arbitrary: values });

const rules: fc.Arbitrary<RulebaseRule[]> = fc
  .array(
    fc.record({
      disabled: flag,
      action: fc.constantFrom("allow", "allow", "allow", "deny", "drop"),
      ruleType: fc.constantFrom("universal", "universal", "interzone", "intrazone"),
      from: anyOr(zones, ["untrust"]),
      to: anyOr(zones, ["trust"]),
      source: anyOr(
        some(
          "office",
          "half",
          "rest",
          "both",
          "loop",
          "fqdn",
          "either",
          "198.51.100.7",
          "2001:db8::/32",
          "IT",
        ),
        ["any"],
      ),
      negateSource: flag,
      destination: anyOr(some("hosts", "10.0.1.0/24", "10.0.1.10", "2001:db8:1::10", "10.9.9.9", "gone"), [
        "any",
      ]),
      negateDestination: flag,
      application: anyOr(some("ssl", "ssh", "icmp", "ping", "web-browsing", "unheard-of"), ["any"]),
      service: anyOr(some("low", "high", "tcp", "picky", "application-default", "service-https", "gone"), [
        "any",
      ]),
      conditions: flag.map((has) => (has ? ["schedule"] : [])),
    }),
    { maxLength: 70 },
  )
  .map((all) => all.map((changes, index) => theirs(`r${index}`, changes)));

const ingress: fc.Arbitrary<Partial<SecurityGroupRule>[]> = fc.array(
  fc
    .tuple(
      fc.constantFrom<Partial<SecurityGroupRule>>(
        { cidrIpv4: "198.51.100.0/24" },
        { cidrIpv4: "198.51.100.0/25" },
        { cidrIpv4: "0.0.0.0/0" },
        { cidrIpv6: "::/0" },
      ),
      fc.constantFrom<Partial<SecurityGroupRule>>(
        { fromPort: 443, toPort: 443 },
        { fromPort: 22, toPort: 22 },
        { fromPort: 8000, toPort: 8100 },
        { ipProtocol: "-1", fromPort: -1, toPort: -1 },
        { ipProtocol: "icmp", fromPort: -1, toPort: -1 },
        { ipProtocol: "icmp", fromPort: 3, toPort: 1 },
        { ipProtocol: "udp", fromPort: 53, toPort: 53 },
      ),
    )
    .map(([source, ports]) => ({ ...source, ...ports })),
  { minLength: 1, maxLength: 6 },
);

describe("already allowed: by the index", () => {
  it("is what looking at every rule says, in one configuration and in two", () => {
    const outcomes = new Set<string>();
    const interfaces = {
      networkInterfaces: [networkInterface({ privateIpAddresses: ["10.0.1.10", "10.0.1.12"] })],
    };
    const objects = { addresses: new Map(ADDRESSES), services: new Map(SERVICES) };
    fc.assert(
      fc.property(ingress, rules, fc.option(rules), (permissions, candidate, other) => {
        const policy = policyOf(permissions, {}, interfaces);
        const rulebases = {
          candidate: rulebase(candidate, objects),
          running: structuredClone(rulebase(other ?? candidate, objects)),
        };
        const judged = alreadyAllowed(policy, rulebases, OPTIONS);
        expect(judged).to.deep.equal(scanned(policy, [rulebases.candidate, rulebases.running]));
        for (const kind of ["needed", "covered", "shadowed"] as const) {
          if (judged[kind].length > 0) outcomes.add(kind);
        }
        if (judged.covered.some(({ by }) => by.length > 1)) outcomes.add("together");
        if (judged.covered.some(({ deniedBy }) => deniedBy.length > 0)) outcomes.add("below a denial");
      }),
      { numRuns: 300 },
    );
    expect([...outcomes].sort(), "all outcomes were met").to.deep.equal([
      "below a denial",
      "covered",
      "needed",
      "shadowed",
      "together",
    ]);
  });

  it("tells apart configurations of the same rules on other objects", () => {
    const rules = [theirs("open", { source: ["office"] })];
    const [right, wrong] = ["198.51.100.0/24", "192.0.2.0/24"].map((value) =>
      rulebase(rules, { addresses: new Map([["office", { kind: "ip-netmask", value }]]) }),
    ) as [Rulebase, Rulebase];
    const policy = policyOf([{ cidrIpv4: "198.51.100.0/24" }]);
    const covered = (candidate: Rulebase, running: Rulebase) =>
      alreadyAllowed(policy, { candidate, running }, OPTIONS).covered.length;
    expect([
      covered(right, structuredClone(right)),
      covered(right, wrong),
      covered(wrong, right),
    ]).to.deep.equal([1, 0, 0]);
  });
});
