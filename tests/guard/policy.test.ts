import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { principalOf } from "../../aws/cloudtrail/principal";
import { GuardError } from "../../guard/error";
import { evaluate, isInScope, type Facts } from "../../guard/policy/evaluate";
import { fits } from "../../lib/pattern";
import { policyFrom } from "../../guard/policy/read";
import { ruleContent, type RuleContent } from "../../guard/rules";

const EXAMPLE = readFileSync(join(__dirname, "..", "..", "guard", "guard.example.yaml"), "utf8");

const ssh: RuleContent = {
  direction: "ingress",
  ipProtocol: "tcp",
  fromPort: 22,
  toPort: 22,
  cidrIpv4: "0.0.0.0/0",
};

const { cidrIpv4: ANYWHERE, ...endless } = ssh;

const role = (name: string) =>
  principalOf({ type: "AssumedRole", arn: `arn:aws:sts::123456789012:assumed-role/${name}/alice` });

function facts(changes: Partial<Facts> = {}, content: Partial<RuleContent> = {}): Facts {
  return {
    kind: "opens",
    content: ruleContent({ ...ssh, ...content }),
    group: { id: "sg-1", name: "web", tags: {}, vpcId: "vpc-1" },
    account: "111111111111",
    principal: role("admin"),
    at: new Date("2026-11-17T12:00:00Z"),
    ...changes,
  };
}

const decide = (when: string, then: string, given: Facts) =>
  evaluate(
    policyFrom(`accounts: ["123456789012"]\nrules: [{name: one, when: ${when}, then: ${then}}]`),
    given,
  ).decision;

function problemsOf(text: string): string {
  try {
    policyFrom(text);
  } catch (error) {
    expect(error).to.be.instanceOf(GuardError);
    return (error as Error).message;
  }
  throw new Error("nothing was wrong");
}

