import { expect } from "chai";
import type { Inventory, SecurityGroupRule } from "../../inventory/types";
import { mapWithin, NO_GUARDRAILS, type GuardedPolicy, type Guardrails } from "../../mapping/guardrails";
import { parseAddress, parseCidr } from "../../lib/net/cidr";
import { throughNat } from "../../mapping/nat";
import { addressesOfInterfaces } from "../../mapping/routing";
import type { MappingOptions, Policy } from "../../mapping/types";
import type { NatRule, Rulebase } from "../../panos/policy";
import { rulebaseFrom } from "../../panos/rulebase";
import { parseXml } from "../../panos/xml";
import { account } from "../support/account";
import { randomOf, type Random } from "./oracle/random";

const OPTIONS: MappingOptions = {
  firewall: { instanceIds: [], networkInterfaceIds: ["eni-0f"], vpcEndpointIds: [] },
  ownerId: "test1234",
  untrustZone: "untrust",
  trustZone: "trust",
  ruleMode: "application",
  destinations: "addresses",
  applications: {},
};

/** The small account, its instances at 10.20.1.10, 10.20.1.11 …, with these ports open to 203.0.113.0/24. */
function accountOf(ports: readonly (readonly [group: number, from: number, to?: number])[]): Inventory {
  const inventory = account(ports.map(([group, port]) => ({ group, port })));
  inventory.networkInterfaces.forEach((each) => {
    const group = Number(/\d+$/.exec(each.securityGroupIds[0] ?? "")?.[0] ?? NaN);
    if (!Number.isNaN(group)) each.privateIpAddresses = [instance(group)];
  });
  for (const group of inventory.securityGroups) {
    for (const rule of group.ingress ?? []) {
      const wide = ports.find(([, from, to]) => to !== undefined && from === rule.fromPort);
      if (wide?.[2] !== undefined) (rule as { toPort: number }).toPort = wide[2];
    }
  }
  return inventory;
}

const instance = (group: number) => `10.20.1.${10 + group}`;

/** A NAT rule as the device has it. */
function natEntry(name: string, fields: Partial<Record<string, string>>): string {
  const { from = "untrust", to = "untrust", source = "any", destination = "192.0.2.10", ...rest } = fields;
  const { service = "any", address, port, more = "" } = rest;
  const list = (field: string, value: string) => `<${field}><member>${value}</member></${field}>`;
  const translation =
    address &&
    `<destination-translation><translated-address>${address}</translated-address>${port ? `<translated-port>${port}</translated-port>` : ""}</destination-translation>`;
  return (
    `<entry name="${name}">${list("from", from)}${list("to", to)}${list("source", source)}${list("destination", destination)}` +
    `<service>${service}</service>${translation ?? ""}${more}</entry>`
  );
}

function rulebaseWith(entries: readonly string[], objects = ""): Rulebase {
  return rulebaseFrom(
    parseXml(
      `<entry>${objects}<rulebase><security><rules/></security><nat><rules>${entries.join("")}</rules></nat></rulebase></entry>`,
    ),
    undefined,
  );
}

function mapped(
  inventory: Inventory,
  candidate: Rulebase,
  more: Partial<MappingOptions> = {},
  running = candidate,
  guardrails: Guardrails = NO_GUARDRAILS,
): GuardedPolicy {
  const options = { ...OPTIONS, ...more };
  const policy = mapWithin(inventory, options, guardrails);
  const inside = addressesOfInterfaces(inventory, policy.protectedInterfaces);
  return throughNat(policy, { candidate, running }, options, inside, guardrails);
}

const shown = ({ rules }: Policy) =>
  Object.fromEntries(rules.map(({ rule }) => [rule.name.replace(/^aws-/, ""), rule.destination]));
const words = ({ warnings, withheld }: Policy) =>
  [...warnings, ...withheld.map(({ reason }) => reason)].join("\n");
const HTTPS = natEntry("in-web", { address: instance(0), service: "service-https" });
const NAT = { destinationAddress: "nat" } as const;

