import { expect } from "chai";
import fc from "fast-check";
import { takenMembers } from "../../declaration/taken-names";
import { withFreeNames } from "../../mapping/taken-names";
import type { MappingOptions } from "../../mapping/types";
import type { Rulebase } from "../../panos/policy";
import { rulebaseFrom } from "../../panos/rulebase";
import { child, find, parseXml } from "../../panos/xml";
import { firewallConfig } from "../support/lab";
import { OPTIONS, policyOf, rulebase } from "./fixtures";

const OWN = OPTIONS.ownerId;
const HTTPS_IN = { cidrIpv4: "203.0.113.0/24" };

/** A rulebase with these objects, each in a container of the vsys or, after "shared/", of shared. */
function having(...objects: [container: string, name: string][]): Rulebase {
  const xml = (place: string) =>
    objects
      .filter(([container]) => container.startsWith("shared/") === (place === "shared"))
      .map(([container, name]) => {
        const kind = container.replace("shared/", "");
        return `<${kind}><entry name="${name}"/></${kind}>`;
      })
      .join("");
  const config = parseXml(
    firewallConfig()
      .replace("<shared/>", `<shared>${xml("shared")}</shared>`)
      .replace("<rulebase>", `${xml("vsys")}<rulebase>`),
  );
  return rulebaseFrom(find(config, "devices", "entry", "vsys", "entry"), child(config, "shared"));
}

/** What becomes of a policy beside such objects: "sources > destinations: applications on services", or why not. */
function judge(
  candidate: Rulebase,
  {
    ingress = HTTPS_IN,
    options = {},
    running = rulebase([]),
  }: {
    ingress?: Parameters<typeof policyOf>[0][number];
    options?: Partial<MappingOptions>;
    running?: Rulebase;
  } = {},
): string[] {
  const policy = withFreeNames(policyOf([ingress], options), { candidate, running }, OWN);
  for (const { rule } of policy.rules) {
    const names = [candidate, running].flatMap((each) => each.names ?? []);
    expect(takenMembers(rule, names)).to.deep.equal([]);
    expect(policy.services.map(({ name }) => name)).to.deep.equal(
      rule.service.filter((name) => name.startsWith("aws-")),
    );
  }
  return [
    ...policy.rules.map(
      ({ rule }) => `${rule.destination.join()}: ${rule.application.join()} on ${rule.service.join()}`,
    ),
    ...policy.withheld.map(({ reason }) => reason),
  ];
}

const USUAL = "10.0.1.10: ssl on application-default";

describe("names that are taken", () => {
  it("leave a policy as it is where they are not ours to say", () => {
    expect(judge(having())).to.deep.equal([USUAL]);
    const others = having(["address", "10.0.1.11"], ["application-group", "web"], ["service", "web"]);
    expect(judge(others)).to.deep.equal([USUAL]);
  });

  it("have an address written as a block, whatever the object is, and wherever", () => {
    const said = ["10.0.1.10/32: ssl on application-default"];
    for (const kind of ["address", "address-group", "external-list", "region"]) {
      for (const place of [kind, `shared/${kind}`]) {
        expect(judge(having([place, "10.0.1.10"])), place).to.deep.equal(said);
      }
    }
    expect(judge(rulebase([]), { running: having(["region", "10.0.1.10"]) })).to.deep.equal(said);
  });

  it("withhold what has no other words, and name the object", () => {
    const both = having(["address", "10.0.1.10"], ["shared/region", "10.0.1.10/32"]);
    expect(judge(both).join()).to.match(
      /is not opened: its rule would name 10\.0\.1\.10, .* address object of that name\. Rename that/,
    );
    const ping = { ...HTTPS_IN, ipProtocol: "icmp", fromPort: -1, toPort: -1 };
    expect(judge(having(["application-filter", "ping"]), { ingress: ping }).join()).to.match(
      /is not opened: .*name ping, .* application filter of that name/,
    );
    const unreachable = { ...ping, fromPort: 3 };
    expect(
      judge(having(["shared/application", `aws-${OWN}-i4-3`]), { ingress: unreachable }).join(),
    ).to.match(/the shared custom application of that name/);
    const service = { options: { ruleMode: "service" as const } };
    for (const kind of ["service-group", "shared/service", "shared/service-group"]) {
      expect(judge(having([kind, `aws-${OWN}-tcp-443`]), service).join(), kind).to.include(
        `name aws-${OWN}-tcp-443, which the firewall takes for the ${kind.replace("/", " ").replace("-", " ")}`,
      );
    }
    const dynamic = { options: { destinations: "dynamic" as const } };
    const list = having(["external-list", `aws-${OWN}-sg-0a1b2c3d`]);
    expect(judge(list, dynamic).join()).to.include(
      `name aws-${OWN}-sg-0a1b2c3d, which the firewall takes for the external dynamic list`,
    );
  });

  it("don't count objects that are where ours are: whose they are is for their marks to say", () => {
    const ours = having(["service", `aws-${OWN}-tcp-443`]);
    expect(judge(ours, { options: { ruleMode: "service" } })).to.deep.equal([
      `10.0.1.10: any on aws-${OWN}-tcp-443`,
    ]);
    const group = having(["address-group", `aws-${OWN}-sg-0a1b2c3d`]);
    expect(judge(group, { options: { destinations: "dynamic" } })).to.have.length(1);
  });

  it("have an application left to its exact service, unless the settings mean that object", () => {
    for (const kind of [
      "application",
      "application-group",
      "application-filter",
      "shared/application-group",
    ]) {
      expect(judge(having([kind, "ssl"])), kind).to.deep.equal([`10.0.1.10: any on aws-${OWN}-tcp-443`]);
    }
    const meant = { options: { applications: { "tcp/443": "our-erp" } } };
    expect(judge(having(["application-group", "our-erp"]), meant)).to.deep.equal([
      `10.0.1.10: our-erp on aws-${OWN}-tcp-443`,
    ]);
  });

  it("are told of an earlier recording's objects, too", () => {
    const { names, ...earlier } = having(["address", "10.0.1.10"]);
    expect(names).not.to.equal(undefined);
    expect(judge(earlier)).to.deep.equal(["10.0.1.10/32: ssl on application-default"]);
  });

  it("never stand in a rule, whichever they are", () => {
    const names = [
      "10.0.1.10",
      "2001:db8:1::10",
      "203.0.113.0/24",
      "ssl",
      "ssh",
      "ping",
      `aws-${OWN}-tcp-443`,
    ];
    const kinds = ["address", "address-group", "external-list", "region", "service", "service-group"].concat([
      "application",
      "application-group",
      "application-filter",
    ]);
    const object = fc.tuple(
      fc.constantFrom(...kinds, ...kinds.map((kind) => `shared/${kind}`)),
      fc.constantFrom(...names),
    );
    const sources = fc.constantFrom({ cidrIpv4: "203.0.113.0/24" }, { cidrIpv6: "::/0" });
    fc.assert(
      fc.property(fc.array(object, { maxLength: 6 }), sources, (objects, ingress) => {
        expect(judge(having(...objects), { ingress })).to.have.length(1);
      }),
    );
  });
});
