import { expect } from "chai";
import { adoption } from "../../mapping/adoption";
import { alreadyAllowed } from "../../mapping/coverage";
import type { MappingOptions } from "../../mapping/types";
import type { Rulebase, RulebaseRule, SecurityRule } from "../../panos/policy";
import type { SecurityGroupRule } from "../../inventory/types";
import { policyOf, rulebase, theirs } from "./fixtures";

const OPTIONS = { enabled: true, cleanupRule: "cleanup" };

/** A rule as a device has it. */
function real(rule: RulebaseRule, beyond: Partial<SecurityRule> & { extras?: string[] } = {}): RulebaseRule {
  const { name, tag, from, to, source, destination, application, service, action } = rule;
  const lists = { name, description: "", tag, from, to, source, destination, application, service };
  return { ...rule, found: { ...lists, action, extras: [], ...(beyond as object) } };
}

/** The administrator's rule for https to 10.0.1.10, unless told otherwise. */
function old(changes: Partial<RulebaseRule> = {}, beyond: Parameters<typeof real>[1] = {}): RulebaseRule {
  const https = { source: ["203.0.113.0/24"], destination: ["10.0.1.10"], application: ["ssl"] };
  return real(theirs("old", { ...https, service: ["service-https"], ...changes }), beyond);
}

interface Choices {
  ingress?: Partial<SecurityGroupRule>[];
  options?: Partial<MappingOptions>;
  adopt?: string[];
  candidate?: RulebaseRule[];
  objects?: Partial<Rulebase>;
}

/** What becomes of a rulebase's rules, for an account that allows https from 203.0.113.0/24. */
function judge(
  rules: RulebaseRule[],
  { ingress = [{ cidrIpv4: "203.0.113.0/24" }], options = {}, adopt = ["old"], ...rest }: Choices = {},
) {
  const policy = policyOf(ingress, options);
  const running = rulebase(
    rules.map((rule) => (rule.found ? rule : real(rule))),
    rest.objects,
  );
  const candidate = rest.candidate ? rulebase(rest.candidate, rest.objects) : running;
  const coverage = alreadyAllowed(policy, { candidate, running }, { ...OPTIONS, adopt });
  return adoption(coverage.needed, policy, { candidate, running }, { ...OPTIONS, adopt });
}

const HTTPS = "aws-sg-0a1b2c3d-tcp-443";
const refused = (rules: RulebaseRule[], choices?: Choices) => judge(rules, choices).refused.join();

