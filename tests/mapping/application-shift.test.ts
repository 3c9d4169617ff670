import { expect } from "chai";
import { mapInventory } from "../../mapping";
import { withApplicationShift } from "../../mapping/application-shift";
import { alreadyAllowed } from "../../mapping/coverage";
import type { SecurityGroupRule } from "../../inventory/types";
import type { Rulebase } from "../../panos/policy";
import { rulebaseFrom } from "../../panos/rulebase";
import { parseXml } from "../../panos/xml";
import { account } from "../support/account";
import { ruleEntry } from "../support/lab";

const OWNER = "test1234";
const [UNREACHABLE, GRE, ECHO] = [`aws-${OWNER}-i4-3-4`, `aws-${OWNER}-ip-47`, `aws-${OWNER}-i4-8-1`];
const CLEANUP = ruleEntry("cleanup", { from: "any", to: "any", action: "deny" });

/** A rule of an administrator about something else than our traffic: who names an application is what counts. */
const theirs = (name: string, applications: string, action: string, more = "") =>
  ruleEntry(name, { application: "APP", action, destination: "10.99.0.0/16" })
    .replace(
      "<member>APP</member>",
      applications
        .split(" ")
        .map((each) => `<member>${each}</member>`)
        .join(""),
    )
    .replace("</entry>", `${more}</entry>`);

function rulebase(rules: readonly string[], objects = ""): Rulebase {
  return rulebaseFrom(
    parseXml(
      `<entry>${objects}<rulebase><security><rules>${rules.join("")}${CLEANUP}</rules></security></rulebase></entry>`,
    ),
    undefined,
  );
}

/** What is needed of some traffic, withheld of it and told. */
function shifted(
  traffic: readonly (readonly [ipProtocol: string, fromPort: number, toPort: number])[],
  candidate: Rulebase,
  more: { allowApplicationShift?: boolean; adopt?: string[] } = {},
  running = candidate,
) {
  const inventory = account([{ group: 1, port: 443 }]);
  const ingress = traffic.map(([ipProtocol, fromPort, toPort], index): SecurityGroupRule => ({
    ...{ id: `sgr-0ff${index}`, ipProtocol, fromPort, toPort, cidrIpv4: "203.0.113.0/24" },
  }));
  const policy = mapInventory(
    { ...inventory, securityGroups: inventory.securityGroups.map((group) => ({ ...group, ingress })) },
    {
      ...{
        firewall: { instanceIds: [], networkInterfaceIds: ["eni-0f"], vpcEndpointIds: [] },
        ownerId: OWNER,
      },
      ...{ untrustZone: "untrust", trustZone: "trust", ruleMode: "application", destinations: "addresses" },
      applications: {},
    },
  );
  const rulebases = { candidate, running };
  const coverage = alreadyAllowed(policy, rulebases, { enabled: true, cleanupRule: "cleanup" });
  const found = withApplicationShift(policy, coverage, rulebases, { ownerId: OWNER, ...more });
  return {
    needed: found.coverage.needed.map(
      ({ rule }) => [rule.name.replace(/^aws-sg-0a0001-/, ""), rule.application] as const,
    ),
    withheld: found.policy.withheld.map(({ reason }) => reason).join("\n"),
    notes: found.notes.join("\n"),
    shadowed: found.coverage.shadowed.map(({ rule, by }) => [
      rule.rule.name.replace(/^aws-sg-0a0001-/, ""),
      by,
    ]),
    permissions: found.coverage.needed.length + found.coverage.covered.length + found.policy.withheld.length,
  };
}

const TYPE: ["icmp", number, number] = ["icmp", 3, 4];
const TUNNEL: ["47", number, number] = ["47", -1, -1];

