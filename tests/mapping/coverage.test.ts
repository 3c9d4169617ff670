import { expect } from "chai";
import type { SecurityGroupRule } from "../../inventory/types";
import { alreadyAllowed, coveredBy } from "../../mapping/coverage";
import type { Coverage } from "../../mapping/coverage";
import type { MappingOptions } from "../../mapping/types";
import type { Rulebase, RulebaseRule } from "../../panos/policy";
import { CLEANUP, asRead, networkInterface, policyOf, rulebase, theirs } from "./fixtures";

const OPTIONS = { enabled: true, cleanupRule: "cleanup" };

/** What ours is: TCP 443 (ssl, application-default) from one network to 10.0.1.10. */
const HTTPS: Partial<SecurityGroupRule> = { cidrIpv4: "198.51.100.0/24" };
/** TCP 8000 to 8100 (any application on our service). */
const RANGE: Partial<SecurityGroupRule> = { ...HTTPS, fromPort: 8000, toPort: 8100 };

function judge(
  ingress: Partial<SecurityGroupRule>[],
  candidate: Rulebase,
  running = candidate,
  options: Partial<MappingOptions> = {},
): Coverage {
  return alreadyAllowed(policyOf(ingress, options), { candidate, running }, OPTIONS);
}

/** In short: "covered by a with b, of which …", "needed", "needed, shadowed by d". */
function verdict(ingress: Partial<SecurityGroupRule>, ...args: Parameters<typeof rulebase>): string {
  const coverage = judge([ingress], rulebase(...args));
  expect(coverage.needed.length + coverage.covered.length).to.equal(1);
  if (coverage.covered[0]) return `covered by ${coveredBy(coverage.covered[0])}`;
  return ["needed", ...coverage.shadowed.map(({ by }) => `shadowed by ${by}`)].join(", ");
}

const addresses = (objects: [string, Parameters<Rulebase["addresses"]["set"]>[1]][]) => ({
  addresses: new Map(objects),
});
const services = (objects: [string, Parameters<Rulebase["services"]["set"]>[1]][]) => ({
  services: new Map(objects),
});

