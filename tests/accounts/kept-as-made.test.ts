import { expect } from "chai";
import { NO_CONTENT } from "../../declaration/declaration";
import { quarantineRuleName, ruleName } from "../../declaration/names";
import { objectsIn, type PolicyObjects } from "../../declaration/objects";
import type { Inventory } from "../../inventory/types";
import { NO_GUARDRAILS } from "../../mapping/guardrails";
import type { MappingOptions } from "../../mapping/types";
import type { SecurityRule } from "../../panos/policy";
import { rulebaseFrom } from "../../panos/rulebase";
import { uncertainRules } from "../../plan/uncertain/rules";
import { keptOf } from "../../plan/unread";
import type { FirewallSettings } from "../../settings/types";
import { MAPPING } from "../support/account";

const { ownerId: OWNER } = MAPPING;
const [HUB, SHOP] = ["111111111111", "222222222222"];
const REGION = "eu-central-1";
const THEIRS = `[${SHOP}/${REGION}] web (sg-2): sgr-2`;
const SERVICE = `aws-${OWNER}-tcp-8443`;
const ANY = { from: ["any"], to: ["any"], application: ["any"], service: ["any"] };

function rule(name: string, fields: Partial<SecurityRule> = {}): SecurityRule {
  return {
    name,
    description: THEIRS,
    tag: [`aws-panos-${OWNER}`],
    from: ["untrust"],
    to: ["trust"],
    source: ["203.0.113.0/24"],
    destination: ["10.0.2.1"],
    application: ["any"],
    service: [SERVICE],
    action: "allow",
    ...fields,
  };
}

const inventory: Inventory = {
  format: 1,
  region: REGION,
  accounts: [{ accountId: HUB, region: REGION }],
  unread: [{ accountId: SHOP, region: REGION, reason: "denied" }],
  ...{ vpcs: [], subnets: [], routeTables: [], instances: [], networkInterfaces: [], prefixLists: [] },
  securityGroups: [
    {
      ...{ id: "sg-1", ownerId: HUB, name: "web", vpcId: "vpc-1" },
      ingress: [{ id: "sgr-1", ipProtocol: "tcp", fromPort: 8443, toPort: 8443, cidrIpv4: "203.0.113.0/24" }],
    },
  ],
};

/** What is kept of a firewall that runs these rules. */
function keep(running: SecurityRule[], mapping: Partial<MappingOptions> = {}) {
  const rulebase = rulebaseFrom(undefined, undefined);
  const objects: PolicyObjects = {
    ...objectsIn(undefined),
    rules: new Map(running.map((each) => [each.name, { ...each, extras: [] }])),
  };
  const capacity = { rules: undefined, services: undefined, addresses: undefined, addressGroups: undefined };
  const state = { candidate: { rulebase }, running: { rulebase, objects }, capacity };
  const firewall = { mapping: { ...MAPPING, ...mapping } } as FirewallSettings;
  const guardrails = { ...NO_GUARDRAILS, enforce: false, maxRules: undefined };
  const { content, warnings } = keptOf(NO_CONTENT, inventory, state, firewall, guardrails);
  return { rules: content.rules, services: content.services, said: warnings.join("\n") };
}