describe("destination NAT of the firewall", () => {
  it("has the address before translation in rules whose address and port it surely is", () => {
    const policy = mapped(
      accountOf([
        [0, 443],
        [0, 22],
      ]),
      rulebaseWith([HTTPS]),
    );
    expect(shown(policy)).to.deep.equal({
      "sg-0a0000-tcp-443": [instance(0), "192.0.2.10"],
      "sg-0a0000-tcp-22": [instance(0)],
    });
    expect(words(policy)).to.include("NAT rule in-web").and.to.include("aws-sg-0a0000-tcp-22");
    expect(words(policy)).not.to.include("aws-sg-0a0000-tcp-443");
  });

  it("is what rules name with destinationAddress nat, the port before translation too", () => {
    const nat = [
      HTTPS,
      natEntry("in-alt", { address: instance(1), port: "443", service: "alt", destination: "192.0.2.11" }),
    ];
    const service =
      "<service><entry name='alt'><protocol><tcp><port>8443</port></tcp></protocol></entry></service>";
    const policy = mapped(
      accountOf([
        [0, 443],
        [0, 22],
        [1, 443],
      ]),
      rulebaseWith(nat, service),
      NAT,
    );
    expect(shown(policy)).to.deep.equal({
      "sg-0a0000-tcp-443": ["192.0.2.10"],
      "sg-0a0001-tcp-443": ["192.0.2.11"],
    });
    const moved = policy.rules.find(({ rule }) => rule.name.startsWith("aws-sg-0a0001"))!.rule;
    expect([moved.application, moved.service]).to.deep.equal([["ssl"], ["aws-test1234-tcp-8443"]]);
    expect(policy.services.map(({ name }) => name)).to.include("aws-test1234-tcp-8443");
    expect(words(policy)).to.match(/22, is not opened: .*no NAT rule of the firewall surely translates it/);
  });

  describe("beside guardrails", () => {
    const neverOpen = (...ports: number[]) => ({
      ...NO_GUARDRAILS,
      neverOpen: ports.map((port) => ({
        text: `tcp/${port}`,
        traffic: { protocol: "tcp" as const, fromPort: port, toPort: port },
      })),
    });
    const service =
      "<service><entry name='alt'><protocol><tcp><port>8443</port></tcp></protocol></entry></service>";
    const toSsh = natEntry("in-ssh", { address: instance(0), port: "22", service: "alt" });
    const withPublic = () => {
      const inventory = accountOf([[0, 8443]]);
      inventory.networkInterfaces.forEach((each) => {
        each.publicIps = [{ privateIpAddress: each.privateIpAddresses[0]!, publicIp: "192.0.2.10" }];
      });
      return inventory;
    };
    const PUBLIC = { destinationAddress: "public" } as const;

    it("opens nothing that NAT takes to a port which is never opened", () => {
      const candidate = rulebaseWith([toSsh], service);
      const free = mapped(withPublic(), candidate, PUBLIC, candidate, neverOpen(3389));
      expect(shown(free)).to.deep.equal({ "sg-0a0000-tcp-8443": ["192.0.2.10"] });
      const policy = mapped(withPublic(), candidate, PUBLIC, candidate, neverOpen(22));
      expect(shown(policy)).to.deep.equal({});
      expect(words(policy)).to.match(
        /8443, is not opened: .*NAT rule in-ssh may take it to tcp\/22.*guardrails\.neverOpen has tcp\/22/,
      );
      expect(policy.guarded).to.have.length(1);
      // Only the running configuration still has it.
      const running = mapped(withPublic(), rulebaseWith([]), PUBLIC, candidate, neverOpen(22));
      expect(shown(running)).to.deep.equal({});
    });

    it("judges sources by the port after translation as well", () => {
      const wide = { text: "tcp/22", traffic: { protocol: "tcp" as const, fromPort: 22, toPort: 22 } };
      const limit = (IPv4: number) => ({ ...NO_GUARDRAILS, widestSource: [{ ...wide, IPv4, IPv6: 0 }] });
      const candidate = rulebaseWith([toSsh], service);
      expect(shown(mapped(withPublic(), candidate, PUBLIC, candidate, limit(24)))).to.have.property(
        "sg-0a0000-tcp-8443",
      );
      expect(shown(mapped(withPublic(), candidate, PUBLIC, candidate, limit(25)))).to.deep.equal({});
    });

    it("opens no port before translation that is never opened", () => {
      const candidate = rulebaseWith(
        [natEntry("in-web", { address: instance(0), port: "443", service: "alt" })],
        service,
      );
      const at = (port: number) => mapped(accountOf([[0, 443]]), candidate, NAT, candidate, neverOpen(port));
      expect(shown(at(22))).to.deep.equal({ "sg-0a0000-tcp-443": ["192.0.2.10"] });
      expect(shown(at(8443))).to.deep.equal({});
      expect(words(at(8443))).to.include("guardrails.neverOpen has tcp/8443");
    });
  });

  describe("over IPv6 (NPTv6, NAT64)", () => {
    const six = () => {
      const inventory = accountOf([[0, 443]]);
      inventory.networkInterfaces.forEach((each, index) => {
        each.ipv6Addresses = [`2001:db8:1::${10 + index}`];
      });
      inventory.vpcs.forEach((each) => (each.ipv6CidrBlocks = ["2001:db8:1::/56"]));
      inventory.routeTables[0]!.routes.push({
        destinationIpv6CidrBlock: "::/0",
        networkInterfaceId: "eni-0f",
      });
      inventory.securityGroups[0]!.ingress.push({
        ...{ id: "sgr-6", ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv6: "2001:db8:f::/48" },
      });
      return inventory;
    };
    const nptv6 = (fields: Partial<Record<string, string>>, type = "nptv6") =>
      natEntry("six", { ...fields, more: `<nat-type>${type}</nat-type>${fields["more"] ?? ""}` });
    const address = () =>
      six().networkInterfaces.find(({ privateIpAddresses: [own] }) => own === instance(0))!.ipv6Addresses[0]!;

    for (const more of [{}, { destinationAddress: "public" as const }]) {
      it(`leaves out what it may take elsewhere ${JSON.stringify(more)}`, () => {
        const taking = nptv6({ destination: "2001:db8:1::/64", address: "2001:db8:9::/64", to: "any" });
        const policy = mapped(six(), rulebaseWith([taking]), more);
        expect(JSON.stringify(shown(policy))).not.to.include(address());
        expect(words(policy)).to.match(
          /NAT rule six may take packets to (its instances|2001:db8:1::\d+) elsewhere/,
        );
      });
    }

    it("says which rules match nothing of what it translates to their instances", () => {
      const into = nptv6({ destination: "2001:db8:9::/64", address: "2001:db8:1::/64" });
      const back = nptv6({
        source: "2001:db8:1::/64",
        destination: "any",
        from: "trust",
        more: "<source-translation><static-ip><translated-address>2001:db8:9::/64</translated-address><bi-directional>yes</bi-directional></static-ip></source-translation>",
      });
      for (const entry of [into, back]) {
        const policy = mapped(six(), rulebaseWith([entry]));
        expect(JSON.stringify(shown(policy))).to.include(address());
        expect(words(policy)).to.match(/NAT rule six translates to instances of these rules.*tcp-443/);
      }
    });

    it("has no say over IPv4, nor NAT of IPv4 over IPv6", () => {
      const any = nptv6({ destination: "any", address: "2001:db8:9::/64", to: "any" });
      expect(Object.values(shown(mapped(six(), rulebaseWith([any]))))).to.deep.equal([[instance(0)]]);
      const four = natEntry("four", { destination: "any", address: "198.51.100.1", to: "any" });
      expect(Object.values(shown(mapped(six(), rulebaseWith([four]))))).to.deep.equal([[address()]]);
    });
  });

  const web = accountOf([[0, 443]]);
  for (const [what, entries, objects] of [
    ["another port", [natEntry("n", { address: instance(0), port: "8443", service: "service-https" })], ""],
    ["some sources", [natEntry("n", { address: instance(0), source: "203.0.113.0/25" })], ""],
    ["another zone", [natEntry("n", { address: instance(0), from: "dmz" })], ""],
    ["an interface", [natEntry("n", { address: instance(0), more: "<to-interface>e</to-interface>" })], ""],
    ["what no list names", [natEntry("n", { address: instance(0), more: "<moon>full</moon>" })], ""],
    ["any address", [natEntry("n", { address: instance(0), destination: "any" })], ""],
    [
      "an address behind the firewall",
      [natEntry("n", { address: instance(0), destination: instance(0) })],
      "",
    ],
    [
      "an FQDN",
      [natEntry("n", { address: "host" })],
      "<address><entry name='host'><fqdn>a.example</fqdn></entry></address>",
    ],
    [
      "one of several addresses",
      [
        natEntry("n", {
          more: `<dynamic-destination-translation><translated-address>pool</translated-address></dynamic-destination-translation>`,
        }),
      ],
      `<address><entry name='pool'><ip-range>${instance(0)}-${instance(3)}</ip-range></entry></address>`,
    ],
    [
      "what an earlier rule may take",
      [
        natEntry("first", { source: "203.0.113.7", address: "10.9.9.9" }),
        natEntry("n", { address: instance(0) }),
      ],
      "",
    ],
    ["what an earlier rule exempts", [natEntry("none", {}), natEntry("n", { address: instance(0) })], ""],
  ] as const) {
    it(`is named by no rule where it is only surely so for ${what}`, () => {
      for (const more of [{}, NAT]) {
        const named = Object.values(shown(mapped(web, rulebaseWith(entries, objects), more))).flat();
        expect(named.filter((text) => text !== instance(0))).to.deep.equal([]);
      }
    });
  }

  it("is named where only one configuration has it by no rule, and disabled ones are none", () => {
    const off = rulebaseWith([HTTPS.replace("</entry>", "<disabled>yes</disabled></entry>")]);
    for (const [candidate, running] of [
      [rulebaseWith([HTTPS]), rulebaseWith([])],
      [rulebaseWith([]), rulebaseWith([HTTPS])],
      [off, off],
    ] as const) {
      expect(shown(mapped(web, candidate, {}, running))).to.deep.equal({
        "sg-0a0000-tcp-443": [instance(0)],
      });
    }
  });

  it("may be one to one, and the other side of a static source translation", () => {
    const range = natEntry("range", {
      destination: "192.0.2.10-192.0.2.13",
      address: `${instance(0)}-${instance(3)}`,
    });
    const both = natEntry("both", {
      from: "trust",
      source: instance(1),
      destination: "any",
      more: "<source-translation><static-ip><translated-address>192.0.2.99</translated-address><bi-directional>yes</bi-directional></static-ip></source-translation>",
    });
    const ports = [
      [0, 443],
      [1, 443],
    ] as const;
    expect(shown(mapped(accountOf(ports), rulebaseWith([range])))).to.deep.equal({
      "sg-0a0000-tcp-443": [instance(0), "192.0.2.10"],
      "sg-0a0001-tcp-443": [instance(1), "192.0.2.11"],
    });
    expect(shown(mapped(accountOf(ports), rulebaseWith([both])))).to.deep.equal({
      "sg-0a0000-tcp-443": [instance(0)],
      "sg-0a0001-tcp-443": [instance(1), "192.0.2.99"],
    });
  });

  it("leaves out an address whose packets a NAT rule may take elsewhere", () => {
    const elsewhere = natEntry("turn", { destination: instance(0), to: "trust", address: "10.20.9.9" });
    const policy = mapped(web, rulebaseWith([elsewhere]));
    expect(policy.rules).to.deep.equal([]);
    expect(words(policy)).to.include("NAT rule turn may take packets");
  });

  it("to an instance that a tag isolates is told, because what denies traffic to it doesn't match that", () => {
    const inventory = accountOf([[0, 443]]);
    for (const each of inventory.instances) each.tags = { SecurityStatus: "IR" };
    const quarantine = { tags: { SecurityStatus: ["IR"] }, deny: true, responders: [] };
    expect(words(mapped(inventory, rulebaseWith([HTTPS]), { quarantine }))).to.include(
      "NAT rules in-web may translate to isolated instances",
    );
    expect(words(mapped(inventory, rulebaseWith([]), { quarantine }))).not.to.include("NAT rules");
  });

  it("never makes a rule let in what no security group does, whatever the NAT rules", () => {
    for (let round = 0; round < 400; round++) checkRandom(randomOf(97, round), round);
  });
});

