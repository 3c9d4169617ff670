import { expect } from "chai";
import { alreadyAllowed } from "../../mapping/coverage";
import { withOverrides } from "../../mapping/overrides";
import type { MappingOptions } from "../../mapping/types";
import type { ApplicationOverride, Rulebase } from "../../panos/policy";
import { rulebaseFrom } from "../../panos/rulebase";
import { find, parseXml } from "../../panos/xml";
import { firewallConfig } from "../support/lab";
import { networkInterface, OPTIONS, policyOf, rulebase, theirs } from "./fixtures";

const OVERRIDE: ApplicationOverride = {
  name: "no-inspection",
  from: ["untrust"],
  to: ["trust"],
  source: ["any"],
  negateSource: false,
  destination: ["10.0.1.10"],
  negateDestination: false,
  protocol: "tcp",
  port: "443",
  application: "inhouse-tls",
};
const HTTPS_IN = { cidrIpv4: "203.0.113.0/24" };
const APPLICATIONS: Rulebase["applications"] = new Map([["inhouse-tls", { kind: "custom" }]]);

/** What ours becomes beside these overrides: "ssl on application-default", "withheld", "covered by web-in". */
function judge(
  overrides: Partial<ApplicationOverride>[],
  {
    options = {},
    more = {},
    ingress = HTTPS_IN,
    pending = false,
  }: {
    options?: Partial<MappingOptions>;
    more?: Partial<Rulebase>;
    ingress?: Parameters<typeof policyOf>[0][number];
    pending?: boolean;
  } = {},
): string {
  const two = [networkInterface({ privateIpAddresses: ["10.0.1.10", "10.0.1.11"] })];
  const asked = policyOf([ingress], options, { networkInterfaces: two });
  const rules = [theirs("web-in", { application: ["ssl"], service: ["application-default"] })];
  const all = { overrides: overrides.map((each) => ({ ...OVERRIDE, ...each })), applications: APPLICATIONS };
  const candidate = rulebase(rules, { ...all, ...more });
  const running = pending ? rulebase(rules) : candidate;
  const policy = withOverrides(asked, { candidate, running }, OPTIONS.ownerId);
  const [first] = policy.withheld;
  if (first !== undefined) return first.reason;
  expect(policy.services.map(({ name }) => name)).to.deep.equal(
    policy.rules.flatMap(({ rule }) => rule.service.filter((name) => name.startsWith("aws-"))),
  );
  const { covered, needed } = alreadyAllowed(
    policy,
    { candidate, running },
    { enabled: true, cleanupRule: "cleanup" },
  );
  const [rule] = needed;
  if (rule === undefined) return `covered by ${covered[0]!.by.join()}`;
  return `${rule.rule.application.join(" and ")} on ${rule.rule.service.join()}`;
}

const EXACT = "aws-abcd1234-tcp-443";
const BOTH = `ssl and inhouse-tls on ${EXACT}`;

describe("application overrides", () => {
  it("leave what they don't take as it is", () => {
    expect(judge([])).to.equal("covered by web-in");
    for (const elsewhere of [
      { destination: ["10.9.9.9"] },
      { port: "8443" },
      { protocol: "udp" },
      { from: ["dmz"] },
      { source: ["192.0.2.0/24"] },
      { negateDestination: true, destination: ["10.0.0.0/8"] },
    ]) {
      expect(judge([elsewhere]), JSON.stringify(elsewhere)).to.equal("covered by web-in");
    }
  });

  it("have ours name what they call all of its traffic, on the exact port; an allow of the former covers nothing", () => {
    expect(judge([{ destination: ["any"] }])).to.equal(`inhouse-tls on ${EXACT}`);
    expect(judge([{}, { destination: ["10.0.1.11"], application: "other-tls" }])).to.equal(
      `inhouse-tls and other-tls on ${EXACT}`,
    );
  });

  it("have it name both where they take a part, or may", () => {
    expect(judge([{}])).to.equal(BOTH);
    expect(judge([{ destination: ["any"], source: ["203.0.113.0/25"] }])).to.equal(BOTH);
    expect(judge([{ destination: ["any"], source: ["DE"] }])).to.equal(BOTH);
    expect(judge([{ destination: ["any"], unknown: ["from-the-future"] }])).to.equal(BOTH);
    expect(judge([{ destination: ["any"], port: "?" }])).to.equal(BOTH);
  });

  it("are no obstacle to cover by both applications, or to rules of any", () => {
    const web = { application: ["ssl", "inhouse-tls"] };
    expect(judge([{}], { more: { rules: [theirs("both", web), ...rulebase([]).rules] } })).to.equal(
      "covered by both",
    );
    expect(judge([{}], { options: { ruleMode: "service" } })).to.equal(`any on ${EXACT}`);
    expect(judge([{}], { ingress: { ...HTTPS_IN, fromPort: 440, toPort: 450 } })).to.equal(
      "any on aws-abcd1234-tcp-440-450",
    );
  });

  it("that don't say what they call it withhold it, and say so", () => {
    expect(judge([{ application: "" }])).to.match(
      /is not opened: the application override no-inspection may take it/,
    );
  });

  it("that are not committed yet count, unless the application isn't committed either", () => {
    expect(judge([{ destination: ["any"] }], { pending: true })).to.equal("covered by web-in");
    expect(judge([{ destination: ["any"], application: "ms-rdp" }], { pending: true })).to.equal(
      `ssl and ms-rdp on ${EXACT}`,
    );
  });

  it("are read from the vsys, but for disabled ones", () => {
    const entry = (name: string, more: string) =>
      `<entry name="${name}"><from><member>untrust</member></from><to><member>trust</member></to><source><member>any</member></source>` +
      `<destination><member>10.0.1.10</member></destination><protocol>tcp</protocol><port>443</port><application>inhouse-tls</application>${more}</entry>`;
    const rules = [
      entry("no-inspection", "<source-user><member>any</member></source-user>"),
      entry("off", "<disabled>yes</disabled>"),
      entry("odd", "<hours>9-17</hours>"),
    ];
    const config = firewallConfig().replace(
      "<rulebase>",
      `<rulebase><application-override><rules>${rules.join("")}</rules></application-override>`,
    );
    const { overrides } = rulebaseFrom(
      find(parseXml(config), "devices", "entry", "vsys", "entry"),
      undefined,
    );
    expect(overrides).to.deep.equal([OVERRIDE, { ...OVERRIDE, name: "odd", unknown: ["hours"] }]);
  });
});