describe("already allowed: whose rules count", () => {
  it("a rule that allows everything covers everything", () => {
    for (const ingress of [
      HTTPS,
      RANGE,
      { ...HTTPS, ipProtocol: "-1", fromPort: -1, toPort: -1 },
      { ...HTTPS, ipProtocol: "icmp", fromPort: -1, toPort: -1 },
      { cidrIpv6: "::/0" },
    ]) {
      expect(verdict(ingress, [theirs("open")])).to.equal("covered by open");
    }
  });

  it("nothing is covered by an empty rulebase, or by the cleanup rule and what is below it", () => {
    expect(verdict(HTTPS, [])).to.equal("needed");
    const below = { ...rulebase([]), rules: [{ ...CLEANUP, action: "allow" }, theirs("open")] };
    expect(judge([HTTPS], below).covered).to.deep.equal([]);
  });

  it("nothing is covered where the cleanup rule is missing", () => {
    const missing = { ...rulebase([]), rules: [theirs("open")] };
    expect(judge([HTTPS], missing).covered).to.deep.equal([]);
  });

  it("disabled rules don't count, neither to allow nor to deny", () => {
    expect(verdict(HTTPS, [theirs("open", { disabled: true })])).to.equal("needed");
    const deny = theirs("deny", { disabled: true, action: "deny" });
    expect(verdict(HTTPS, [deny, theirs("open")])).to.equal("covered by open");
  });

  for (const tag of ["aws-panos-abcd1234", "aws-panos-another", "aws-panos-hold"]) {
    it(`rules with the tag ${tag} don't count`, () => {
      expect(verdict(HTTPS, [theirs("ours", { tag: ["web", tag] })])).to.equal("needed");
    });
  }

  for (const name of [
    "aws-sg-0ffff-tcp-443",
    "aws-sg-0ffff-out-all-z0123abcd",
    "aws-quarantine-abcd1234-responders",
  ]) {
    it(`${name} without a tag allows nothing for others, and denies what it denies`, () => {
      expect(verdict(HTTPS, [theirs(name)])).to.equal("needed");
      expect(verdict(HTTPS, [theirs(name, { action: "deny" })])).to.include(name);
    });
  }

  it("a rule of ours never makes itself unnecessary", () => {
    const { rules } = policyOf([HTTPS]);
    expect(verdict(HTTPS, [asRead(rules[0]!)])).to.equal("needed");
  });

  it("cover must hold in running and in candidate", () => {
    const [open, closed] = [rulebase([theirs("open")]), rulebase([])];
    expect(judge([HTTPS], open, closed).covered).to.deep.equal([]);
    expect(judge([HTTPS], closed, open).covered).to.deep.equal([]);
    expect(judge([HTTPS], open, rulebase([theirs("older")])).covered[0]?.by).to.deep.equal(["open", "older"]);
  });

  it("of a device group, pre-rules of shared and of the groups above come first, and say whose they are", () => {
    const open = theirs("open", { panorama: "all-sites" });
    const inheriting = (...inherited: RulebaseRule[]): Rulebase => ({ ...rulebase([]), inherited });
    const [covered] = judge([HTTPS], inheriting(open)).covered;
    expect(covered && coveredBy(covered)).to.equal("Panorama's rule open of device group all-sites");
    // One with a target, say, isn't on every firewall.
    expect(judge([HTTPS], inheriting({ ...open, conditions: ["target"] })).covered).to.deep.equal([]);
    expect(judge([HTTPS], inheriting(open), inheriting()).covered).to.deep.equal([]);
    const denial = theirs("deny", { panorama: "shared", action: "deny" });
    const [shadowed] = judge([HTTPS], inheriting(denial)).shadowed;
    expect(shadowed?.by).to.equal("Panorama's rule deny of Shared");
  });

  it("before post-rules, firewalls differ: cover is by what each of them has, a denial on any is told", () => {
    const open = theirs("open", { firewall: "fw1" });
    const denial = theirs("shut", { firewall: "fw2", action: "deny" });
    const post = (...each: RulebaseRule[][]): Rulebase => ({
      ...rulebase([]),
      inherited: [],
      between: each.map((rules, at) => ({ on: [`fw${at + 1}`], rules })),
    });
    const [covered] = judge(
      [HTTPS],
      post([open], [denial, { ...open, name: "wide", firewall: "fw2" }]),
    ).covered;
    expect(covered?.by).to.deep.equal(["the rule open of fw1", "the rule wide of fw2"]);
    expect(covered?.deniedBy).to.deep.equal(["the rule shut of fw2"]);
    const { needed, shadowed } = judge([HTTPS], post([open], [denial]));
    expect(needed.length).to.equal(1);
    expect(shadowed.map(({ by }) => by)).to.deep.equal(["the rule shut of fw2"]);
    expect(judge([HTTPS], post([open], [])).covered).to.deep.equal([]);
  });

  it("zones and rule types must fit", () => {
    expect(verdict(HTTPS, [theirs("r", { from: ["dmz"] })])).to.equal("needed");
    expect(verdict(HTTPS, [theirs("r", { to: ["untrust"] })])).to.equal("needed");
    expect(verdict(HTTPS, [theirs("r", { from: ["any"], to: ["dmz", "trust"] })])).to.equal("covered by r");
    expect(verdict(HTTPS, [theirs("r", { ruleType: "intrazone" })])).to.equal("needed");
    expect(verdict(HTTPS, [theirs("r", { ruleType: "interzone" })])).to.equal("covered by r");
  });

  it("a rule with further conditions matches only some of the traffic", () => {
    expect(verdict(HTTPS, [theirs("r", { conditions: ["source-user"] })])).to.equal("needed");
    const deny = theirs("d", { action: "deny", conditions: ["schedule"] });
    expect(verdict(HTTPS, [deny, theirs("open")])).to.equal(
      "covered by open, of which d above may deny a part",
    );
    expect(verdict(HTTPS, [deny])).to.equal("needed, shadowed by d");
  });
});