/** Random NAT rules and permissions of few addresses and ports, and every packet of them. */
function checkRandom(random: Random, round: number): void {
  const groups = 3;
  const ports = [80, 81, 443];
  const inventory = accountOf(
    Array.from({ length: groups }, (_, group) => {
      const from = random.pick(ports);
      return [group, from, random.oneIn(3) ? Math.max(from, random.pick(ports)) : from] as const;
    }),
  );
  const outside = ["192.0.2.10", "192.0.2.11", "192.0.2.12"];
  const near = Array.from({ length: groups }, (_, group) => instance(group));
  const addresses = [...outside, ...near, "10.20.9.9"];
  const service = () => random.pick(["any", "service-https", "p80", "p80s"]);
  const entries = Array.from({ length: 1 + random.below(4) }, (_, index) =>
    natEntry(`n${index}`, {
      from: random.pick(["untrust", "any", "trust"]),
      to: random.pick(["untrust", "any", "trust"]),
      source: random.pick(["any", "203.0.113.0/24", "203.0.113.7"]),
      destination: random.pick([...outside, ...outside, ...near, "any", "192.0.2.10-192.0.2.12"]),
      service: service(),
      ...(random.oneIn(5)
        ? {}
        : { address: random.pick([...near, ...near, "10.20.9.9", `${near[0]}-${near[2]}`]) }),
      ...(random.oneIn(3) ? { port: String(random.pick(ports)) } : {}),
    }),
  );
  const tcp = (port: string) => `<protocol><tcp><port>${port}</port></tcp></protocol>`;
  const services = `<service><entry name="p80">${tcp("80")}</entry><entry name="p80s">${tcp("80-81")}</entry></service>`;
  const rulebase = rulebaseWith(entries, services);
  const policy = mapped(inventory, rulebase, {
    ruleMode: "service",
    ...(random.oneIn(2) ? NAT : {}),
  });
  const zoneOf = (address: string) => (address.startsWith("10.20.") ? "trust" : "untrust");
  for (const source of ["203.0.113.7", "203.0.113.8"]) {
    for (const destination of addresses) {
      for (const port of ports) {
        const seen = { source, destination, port };
        const arrived = translated(seen, rulebase.nat ?? [], zoneOf, addresses);
        const isLetIn = policy.rules.some(
          ({ rule }) =>
            zoneOf(arrived.destination) === rule.to[0] &&
            rule.source.some((text) => holds(text, source)) &&
            rule.destination.some((text) => holds(text, destination)) &&
            rule.service.some((name) => isIn(name.replace(/^aws-test1234-tcp-/, ""), port)),
        );
        if (!isLetIn) continue;
        const text = `round ${round}: ${JSON.stringify(seen)} becomes ${JSON.stringify(arrived)}\n${entries.join("\n")}`;
        expect(permits(inventory, arrived), text).to.equal(true);
      }
    }
  }
}