describe("of rules of accounts that can't be read, what somebody opened by hand is not kept", () => {
  it("zones, applications and services are those of the rule's name", () => {
    const made = rule("aws-sg-2-tcp-8443");
    const { rules, services } = keep([{ ...made, ...ANY }]);
    expect(rules).to.deep.equal([made]);
    expect(services.map(({ name }) => name)).to.deep.equal([SERVICE]);
    const out = rule("aws-sg-2-out-tcp-8443", {
      ...{ from: ["trust"], to: ["untrust"], source: ["10.0.2.1"], destination: ["203.0.113.0/24"] },
    });
    expect(keep([{ ...out, ...ANY }]).rules).to.deep.equal([out]);
  });

  it("also in a group that was read, with instances in an account that was not", () => {
    const made = rule("aws-sg-1-tcp-8443", {
      description: `[${HUB}/${REGION} ${SHOP}/${REGION}] web (sg-1): sgr-1`,
    });
    expect(keep([{ ...made, ...ANY }]).rules).to.deep.equal([made]);
    // Its own end is not everything there is.
    expect(keep([{ ...made, destination: ["any"] }]).rules).to.deep.equal([]);
  });

  it("an application's own ports are those of the name, or the name's are said", () => {
    const made = rule("aws-sg-2-tcp-443", { application: ["ssl"], service: ["application-default"] });
    expect(keep([made]).rules).to.deep.equal([made]);
    const opened = { ...made, application: ["ssl", "ssh"] };
    expect(keep([opened]).rules[0]?.service).to.deep.equal([`aws-${OWNER}-tcp-443`]);
    const wide = rule("aws-sg-2-tcp-443", { service: [SERVICE, "service-http"] });
    expect(keep([wide]).rules[0]?.service).to.deep.equal([`aws-${OWNER}-tcp-443`]);
  });

  it("an ICMP type or a protocol is that of the name", () => {
    const service = ["application-default"];
    const made = [
      rule("aws-sg-2-icmp", { application: ["icmp", "ping", `aws-${OWNER}-i4-3-1`], service }),
      rule("aws-sg-2-icmp-3-1", { application: [`aws-${OWNER}-i4-3-1`], service }),
      rule("aws-sg-2-icmp-8", { application: ["ping"], service }),
      rule("aws-sg-2-ip-47", { application: [`aws-${OWNER}-ip-47`], service }),
    ];
    expect(keep(made).rules).to.deep.equal(made);
    const opened = made.map((each) => ({ ...each, ...ANY }));
    expect(keep(opened).rules.map(({ application }) => application)).to.deep.equal([
      ["icmp", "ping"],
      ...made.slice(1).map(({ application }) => application),
    ]);
  });

  it("all protocols stay all", () => {
    const made = rule("aws-sg-2-all", { service: ["any"] });
    expect(keep([made]).rules).to.deep.equal([made]);
  });

  it("zones that settings name are found again; where they name them no longer, the rule is not kept", () => {
    const zones = ["partners", "dmz"] as const;
    const name = ruleName("sg-2", "tcp", "8443", { zones });
    const made = rule(name, { from: ["partners"], to: ["dmz"] });
    const named = { zones: { sources: { "198.51.100.0/24": "partners" }, vpcs: { "vpc-2": "dmz" } } };
    expect(keep([made]).rules).to.deep.equal([made]);
    expect(keep([{ ...made, from: ["any"] }], named).rules).to.deep.equal([made]);
    const { rules, said } = keep([{ ...made, from: ["any"] }]);
    expect(rules).to.deep.equal([]);
    expect(said).to.include(`${name}: not kept`);
  });

  it("an end that is everything is not kept, and the rule is named", () => {
    for (const end of ["source", "destination"]) {
      const { rules, said } = keep([rule("aws-sg-2-tcp-8443", { [end]: ["any"] })]);
      expect(rules, end).to.deep.equal([]);
      expect(said, end).to.include("aws-sg-2-tcp-8443: not kept");
    }
  });

  it("profiles and logs are those that the settings name", () => {
    const made = rule("aws-sg-2-tcp-8443", { profileGroup: "strict", logSetting: "siem" });
    const settings = { profileGroup: "strict", logSetting: "siem" };
    expect(keep([rule("aws-sg-2-tcp-8443")], settings).rules).to.deep.equal([made]);
    const db = rule(ruleName("sg-2", "tcp", "8443", { policy: "Tier=db" }), { profileGroup: "db" });
    const policies = [{ tag: "Tier=db", profileGroup: "db" }];
    expect(keep([{ ...db, profileGroup: "none" }], { policies }).rules).to.deep.equal([db]);
    // Of a policy that settings have no longer, nothing says what it was.
    expect(keep([db]).rules).to.deep.equal([db]);
  });

  it("the same where nobody sees the group that an interface carries", () => {
    const found = (fields: Partial<SecurityRule>) => ({ ...rule("aws-sg-2-tcp-8443", fields), extras: [] });
    const staying = (running: ReturnType<typeof found>) => {
      const objects = { ...objectsIn(undefined), rules: new Map([[running.name, running]]) };
      const asking = { rules: [], isolating: [], permitted: () => [], isUnseenList: () => false };
      const possible = { ...asking, unseen: () => ["10.0.2.1"] };
      const { staying, opened } = uncertainRules([], () => possible, objects, MAPPING);
      return { rules: staying.map((each) => each.rule), opened };
    };
    expect(staying(found(ANY)).rules).to.deep.equal([rule("aws-sg-2-tcp-8443")]);
    expect(staying(found({ source: ["any"] }))).to.deep.equal({ rules: [], opened: ["aws-sg-2-tcp-8443"] });
  });

  it("denials deny everything, and only the settings' responders get through", () => {
    const quarantine = { tags: { State: ["IR"] }, deny: true, responders: ["192.0.2.0/24"] };
    const everything: Partial<SecurityRule> = {
      ...ANY,
      source: ["any"],
      destination: ["any"],
      action: "deny",
      logStart: true,
    };
    const part = (name: "out" | "responders" | "in", fields: Partial<SecurityRule>) =>
      rule(quarantineRuleName(OWNER, name), { ...everything, ...fields });
    const out = part("out", { source: ["10.0.2.9"] });
    const into = part("in", { destination: ["10.0.2.9"] });
    const responders = part("responders", {
      ...{ source: ["192.0.2.0/24"], destination: ["10.0.2.9"], action: "allow" },
    });
    const made = [into, out, responders];
    expect(keep(made, { quarantine }).rules).to.deep.equal(made);
    const narrow = { from: ["untrust"], application: ["ssh"], service: ["service-http"] };
    const changed = [
      { ...into, ...narrow, source: ["198.51.100.1"] },
      { ...out, ...narrow, destination: ["198.51.100.1"] },
      { ...responders, ...narrow, source: ["198.51.100.1", "192.0.2.0/24"] },
    ];
    expect(keep(changed, { quarantine }).rules).to.deep.equal(made);
    const open = [
      { ...responders, source: ["any"] },
      { ...responders, destination: ["any"] },
    ];
    for (const each of open) {
      const { rules, said } = keep([each], { quarantine });
      expect(rules).to.deep.equal([]);
      expect(said).to.include(`${responders.name}: not kept`);
    }
  });
});