describe("already allowed: applications and services", () => {
  it("port 80 allowed by hand means that only 443 is added", () => {
    const byHand = theirs("allow-web", { application: ["web-browsing"], service: ["service-http"] });
    const { needed, covered } = judge([{ ...HTTPS, fromPort: 80, toPort: 80 }, HTTPS], rulebase([byHand]));
    expect(needed.map(({ rule }) => rule.name)).to.deep.equal(["aws-sg-0a1b2c3d-tcp-443"]);
    expect(covered.map(({ by }) => by)).to.deep.equal([["allow-web"]]);
  });

  it("the same application covers, another one doesn't, any does", () => {
    expect(verdict(HTTPS, [theirs("r", { application: ["ssl"] })])).to.equal("covered by r");
    expect(verdict(HTTPS, [theirs("r", { application: ["web-browsing"] })])).to.equal("needed");
    expect(verdict(RANGE, [theirs("r", { application: ["ssl"] })])).to.equal("needed");
  });

  it("application-default covers the default ports of a named application only", () => {
    const defaults = { service: ["application-default"] };
    expect(verdict(HTTPS, [theirs("r", { application: ["ssl"], ...defaults })])).to.equal("covered by r");
    expect(verdict(HTTPS, [theirs("r", defaults)])).to.equal("covered by r");
    expect(verdict(RANGE, [theirs("r", defaults)])).to.equal("needed");
    const web: Partial<SecurityGroupRule> = { ...HTTPS, fromPort: 80, toPort: 80 };
    expect(verdict(web, [theirs("r", { application: ["web-browsing"], ...defaults })])).to.equal(
      "covered by r",
    );
    const odd = { ...HTTPS, fromPort: 8443, toPort: 8443 };
    const options = { applications: { "tcp/8443": "ssl", "tcp/995": "pop3" } };
    const bare = rulebase([theirs("r", { application: ["ssl"], ...defaults })]);
    expect(judge([odd], bare, bare, options).covered).to.deep.equal([]);
    // A secure port is let in only if the firewall decrypts, which we can't know.
    const pop3 = rulebase([theirs("r", { application: ["pop3"], ...defaults })]);
    expect(judge([{ ...HTTPS, fromPort: 995, toPort: 995 }], pop3, pop3, options).covered).to.deep.equal([]);
  });

  it("several rules cover the applications of one of ours together", () => {
    const ping = { ...HTTPS, ipProtocol: "icmp", fromPort: -1, toPort: -1 };
    const rules = [
      theirs("a", { application: ["ping"], service: ["application-default"] }),
      theirs("b", { application: ["icmp"] }),
    ];
    expect(verdict(ping, rules)).to.equal("covered by b with a");
    expect(verdict(ping, rules.slice(0, 1))).to.equal("needed");
  });

  it("an application of ours is covered by any application, never by what PAN-OS would call it without ours", () => {
    const unreachable = { ...HTTPS, ipProtocol: "icmp", fromPort: 3, toPort: 1 };
    const icmp = theirs("r", { application: ["icmp", "ping"], service: ["application-default"] });
    expect(verdict(unreachable, [icmp])).to.equal("needed");
    expect(verdict(unreachable, [theirs("r")])).to.equal("covered by r");
    expect(verdict(unreachable, [theirs("r", { service: ["application-default"] })])).to.equal(
      "covered by r",
    );
    const gre = { ...HTTPS, ipProtocol: "47", fromPort: -1, toPort: -1 };
    expect(verdict(gre, [theirs("r", { application: ["gre"] })])).to.equal("needed");
    expect(verdict(gre, [theirs("r", { service: ["service-http"] })])).to.equal("needed");
  });

  it("a denial of what PAN-OS would call it without ours is taken for one of ours", () => {
    const unreachable = { ...HTTPS, ipProtocol: "icmp", fromPort: 3, toPort: 1 };
    const deny = (application: string) => theirs("block", { action: "deny", application: [application] });
    expect(verdict(unreachable, [deny("icmp")])).to.equal("needed, shadowed by block");
    expect(verdict(unreachable, [deny("ipv6-icmp")])).to.equal("needed");
    expect(verdict(unreachable, [deny("ssl")])).to.equal("needed");
  });

  it("a service object covers its protocol's ports, and no ICMP", () => {
    const tcp = (port: string) => services([["svc", { kind: "tcp", port }]]);
    const rule = theirs("r", { service: ["svc"] });
    expect(verdict(RANGE, [rule], tcp("8000-8100"))).to.equal("covered by r");
    expect(verdict(RANGE, [rule], tcp("80,7000-9000"))).to.equal("covered by r");
    expect(verdict(RANGE, [rule], tcp("8000-8050,8051-8100"))).to.equal("covered by r");
    expect(verdict(RANGE, [rule], tcp("8001-8100"))).to.equal("needed");
    expect(verdict(RANGE, [rule], tcp("8000-8099"))).to.equal("needed");
    expect(verdict(RANGE, [rule], tcp("nonsense"))).to.equal("needed");
    expect(verdict(RANGE, [rule], services([["svc", { kind: "udp", port: "0-65535" }]]))).to.equal("needed");
    expect(
      verdict({ ...HTTPS, ipProtocol: "icmp", fromPort: 8, toPort: -1 }, [rule], tcp("0-65535")),
    ).to.equal("needed");
    const all = { ...HTTPS, ipProtocol: "-1", fromPort: -1, toPort: -1 };
    expect(verdict(all, [rule], tcp("0-65535"))).to.equal("needed");
  });

  it("service groups are resolved; unknown services and those with source ports cover nothing", () => {
    const objects = services([
      ["low", { kind: "tcp", port: "8000-8050" }],
      ["high", { kind: "tcp", port: "8051-8100" }],
      ["both", { kind: "group", members: ["low", "high"] }],
      ["loop", { kind: "group", members: ["loop"] }],
      ["picky", { kind: "tcp", port: "8000-8100", sourcePort: "1024-65535" }],
      ["sctp", { kind: "opaque", why: "sctp" }],
    ]);
    expect(verdict(RANGE, [theirs("r", { service: ["both"] })], objects)).to.equal("covered by r");
    expect(verdict(RANGE, [theirs("r", { service: ["low"] })], objects)).to.equal("needed");
    for (const name of ["loop", "picky", "sctp", "gone"]) {
      expect(verdict(RANGE, [theirs("r", { service: [name] })], objects), name).to.equal("needed");
      const deny = theirs("d", { service: [name], action: "drop" });
      expect(verdict(RANGE, [deny], objects), name).to.equal("needed, shadowed by d");
    }
  });
});

