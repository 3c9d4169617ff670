import { expect } from "chai";
import * as fc from "fast-check";
import { addressGroupName, quarantineRuleName, ruleName, serviceName } from "../../declaration/names";
import { logicalName, withoutGroup } from "../../declaration/logical-name";

const ID = "sg-0ab9c37e7cf290ea4";
const called = (name: string, groupName = "web") => logicalName(name, new Map([[ID, groupName]]));

describe("logical names", () => {
  const mark = { zones: ["dmz", "untrust"] as const, policy: "Tier=db" };
  const cases: Record<string, string> = {
    [ruleName(ID, "tcp", "443")]: "web/tcp-443",
    [ruleName(ID, "udp", "8000-8100", { direction: "egress" })]: "web/out-udp-8000-8100",
    [ruleName(ID, "icmp", "3-4")]: "web/icmp-3-4",
    [ruleName(ID, "all", "", mark)]: "web/all",
    [addressGroupName("abcd", ID)]: "web",
    [addressGroupName("abcdsg", ID, "Tier=db")]: "web",
  };
  for (const [name, start] of Object.entries(cases)) {
    it(`begin as ${start} for ${name}, and end with it`, () => {
      expect(called(name)).to.equal(`${start}/${name}`);
    });
  }

  it("are the object's own where it is about no group, or about one whose name isn't known", () => {
    for (const name of [
      quarantineRuleName("abcd", "in"),
      serviceName("abcd", "tcp", "8443"),
      "aws-panos-abcd",
    ]) {
      expect(called(name)).to.equal(name);
    }
    const other = ruleName("sg-0ab9c37e7cf290ea", "tcp", "443");
    expect([called(other), called(ruleName(ID, "all", ""), " -:: ")]).to.deep.equal([
      other,
      ruleName(ID, "all", ""),
    ]);
  });

  it("have nothing of a group's name that a shell, a pattern or a URN would take for something else", () => {
    const name = ruleName(ID, "tcp", "22");
    const texts = {
      "Web servers (prod)": "Web-servers-prod",
      "a::b$c'\"`;\u0007*?\n/d": "a-b-c-d",
      "[prod] #1: café_x.y": "prod-1-caf-_x.y",
      [`stack-${"x".repeat(249)}`]: `stack-${"x".repeat(34)}`,
    };
    for (const [groupName, start] of Object.entries(texts)) {
      expect(called(name, groupName)).to.equal(`${start}/tcp-22/${name}`);
    }
  });

  it("give the object's own name back, whatever the group's and the firewall's", () => {
    const names = Object.keys(cases).filter((name) => name.startsWith("aws-sg-"));
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.oneof(fc.string(), fc.constantFrom("tcp-443", "all", ID)),
        fc.constantFrom("", "edge-a/", "dc/tcp-443/"),
        (name, groupName, firewall) => {
          const whole = called(name, groupName);
          expect(whole)
            .to.match(/^[\w./-]+$/)
            .and.match(new RegExp(`(^|/)${name}$`));
          if (whole !== name) expect(withoutGroup(firewall + whole)).to.equal(firewall + name);
          else expect(withoutGroup(whole)).to.equal(name);
        },
      ),
    );
    expect(withoutGroup("edge-a/aws-sg-0a-tcp-443")).to.equal("edge-a/aws-sg-0a-tcp-443");
  });
});