describe("what our applications change for rules of others", () => {
  it("is told of each that allows what they take, wherever it stands", () => {
    const { needed, notes, withheld } = shifted(
      [TYPE, TUNNEL],
      rulebase([
        theirs("allow-icmp-everywhere", "icmp ping", "allow"),
        theirs("gre-tunnels", "gre", "allow"),
      ]),
    );
    expect(needed.map(([name]) => name)).to.deep.equal(["icmp-3-4", "ip-47"]);
    expect(withheld).to.equal("");
    expect(notes).to.match(
      new RegExp(`allow-icmp-everywhere allows icmp, .*ICMP type 3 code 4 .${UNREACHABLE}`),
    );
    expect(notes).to.match(new RegExp(`gre-tunnels allows gre, .*protocol 47 .${GRE}`));
    expect(notes).not.to.include("ping");
  });

  it("withholds what a denial would lose, until a setting allows it", () => {
    const denied = rulebase([theirs("no-icmp", "icmp", "drop"), theirs("no-web", "web-browsing", "deny")]);
    const { needed, withheld, notes, permissions } = shifted([TYPE, TUNNEL], denied);
    expect(needed).to.deep.equal([["ip-47", [GRE]]]);
    expect(withheld)
      .to.include(UNREACHABLE)
      .and.to.include("no-icmp (icmp)")
      .and.to.include("allowApplicationShift");
    expect([notes, permissions]).to.deep.equal(["", 2]);
    const allowed = shifted([TYPE, TUNNEL], denied, { allowApplicationShift: true });
    expect(allowed.needed).to.have.length(2);
    expect(allowed.notes).to.include("no-icmp denies icmp");
  });

  it("says of a denial that loses what ours let in only that, not that it may deny the same", () => {
    const above = (name: string, application: string) => ruleEntry(name, { application, action: "deny" });
    const told = (denials: readonly string[], traffic = [TYPE, TUNNEL] as Parameters<typeof shifted>[0]) => {
      const { shadowed, notes } = shifted(traffic, rulebase(denials), { allowApplicationShift: true });
      return { shadowed, notes };
    };
    const lost = told([above("no-icmp", "icmp")]);
    expect(lost.shadowed).to.deep.equal([]);
    expect(lost.notes).to.include("no-icmp denies icmp");
    // It still denies the others of a wider rule, and everything where it names everything.
    const wider = told([above("no-icmp", "icmp")], [["icmp", -1, -1], TYPE]);
    expect(wider.shadowed).to.deep.equal([["icmp", "no-icmp"]]);
    expect(wider.notes).to.include("no-icmp denies icmp");
    const all = told([above("no-icmp", "icmp"), above("nothing", "any")]);
    expect(all.shadowed).to.have.deep.members([
      ["icmp-3-4", "nothing"],
      ["ip-47", "nothing"],
    ]);
  });

  it("goes by what a denial names in running and in candidate", () => {
    const denying = (application: string) => rulebase([ruleEntry("deny", { application, action: "deny" })]);
    const { shadowed } = shifted([TYPE], denying("any"), { allowApplicationShift: true }, denying("icmp"));
    expect(shadowed).to.deep.equal([["icmp-3-4", "deny"]]);
  });

  it("withholds it from wider rules of ours, too, which keep the rest", () => {
    const all: ["icmp", number, number] = ["icmp", -1, -1];
    expect(shifted([all, TYPE], rulebase([])).needed[0]).to.deep.equal([
      "icmp",
      ["icmp", "ping", UNREACHABLE],
    ]);
    const { needed, permissions } = shifted([all, TYPE], rulebase([theirs("no-icmp", "icmp", "deny")]));
    expect(needed).to.deep.equal([["icmp", ["icmp", "ping"]]]);
    expect(permissions).to.equal(2);
  });

  const group = `<application-group><entry name="G"><members><member>H</member></members></entry><entry name="H"><members><member>gre</member></members></entry></application-group>`;
  const filter = `<application-filter><entry name="F"><category><member>networking</member></category></entry></application-filter>`;
  for (const [what, entry, objects, traffic, isTold] of [
    ["by a group of groups", theirs("r", "G", "deny"), group, TUNNEL, true],
    ["by a filter, whose content nobody knows", theirs("r", "F", "deny"), filter, TUNNEL, true],
    ["by ping, of an echo request's code", theirs("r", "ping", "deny"), "", ["icmp", 8, 1], true],
    ["by ping, of another type", theirs("r", "ping", "deny"), "", TYPE, false],
    ["by any", theirs("r", "any", "deny"), "", TUNNEL, false],
    ["by an application of TCP", theirs("r", "ssh", "deny"), "", TUNNEL, false],
    ["by both", theirs("r", `gre ${GRE}`, "deny"), "", TUNNEL, false],
    ["in a disabled rule", theirs("r", "gre", "deny", "<disabled>yes</disabled>"), "", TUNNEL, false],
    ["by a name that a protocol goes by", theirs("r", "ospf", "reset-both"), "", ["89", -1, -1], true],
    ["by IPv6's ICMP", theirs("r", "ipv6-icmp", "deny"), "", TYPE, false],
  ] as const) {
    it(`${isTold ? "withholds" : "leaves"} what is denied ${what}`, () => {
      const candidate = rulebase([entry], objects);
      for (const running of [candidate, rulebase([])]) {
        const { withheld, permissions } = shifted([traffic], candidate, {}, running);
        expect(withheld.includes("rules that deny such packets")).to.equal(isTold);
        expect(permissions).to.equal(1);
      }
    });
  }

  it("tells nothing of a rule that ours replace", () => {
    const allows = rulebase([theirs("old-gre", "gre", "allow")]);
    expect(shifted([TUNNEL], allows).notes).to.include("old-gre");
    expect(shifted([TUNNEL], allows, { adopt: ["old-gre"] }).notes).to.equal("");
    expect(shifted([["icmp", 8, 1]], rulebase([])).needed).to.deep.equal([["icmp-8-1", [ECHO]]]);
  });
});