describe("already allowed: addresses", () => {
  const from = (...source: string[]) => theirs("r", { source });
  const to = (...destination: string[]) => theirs("r", { destination });

  it("every source and every destination must be covered", () => {
    expect(verdict(HTTPS, [from("198.51.100.0/24")])).to.equal("covered by r");
    expect(verdict(HTTPS, [from("198.51.0.0/16")])).to.equal("covered by r");
    expect(verdict(HTTPS, [from("198.51.100.0/25")])).to.equal("needed");
    expect(verdict(HTTPS, [from("198.51.100.0/25", "198.51.100.128/25")])).to.equal("covered by r");
    expect(verdict(HTTPS, [from("198.51.100.1-198.51.100.255")])).to.equal("needed");
    expect(verdict(HTTPS, [from("198.51.100.0-198.51.100.255")])).to.equal("covered by r");
    expect(verdict(HTTPS, [to("10.0.1.10")])).to.equal("covered by r");
    expect(verdict(HTTPS, [to("10.0.1.11")])).to.equal("needed");
    expect(verdict(HTTPS, [to("10.0.0.5/8")])).to.equal("covered by r");
  });

  it("each family must be covered by itself", () => {
    const both = judge([{ cidrIpv4: "0.0.0.0/0" }, { cidrIpv6: "::/0" }], rulebase([from("0.0.0.0/0")]));
    expect(both.covered).to.deep.equal([]);
    const together = judge(
      [{ cidrIpv4: "0.0.0.0/0" }, { cidrIpv6: "::/0" }],
      rulebase([from("0.0.0.0/0", "::/0")]),
    );
    expect(together.covered).to.have.length(1);
  });

  it("several rules may cover it together, exactly", () => {
    const halves = [
      theirs("a", { source: ["198.51.100.0/25"] }),
      theirs("b", { source: ["198.51.100.128/25"], destination: ["10.0.1.0/24"] }),
      theirs("unrelated", { source: ["9.9.9.9"] }),
    ];
    expect(verdict(HTTPS, halves)).to.equal("covered by a with b");
    expect(verdict(HTTPS, halves.slice(1))).to.equal("needed");
  });

  it("objects and groups are resolved, an object hiding an address of the same name", () => {
    const objects = addresses([
      ["office", { kind: "ip-netmask", value: "198.51.100.0/24" }],
      ["host", { kind: "ip-netmask", value: "10.0.1.10" }],
      ["span", { kind: "ip-range", value: "198.51.100.0-198.51.100.255" }],
      ["all", { kind: "static-group", members: ["office", "inner"] }],
      ["inner", { kind: "static-group", members: ["host"] }],
      ["198.51.0.0/16", { kind: "ip-netmask", value: "192.0.2.1" }],
    ]);
    expect(verdict(HTTPS, [theirs("r", { source: ["office"], destination: ["inner"] })], objects)).to.equal(
      "covered by r",
    );
    expect(verdict(HTTPS, [from("all")], objects)).to.equal("covered by r");
    expect(verdict(HTTPS, [from("span")], objects)).to.equal("covered by r");
    expect(verdict(HTTPS, [from("host")], objects)).to.equal("needed");
    expect(verdict(HTTPS, [from("198.51.0.0/16")], objects)).to.equal("needed");
  });

  it("what can't be known covers nothing, but may be what a denial means", () => {
    const objects = addresses([
      ["fqdn", { kind: "opaque", why: "fqdn" }],
      ["office", { kind: "ip-netmask", value: "198.51.100.0/24" }],
      ["mixed", { kind: "static-group", members: ["office", "fqdn"] }],
      ["loop", { kind: "static-group", members: ["loop"] }],
      ["bad", { kind: "ip-netmask", value: "not an address" }],
    ]);
    for (const name of ["fqdn", "loop", "bad", "US", "a-b"]) {
      expect(verdict(HTTPS, [from(name)], objects), name).to.equal("needed");
      const deny = theirs("d", { source: [name], action: "deny" });
      expect(verdict(HTTPS, [deny], objects), name).to.equal("needed, shadowed by d");
    }
    expect(verdict(HTTPS, [from("mixed")], objects)).to.equal("covered by r");
  });

  it("negated addresses are what is left, in the families that they name", () => {
    const not = (source: string[], changes: Partial<RulebaseRule> = {}) =>
      theirs("r", { source, negateSource: true, ...changes });
    expect(verdict(HTTPS, [not(["10.0.0.0/8"])])).to.equal("covered by r");
    expect(verdict(HTTPS, [not(["198.51.100.9"])])).to.equal("needed");
    expect(verdict({ cidrIpv6: "::/0" }, [not(["10.0.0.0/8"])])).to.equal("needed");
    const objects = addresses([["fqdn", { kind: "opaque", why: "fqdn" }]]);
    expect(verdict(HTTPS, [not(["fqdn"])], objects)).to.equal("needed");
    const deny = not(["198.51.100.0/24"], { name: "d", action: "deny" });
    expect(verdict(HTTPS, [deny, theirs("r")])).to.equal("covered by r");
    expect(verdict(HTTPS, [theirs("r", { destination: ["10.9.0.0/16"], negateDestination: true })])).to.equal(
      "covered by r",
    );
  });
});