describe("guard: policy", () => {
  it("ships an example that is valid, and decides as its comments say", () => {
    const policy = policyFrom(EXAMPLE);
    expect([policy.mode, policy.egress]).to.deep.equal(["notify", false]);
    const by = (given: Facts) => {
      const { decision, rule, approvers } = evaluate(policy, given);
      return `${rule?.name ?? "none"} ${decision} ${approvers}`;
    };
    expect(by(facts({}, { cidrIpv4: ANYWHERE! }))).to.equal("administration-from-anywhere revert 2");
    expect(by(facts({ principal: role("network-deploy") }))).to.equal("pipeline allow 1");
    const dev = { group: { id: "sg-1", tags: { env: "dev" }, vpcId: "vpc-1" } };
    expect(by(facts(dev, { cidrIpv4: "10.1.2.0/24" }))).to.equal("development allow 1");
    expect(by(facts({}, { cidrIpv4: "203.0.113.7/32" }))).to.equal("unknown-networks hold 1");
    expect(by(facts({}, { cidrIpv4: "10.1.2.3/32" }))).to.equal("none notify 1");
    expect(by(facts({ kind: "closes" }, { cidrIpv4: "198.51.100.9/32" }))).to.equal(
      "monitoring-stays revert 1",
    );
    const place = {
      group: { id: "sg-1", tags: {}, vpcId: "vpc-0123456789abcdef0" },
      account: "123456789012",
    };
    const night = { ...place, at: new Date("2026-11-17T20:00:00Z") };
    expect(by(facts(night, { cidrIpv4: "10.1.2.3/32" }))).to.equal("out-of-hours hold 1");
    expect(by(facts(place, { cidrIpv4: "10.1.2.3/32" }))).to.equal("none notify 1");
  });

  it("names every problem at once, each with its line and what would be right", () => {
    const message = problemsOf(`mode: strict
rules:
  - name: one
    when:
      traffic: [tcp/22, ssh]
      source: { widerthan: { IPv4: 24 }, inside: [10.0.0.0] }
      account: [123456789012]
    then: undo
  - name: one
    when: { time: [{ days: [someday] }], principal: {} }
    then: allow
    approvers: 2
`);
    for (const line of [
      'line 1: mode "strict" is none of notify, enforce',
      'line 5: rules[0].when.traffic[1] "ssh" is not a protocol with ports',
      "line 6: rules[0].when.source.widerthan is not a setting; it is spelled widerThan",
      'line 6: rules[0].when.source.inside[0] "10.0.0.0" is no CIDR block',
      "line 7: rules[0].when.account[0] 123456789012 is not a valid value",
      'line 8: rules[0].then "undo" is none of allow, notify, revert, hold',
      'line 9: rules[1].name "one" is another rule',
      "line 10: rules[1].when.time[0].days",
      "line 10: rules[1].when.principal says nothing",
      "line 12: rules[1].approvers means nothing where the decision is allow",
    ]) {
      expect(message).to.include(line);
    }
    expect(message).to.include("has 10 problems");
  });

  it("says where a file is no YAML, and that it is no policy", () => {
    expect(problemsOf("rules:\n  - {name: one\n")).to.match(/line \d+: is no YAML at column \d+: /);
    expect(problemsOf("[]")).to.include("is not an object");
    expect(problemsOf("mode: notify")).to.include("rules is not a list");
  });

  it("lets through only what a rule covers in full, and stops what it covers in part", () => {
    const wide = facts({}, { fromPort: 1, toPort: 1023 });
    expect(decide("{traffic: [tcp/22]}", "allow", wide)).to.equal("notify");
    expect(decide("{traffic: [tcp/22]}", "revert", wide)).to.equal("revert");
    expect(decide("{traffic: [tcp/1-1023]}", "allow", wide)).to.equal("allow");
    expect(decide("{traffic: [tcp/22]}", "revert", facts({}, { ipProtocol: "-1" }))).to.equal("revert");
    expect(decide("{traffic: [tcp/22]}", "revert", facts({}, { ipProtocol: "6" }))).to.equal("revert");
    expect(decide("{traffic: [udp/22]}", "revert", facts())).to.equal("notify");
    expect(decide("{traffic: [any]}", "allow", wide)).to.equal("allow");
  });

  it("knows lists of CIDRs, also where several together cover a source", () => {
    const source = "{source: {inside: [10.0.0.0/9, 10.128.0.0/9, 2001:db8::/32]}}";
    expect(decide(source, "allow", facts({}, { cidrIpv4: "10.0.0.0/8" }))).to.equal("allow");
    expect(decide(source, "allow", facts({}, { cidrIpv4: "10.0.0.0/7" }))).to.equal("notify");
    const six = facts({ content: { ...endless, cidrIpv6: "2001:db8:7::/48" } });
    expect(decide(source, "allow", six)).to.equal("allow");
    expect(decide("{source: {widerThan: {IPv4: 24, IPv6: 56}}}", "hold", six)).to.equal("hold");
    expect(decide("{source: {outside: [10.0.0.0/8]}}", "hold", six)).to.equal("hold");
  });

  it("judges prefix lists by their entries or their ids, and groups by theirs", () => {
    const list = { content: { ...endless, prefixListId: "pl-1" } };
    const inside = "{source: {inside: [192.0.2.0/24]}}";
    expect(decide(inside, "allow", facts({ ...list, entries: ["192.0.2.0/28"] }))).to.equal("allow");
    expect(decide(inside, "allow", facts({ ...list, entries: ["192.0.2.0/28", "0.0.0.0/0"] }))).to.equal(
      "notify",
    );
    expect(decide("{source: {prefixLists: [pl-1]}}", "revert", facts(list))).to.equal("revert");
    const group = facts({ content: { ...endless, referencedSecurityGroupId: "sg-2" } });
    expect(decide("{source: {groups: [sg-2]}}", "allow", group)).to.equal("allow");
    expect(decide("{source: {widerThan: {IPv4: 32, IPv6: 128}}}", "revert", group)).to.equal("notify");
  });

  it("tells users, roles, sessions and federation apart", () => {
    const user = {
      principal: principalOf({
        type: "IAMUser",
        userName: "alice",
        arn: "arn:aws:iam::123456789012:user/ops/alice",
      }),
    };
    expect(decide("{principal: {user: [al*]}}", "allow", facts(user))).to.equal("allow");
    expect(decide("{principal: {role: [admin]}}", "allow", facts(user))).to.equal("notify");
    expect(decide("{principal: {role: [admin], session: [alice]}}", "allow", facts())).to.equal("allow");
    expect(decide("{principal: {role: [admin], session: [bob]}}", "allow", facts())).to.equal("notify");
    const federated = principalOf({
      type: "AssumedRole",
      arn: "arn:aws:sts::123456789012:assumed-role/ci/run-7",
      sessionContext: {
        sessionIssuer: { arn: "arn:aws:iam::123456789012:role/path/ci" },
        webIdFederationData: {
          federatedProvider: "arn:aws:iam::123456789012:oidc-provider/token.example.com",
        },
      },
    });
    expect(
      decide("{principal: {federated: ['*token.example.com']}}", "allow", facts({ principal: federated })),
    ).to.equal("allow");
    expect(
      decide("{principal: {role: ['arn:aws:iam::*:role/path/*']}}", "allow", facts({ principal: federated })),
    ).to.equal("allow");
  });

  it("means by a name the accounts that it names, and any other only by ARN", () => {
    const of = (account: string, roleName = "deploy") =>
      facts({
        principal: principalOf({
          type: "AssumedRole",
          arn: `arn:aws:sts::${account}:assumed-role/${roleName}/run-7`,
          sessionContext: { sessionIssuer: { arn: `arn:aws:iam::${account}:role/${roleName}` } },
        }),
      });
    const [own, other] = ["123456789012", "999999999999"];
    for (const when of ["{role: [deploy]}", "{session: [run-*]}", "{role: [dep*], session: [run-7]}"]) {
      expect(decide(`{principal: ${when}}`, "allow", of(own)), when).to.equal("allow");
      expect(decide(`{principal: ${when}}`, "allow", of(other)), when).to.equal("notify");
    }
    const user = (account: string) =>
      facts({
        principal: principalOf({ type: "IAMUser", userName: "ci", arn: `arn:aws:iam::${account}:user/ci` }),
      });
    expect(decide("{principal: {user: [ci]}}", "allow", user(own))).to.equal("allow");
    expect(decide("{principal: {user: [ci]}}", "allow", user(other))).to.equal("notify");
    const named = "{principal: {role: ['arn:aws:iam::999999999999:role/deploy']}}";
    expect(decide(named, "allow", of(other))).to.equal("allow");
    expect(decide(named, "allow", of(own))).to.equal("notify");
    // Where nobody says which accounts are meant, nobody can be told to be one.
    const open = policyFrom("rules: [{name: one, when: {principal: {role: [deploy]}}, then: allow}]");
    expect(evaluate(open, of(own)).decision).to.equal("notify");
  });

  it("refuses empty lists, which would never hold or always, and says who may approve in one kind", () => {
    const message = problemsOf(`accounts: []
approvers: { roles: ["arn:aws:iam::123456789012:role/a"], users: ["arn:aws:iam::123456789012:user/b"] }
rules:
  - name: one
    when: { change: [], traffic: [], time: [], vpc: [], source: { inside: [], groups: [] } }
    then: revert
`);
    for (const each of ["change", "traffic", "time", "vpc", "source.inside", "source.groups"])
      expect(message).to.include(`line 5: rules[0].when.${each} is empty`);
    expect(message).to.include("line 1: accounts is empty");
    expect(message).to.include("line 2: approvers has roles and users: nobody can tell whether");
    expect(problemsOf("approvers: { roles: [admin] }\nrules: []")).to.include(
      'roles[0] "admin" is not a valid value',
    );
    expect(problemsOf("approvers: { users: ['arn:aws:iam::123456789012:root'] }\nrules: []")).to.include(
      "users[0]",
    );
    expect(problemsOf("approvers: {}\nrules: []")).to.include("approvers says nothing");
    const users = "{ users: ['arn:aws:iam::123456789012:user/b'], person: session }";
    expect(problemsOf(`approvers: ${users}\nrules: []`)).to.include("approvers.person goes with roles");
  });

  it("compares patterns in linear time", () => {
    expect(fits("*a*b", "xxaxxb")).to.equal(true);
    expect(fits("a*a", "a")).to.equal(false);
    expect(fits("ab*ba", "aba")).to.equal(false);
    expect(fits("*", "")).to.equal(true);
    expect(fits("a.c*", "abc")).to.equal(false);
    const begun = performance.now();
    for (const letters of [64, 512, 65_536]) {
      expect(fits(`${"*a".repeat(128)}*b`, "a".repeat(letters))).to.equal(false);
      expect(fits(`${"a*".repeat(128)}b`, `${"a".repeat(letters)}c`)).to.equal(false);
    }
    expect(performance.now() - begun).to.be.below(1000);
  });

  it("doesn't let through, and holds rather than undoes, what depends on something unknown", () => {
    const unknown: Facts = { kind: "opens", content: ssh, group: { id: "sg-1" } };
    for (const when of [
      "{principal: {role: [admin]}}",
      "{group: {tags: [env=dev]}}",
      "{vpc: [vpc-1]}",
      "{time: [{days: [mon]}]}",
    ]) {
      expect(decide(when, "allow", unknown)).to.equal("notify");
      expect(decide(when, "revert", unknown)).to.equal("hold");
    }
    const list = facts({ content: { ...endless, prefixListId: "pl-1" } });
    expect(decide("{source: {widerThan: {IPv4: 24, IPv6: 56}}}", "revert", list)).to.equal("hold");
  });

  it("asks for an end of wide sources, by a tag of the rule or the group, and holds where tags are not known", () => {
    const when = "{source: {widerThan: {IPv4: 16, IPv6: 32}}, withoutEnd: firewall-ends}";
    const tagged = (tags: Record<string, string> | undefined, group: Record<string, string> = {}) => {
      const given = facts({ group: { id: "sg-1", tags: group } });
      return decide(when, "revert", { ...given, content: { ...given.content, ...(tags && { tags }) } });
    };
    expect(tagged({})).to.equal("revert");
    expect(tagged({ "firewall-ends": "2026-12-31" })).to.equal("notify");
    expect(tagged({}, { "firewall-ends": "2026-12-31T18:00Z" })).to.equal("notify");
    expect(tagged({ "firewall-ends": "some day" })).to.equal("revert");
    expect(tagged(undefined)).to.equal("hold");
    expect(decide(when, "hold", facts({}, { cidrIpv4: "10.0.0.0/24" }))).to.equal("notify");
    expect(problemsOf("rules: [{name: one, when: {withoutEnd: a=b}, then: hold}]")).to.include("withoutEnd");
  });

  it("guards the groups of its scope, and those of which that is not known", () => {
    const policy = policyFrom("{scope: {tags: [guard=on], vpcs: [vpc-1]}, rules: []}");
    expect(isInScope(policy, { id: "sg-1", tags: { guard: "on" }, vpcId: "vpc-1" })).to.equal(true);
    expect(isInScope(policy, { id: "sg-1", tags: {}, vpcId: "vpc-1" })).to.equal(false);
    expect(isInScope(policy, { id: "sg-1", tags: { guard: "on" }, vpcId: "vpc-2" })).to.equal(false);
    expect(isInScope(policy, { id: "sg-1" })).to.equal(true);
  });
});
