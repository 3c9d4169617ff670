import { expect } from "chai";
import type { FoundApplication } from "../../declaration/kinds/application";
import type { FoundService } from "../../declaration/kinds/service";
import { objectsIn, type PolicyObjects } from "../../declaration/objects";
import type { FoundRule } from "../../panos/policy";
import { judge, packetOf, spread } from "../../provider/revision/probe";

function rule(name: string, fields: Partial<FoundRule> = {}): FoundRule {
  return {
    name,
    description: "",
    tag: [],
    from: ["untrust"],
    to: ["trust"],
    source: ["192.0.2.0/24"],
    destination: ["10.0.0.1"],
    application: ["any"],
    service: ["svc"],
    action: "allow",
    extras: [],
    ...fields,
  };
}

function objects(...rules: FoundRule[]): PolicyObjects {
  const svc: FoundService = { name: "svc", protocol: "udp", port: "8000-8100", tag: [], description: "" };
  const gre: FoundApplication = {
    name: "gre",
    description: "",
    identifiedBy: "ip-protocol",
    number: 47,
    extras: [],
  };
  return {
    ...objectsIn(undefined),
    rules: new Map(rules.map((each) => [each.name, each])),
    services: new Map([["svc", svc]]),
    applications: new Map([["gre", gre]]),
  };
}

describe("the packet that probes a rule", () => {
  const packet = (fields: Partial<FoundRule>) => packetOf(rule("r", fields), objects());

  it("comes from the middle of its first source and goes to its first destination and port", () => {
    expect(packet({})).to.deep.equal({
      from: "untrust",
      to: "trust",
      source: "192.0.2.128",
      destination: "10.0.0.1",
      protocol: 17,
      port: 8000,
    });
  });

  it("has addresses of one family, from the internet where a source is all of it", () => {
    const both = { source: ["0.0.0.0/0", "::/0"], destination: ["10.0.0.1", "2001:db8::1"] };
    expect(packet(both)).to.include({ source: "128.0.0.0", destination: "10.0.0.1" });
    expect(packet({ ...both, destination: ["2001:db8::1"] })).to.include({
      source: "2600::1",
      destination: "2001:db8::1",
    });
    expect(packet({ source: ["192.0.2.7/32"] })).to.include({ source: "192.0.2.7" });
  });

  for (const [application, service, expected] of [
    ["ssh", "application-default", { protocol: 6, port: 22, application: "ssh" }],
    ["smtp", "svc", { protocol: 17, port: 8000, application: "smtp" }],
    ["ping", "application-default", { protocol: 1, application: "ping" }],
    ["ipv6-icmp", "application-default", { protocol: 58, application: "ipv6-icmp" }],
    ["gre", "application-default", { protocol: 47, application: "gre" }],
    ["any", "any", { protocol: 6, port: 443 }],
  ] as const) {
    it(`has what ${application} on ${service} lets in`, () => {
      const {
        protocol,
        port,
        application: named,
      } = packet({ application: [application], service: [service] })!;
      const found = {
        protocol,
        ...(port !== undefined && { port }),
        ...(named !== undefined && { application: named }),
      };
      expect(found).to.deep.equal(expected);
    });
  }

  it("is none where what the rule names is known to the firewall alone", () => {
    expect(packet({ destination: ["a-group"] })).to.equal(undefined);
    expect(packet({ source: ["2001:db8::/32"] })).to.equal(undefined);
    expect(packet({ service: ["unknown"] })).to.equal(undefined);
    expect(packet({ application: ["in-house"], service: ["application-default"] })).to.equal(undefined);
    expect(packet({ from: ["any"] })).to.equal(undefined);
    expect(packetOf(undefined, objects())).to.equal(undefined);
  });
});

describe("the answer to a probe", () => {
  const running = objects(
    rule("theirs-wide"),
    rule("theirs-deny", { action: "drop" }),
    rule("ours"),
    rule("ours-too"),
    rule("late-deny", { action: "deny" }),
    rule("cleanup", { action: "deny" }),
    rule("below"),
  );
  const order = new Map([...running.rules.keys()].map((name, index) => [name, index]));
  const verdict = (met: string | undefined, action = "") =>
    judge("ours", met === undefined ? undefined : { rule: met, action }, running, order, "cleanup");

  for (const [met, expected] of [
    ["ours", "allowed"],
    ["theirs-wide", "allowed"],
    ["ours-too", "allowed"],
    ["theirs-deny", "denied above"],
    ["late-deny", "fell through"],
    ["cleanup", "fell through"],
    ["below", "fell through"],
    ["intrazone-default", "fell through"],
    [undefined, "fell through"],
  ] as const) {
    it(`that is ${met ?? "no rule"} means: ${expected}`, () => {
      expect(verdict(met)).to.equal(expected);
    });
  }

  it("that is one of Panorama's is judged by where that stands", () => {
    const pushed = { above: new Map([["pre", ""]]), below: new Map([["post", ""]]) };
    const met = (name: string, action: string) =>
      judge("ours", { rule: name, action }, running, order, "cleanup", pushed);
    expect([met("pre", "allow"), met("pre", "deny")]).to.deep.equal(["allowed", "denied above"]);
    expect([met("post", "allow"), met("post", "deny")]).to.deep.equal(["fell through", "fell through"]);
  });

  it("that names a rule of which nobody knows where it stands is judged by its action", () => {
    expect(verdict("pushed", "allow")).to.equal("allowed");
    expect(verdict("pushed", "deny")).to.equal("denied above");
  });
});

describe("a sample", () => {
  it("is everything where that isn't too much, and else spread over it", () => {
    expect(spread([1, 2, 3], 10)).to.deep.equal([1, 2, 3]);
    const chosen = spread(
      Array.from({ length: 1000 }, (_, index) => index),
      10,
    );
    expect(chosen).to.deep.equal([0, 111, 222, 333, 444, 555, 666, 777, 888, 999]);
  });
});