describe("already allowed: denials", () => {
  for (const action of ["deny", "drop", "reset-client", "reset-server", "reset-both"]) {
    it(`a ${action} above shadows ours; above an allow of the same it is named, and ours would never be reached`, () => {
      const deny = theirs("block", { action, source: ["198.51.100.66"] });
      expect(verdict(HTTPS, [deny, theirs("open")])).to.equal(
        "covered by open, of which block above may deny a part",
      );
      expect(verdict(HTTPS, [deny])).to.equal("needed, shadowed by block");
    });
  }

  it("a denial below what covers ours changes nothing", () => {
    const deny = theirs("block", { action: "deny" });
    expect(verdict(HTTPS, [theirs("open"), deny])).to.equal("covered by open");
    const half = theirs("half", { source: ["198.51.100.0/25"] });
    expect(verdict(HTTPS, [half, deny])).to.equal("needed, shadowed by block");
    const other = theirs("block", { action: "deny", source: ["198.51.100.0/25"] });
    expect(verdict(HTTPS, [half, other])).to.equal("needed");
  });

  it("a denial of something else changes nothing", () => {
    for (const changes of [
      { source: ["9.0.0.0/8"] },
      { destination: ["10.0.1.11"] },
      { service: ["service-http"] },
      { application: ["ssh", "dns"] },
      { from: ["dmz"] },
      { ruleType: "intrazone" as const },
    ]) {
      const deny = theirs("block", { action: "deny", ...changes });
      expect(verdict(HTTPS, [deny]), JSON.stringify(changes)).to.equal("needed");
    }
  });

  it("a denial of an application meets what goes by any application, or by an unknown name", () => {
    const deny = (application: string) => theirs("block", { action: "deny", application: [application] });
    expect(verdict(RANGE, [deny("ssh")])).to.equal("needed, shadowed by block");
    expect(verdict(HTTPS, [deny("ssh")])).to.equal("needed");
    expect(verdict(HTTPS, [deny("bad-apps")])).to.equal("needed, shadowed by block");
  });

  it("a denial below a rule of ours that somebody moved up doesn't shadow it", () => {
    const { rules } = policyOf([HTTPS]);
    const [ours, deny] = [asRead(rules[0]!), theirs("block", { action: "deny" })];
    expect(verdict(HTTPS, [ours, deny])).to.equal("needed");
    expect(verdict(HTTPS, [deny, ours])).to.equal("needed, shadowed by block");
  });

  it("a denial below a rule of ours that lets in part of what it denies is named", () => {
    const { rules } = policyOf([HTTPS]);
    const [ours, deny] = [asRead(rules[0]!), theirs("block", { action: "deny" })];
    const ahead = (...args: Parameters<typeof rulebase>) =>
      judge([HTTPS], rulebase(...args)).ahead.map(({ rule, of }) => [rule.rule.name, of]);
    expect(ahead([ours, deny])).to.deep.equal([[ours.name, "block"]]);
    expect(ahead([deny, ours])).to.deep.equal([]);
    expect(ahead([deny])).to.deep.equal([]);
    expect(ahead([ours, { ...deny, disabled: true }])).to.deep.equal([]);
    // What has nothing of it, or of what is left of it, is no matter.
    expect(ahead([ours, theirs("block", { action: "deny", source: ["192.0.2.1"] })])).to.deep.equal([]);
    expect(ahead([ours, { ...deny, tag: ["aws-panos-other123"] }])).to.deep.equal([]);
  });

  it("the cleanup rule itself shadows nothing", () => {
    expect(judge([HTTPS], rulebase([])).shadowed).to.deep.equal([]);
  });

  it("is named once, though it stands in running and in candidate", () => {
    const both = rulebase([theirs("block", { action: "deny" })]);
    const { shadowed } = judge([{ ...HTTPS, ipProtocol: "icmp", fromPort: -1, toPort: -1 }], both);
    expect(shadowed.map(({ by }) => by)).to.deep.equal(["block"]);
  });
});