interface Packet {
  source: string;
  destination: string;
  port: number;
}

/** What a firewall makes of a packet: the first rule that matches translates. Of a pool, the first address. */
function translated(
  packet: Packet,
  rules: readonly NatRule[],
  zoneOf: (address: string) => string,
  known: readonly string[],
): Packet {
  const named: Record<string, string> = { any: "0-65535", "service-https": "443", p80: "80", p80s: "80-81" };
  for (const rule of rules) {
    const matches =
      (rule.from.includes("any") || rule.from.includes("untrust")) &&
      (rule.to.includes("any") || rule.to.includes(zoneOf(packet.destination))) &&
      rule.source.some((text) => holds(text, packet.source)) &&
      rule.destination.some((text) => holds(text, packet.destination)) &&
      isIn(named[rule.service] ?? "", packet.port);
    if (!matches) continue;
    const { translation } = rule;
    if (translation === undefined) return packet;
    const pool = known.filter((address) => holds(translation.address, address));
    const from = known.filter((address) => rule.destination.some((text) => holds(text, address)));
    const isOneToOne = pool.length > 1 && rule.destination[0] === "192.0.2.10-192.0.2.12";
    const at = isOneToOne ? from.indexOf(packet.destination) : 0;
    return {
      source: packet.source,
      destination: pool[at] ?? translation.address,
      port: Number(translation.port ?? packet.port),
    };
  }
  return packet;
}

function holds(text: string, address: string): boolean {
  if (text === "any") return true;
  const value = parseAddress(address)!.value;
  const [first, last = first] = text.split("-").map((each) => parseAddress(each)?.value);
  if (first !== undefined && last !== undefined) return first <= value && value <= last;
  const cidr = parseCidr(text)!;
  return cidr.first <= value && value <= cidr.last;
}

function isIn(range: string, port: number): boolean {
  const [first, last = first] = range.split("-").map(Number);
  return first! <= port && port <= last!;
}

function permits(inventory: Inventory, { source, destination, port }: Packet): boolean {
  const carrier = inventory.networkInterfaces.find(({ privateIpAddresses }) =>
    privateIpAddresses.includes(destination),
  );
  const fits = ({ fromPort, toPort, cidrIpv4 = "" }: SecurityGroupRule) =>
    fromPort <= port && port <= toPort && holds(cidrIpv4, source);
  return inventory.securityGroups.some(
    ({ id, ingress = [] }) => carrier?.securityGroupIds.includes(id) === true && ingress.some(fits),
  );
}