describe("taking over a rule", () => {
  it("has it replaced by the declared rule that allows the same, which it doesn't make unnecessary", () => {
    const { adopted, refused: none } = judge([old()]);
    expect(none).to.deep.equal([]);
    expect(adopted.map(({ name, by, lost }) => ({ name, by, lost }))).to.deep.equal([
      { name: "old", by: [HTTPS], lost: [] },
    ]);
  });

  it("takes several declared rules for one that allows what they do together", () => {
    const ingress = [443, 22].map((port, index) => ({
      id: `sgr-${index}`,
      cidrIpv4: "203.0.113.0/24",
      fromPort: port,
      toPort: port,
    }));
    const services: Rulebase["services"] = new Map([["both", { kind: "tcp", port: "22,443" }]]);
    const { adopted } = judge([old({ application: ["any"], service: ["both"] })], {
      ingress,
      options: { ruleMode: "service" },
      objects: { services },
    });
    expect(adopted[0]?.by).to.have.members([HTTPS, "aws-sg-0a1b2c3d-tcp-22"]);
  });

  it("names what its successor doesn't do", () => {
    const beyond = { profileGroup: "strict", logSetting: "siem", extras: ["log-start: yes"] };
    const losing = (options: Partial<MappingOptions>) =>
      judge([old({}, beyond)], { options }).adopted[0]?.lost;
    expect(losing({})).to.deep.equal([
      "security profile group strict",
      "log forwarding profile siem",
      "log-start: yes",
    ]);
    expect(losing({ profileGroup: "strict", logSetting: "siem" })).to.deep.equal(["log-start: yes"]);
  });

  for (const [what, changes, why] of [
    ["a wider source", { source: ["203.0.112.0/23"] }, "ssl from 203.0.112.0 to 10.0.1.10 on tcp/443"],
    ["a wider destination", { destination: ["10.0.1.0/24"] }, "to 10.0.1.0 on tcp/443"],
    ["any application", { application: ["any"] }, "any application from 203.0.113.0"],
    ["an application that we don't declare", { application: ["ssl", "ssh"] }, "ssh from 203.0.113.0"],
    ["more ports", { service: ["any"] }, "ssl from 203.0.113.0 to 10.0.1.10 on tcp/0"],
    ["addresses that the firewall alone knows", { source: ["a-list"] }, "ssl from 0.0.0.0"],
    ["everything but", { negateSource: true }, "ssl from 0.0.0.0"],
    ["disabled", { disabled: true }, "it is disabled"],
    ["a denial", { action: "drop" }, "its action is drop"],
    [
      "a zone more",
      { from: ["untrust", "guest"] },
      "no declared rule has its zones, untrust, guest to trust",
    ],
    ["any zone", { to: ["any"] }, "no declared rule has its zones, untrust to any"],
    ["an intrazone rule", { ruleType: "intrazone" }, "intrazone"],
    ["a rule of this program", { tag: ["aws-panos-other123"] }, "carries a tag of this program"],
  ] as const) {
    it(`refuses one that is or has ${what}`, () => {
      const verdict = judge([old(changes as Partial<RulebaseRule>)]);
      expect(verdict.adopted).to.deep.equal([]);
      expect(verdict.refused.join()).to.include("rule old can't be taken over: ").and.to.include(why);
    });
  }

  it("refuses the cleanup rule, and a rule for which nothing is declared", () => {
    const cleanup = judge([old()], { adopt: ["cleanup"], candidate: [old()] });
    expect(cleanup.gone.concat(cleanup.refused).join()).to.include("cleanup");
    expect(refused([old()], { ingress: [] })).to.include("no declared rule has its zones");
  });

  it("refuses one with uncommitted changes", () => {
    expect(refused([old()], { candidate: [old({ source: ["203.0.113.9"] })] })).to.include(
      "not committed that",
    );
    expect(refused([], { candidate: [old()] })).to.include("it is not committed yet");
  });

  it("goes on with one that is gone from the candidate, and only mentions one that is gone", () => {
    expect(judge([old()], { candidate: [] }).adopted.map(({ name }) => name)).to.deep.equal(["old"]);
    expect(judge([], { adopt: ["old"] })).to.deep.equal({ adopted: [], refused: [], gone: ["old"] });
  });

  describe("above a denial that its successor would then pass", () => {
    const wide = [{ cidrIpv4: "0.0.0.0/0" }];
    const denial = theirs("no-entry", { source: ["198.51.100.0/24"], action: "deny" });

    it("is refused where that allows more than it", () => {
      expect(refused([old(), denial], { ingress: wide })).to.include(
        `in its place ${HTTPS}, which allows more than it, would stand above the denial no-entry`,
      );
    });

    it("is fine where the denial stands above it, or means none of what comes in addition", () => {
      expect(refused([denial, old()], { ingress: wide })).to.equal("");
      expect(refused([old(), denial])).to.equal("");
      const elsewhere = theirs("elsewhere", { destination: ["10.9.9.9"], action: "deny" });
      expect(refused([old(), elsewhere], { ingress: wide })).to.equal("");
    });

    it("is refused where it lets in only some users of what its successor lets in", () => {
      const some = old({ conditions: ["source-user"] });
      const inside = theirs("no-entry", { source: ["203.0.113.7"], action: "deny" });
      expect(refused([some, inside])).to.include("would stand above the denial no-entry");
    });

    it("is fine below the cleanup rule, where its successor doesn't go", () => {
      const running = rulebase([denial]);
      running.rules.push(old());
      const policy = policyOf(wide);
      const rulebases = { candidate: running, running };
      const options = { ...OPTIONS, adopt: ["old"] };
      const { needed } = alreadyAllowed(policy, rulebases, options);
      expect(adoption(needed, policy, rulebases, options).adopted.map(({ by }) => by)).to.deep.equal([
        [HTTPS],
      ]);
    });
  });
});