describe("already allowed: combinations", () => {
  it("agree with trying every packet", () => {
    // Four sources, two destinations and three ports are few enough to try them all, by first match.
    const sources = ["198.51.100.0/26", "198.51.100.64/26", "198.51.100.128/26", "198.51.100.192/26"];
    const destinations = ["10.0.1.10", "10.0.1.99"];
    const ports = ["8000-8033", "8034-8066", "8067-8100"];
    const objects = services(ports.map((port) => [port, { kind: "tcp", port }]));
    const packets = sources.flatMap((source) =>
      destinations.flatMap((destination) => ports.map((port) => [source, destination, port] as const)),
    );
    const subsets = <T>(all: T[], bits: number) => all.filter((_, index) => (bits >> index) & 1);
    const ours = policyOf(
      [RANGE],
      {},
      {
        networkInterfaces: [networkInterface({ privateIpAddresses: destinations })],
      },
    );
    let seed = 20240607;
    const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % below;
    const outcomes = new Set<string>();
    for (let round = 0; round < 1500; round++) {
      const rules = Array.from({ length: 1 + random(9) }, (_, index) =>
        theirs(`r${index}`, {
          action: random(5) === 0 ? "deny" : "allow",
          source: subsets(sources, 1 + random(15)),
          destination: subsets(destinations, 1 + random(3)),
          service: subsets(ports, 1 + random(7)),
        }),
      );
      const fate = (source: string, destination: string, port: string, among = rules) =>
        among.find(
          (rule) =>
            rule.source.includes(source) &&
            rule.destination.includes(destination) &&
            rule.service.includes(port),
        )?.action;
      const fates = packets.map((packet) => fate(...packet));
      // Ours would stand below all of them: it is reached by what no allow takes, denials or not.
      const allowed = (source: string, destination: string, port: string) =>
        fate(
          source,
          destination,
          port,
          rules.filter(({ action }) => action === "allow"),
        ) !== undefined;
      const isReached = packets.some((packet) => !allowed(...packet));
      const isDenied = fates.includes("deny");
      const both = rulebase(rules, objects);
      const { covered, shadowed } = alreadyAllowed(ours, { candidate: both, running: both }, OPTIONS);
      expect(covered.length === 1, JSON.stringify(rules)).to.equal(!isReached);
      const named = isReached ? shadowed.length : covered[0]!.deniedBy.length;
      expect(named > 0, JSON.stringify(rules)).to.equal(isDenied);
      outcomes.add(`${isReached} ${isDenied}`);
    }
    expect(outcomes.size, "all outcomes were met").to.equal(4);
  });

  it("are all needed where nothing is to be left out", () => {
    const both = rulebase([theirs("open")]);
    const policy = policyOf([HTTPS]);
    const judged = (enabled: boolean) =>
      alreadyAllowed(policy, { candidate: both, running: both }, { ...OPTIONS, enabled });
    expect(judged(true).covered).to.have.length(1);
    expect(judged(false)).to.deep.include({ needed: policy.rules, covered: [] });
  });

  it("keep thousands of rules apart among hundreds of others", () => {
    const ingress = Array.from({ length: 2000 }, (_, index) => ({
      ...HTTPS,
      fromPort: index,
      toPort: index + 1,
    }));
    const others = Array.from({ length: 200 }, (_, index) =>
      theirs(`r${index}`, { source: [`9.9.${index}.0/24`, "203.0.113.0/24"], service: ["service-http"] }),
    );
    const { needed, covered } = judge(ingress, rulebase(others));
    expect([needed.length, covered.length]).to.deep.equal([2000, 0]);
  });
});
