import { expect } from "chai";
import { cleanupDoubts } from "../../mapping/cleanup";
import { cleanupPosition, INTERZONE_DEFAULT } from "../../declaration/cleanup-rule";
import type { Rulebase } from "../../panos/policy";
import { rulebaseFrom } from "../../panos/rulebase";
import { parseXml } from "../../panos/xml";
import { ruleEntry } from "../support/lab";

const EVERYTHING = { from: "any", to: "any" };

/** A rulebase that consists of these entries, with the predefined interzone rule overridden where an action is given. */
function rulebase(rules: readonly string[], interzone = ""): Rulebase {
  const override =
    interzone &&
    `<default-security-rules><rules><entry name="interzone-default"><action>${interzone}</action></entry></rules></default-security-rules>`;
  return rulebaseFrom(
    parseXml(
      `<entry><rulebase><security><rules>${rules.join("")}</rules></security>${override}</rulebase></entry>`,
    ),
    undefined,
  );
}

function doubts(entry: string, running = entry): string {
  const both = { candidate: rulebase([entry]), running: rulebase([running]) };
  return cleanupDoubts(both, "cleanup", [["untrust", "trust"]]).join("\n");
}

const cleanup = (fields: Record<string, string> = {}, more = "") =>
  ruleEntry("cleanup", { ...EVERYTHING, action: "deny", ...fields }).replace("</entry>", `${more}</entry>`);

describe("the cleanup rule", () => {
  it("is beyond doubt where it denies everything, by whatever denial", () => {
    for (const action of ["deny", "drop", "reset-client", "reset-server", "reset-both"]) {
      expect(doubts(cleanup({ action }))).to.equal("");
    }
    const optional = "<disabled>no</disabled><source-user><member>any</member></source-user>";
    expect(doubts(cleanup({}, optional))).to.equal("");
  });

  for (const [what, entry, said] of [
    ["disabled", cleanup({}, "<disabled>yes</disabled>"), "is disabled"],
    ["an allow", cleanup({ action: "allow" }), "doesn't deny: its action is allow"],
    ["of one zone", cleanup({ to: "trust" }), "to is trust"],
    ["of some sources", cleanup({ source: "10.0.0.0/8" }), "source is 10.0.0.0/8"],
    ["of some destinations", cleanup({ destination: "10.0.0.0/8" }), "destination is 10.0.0.0/8"],
    ["of an application", cleanup({ application: "ssh" }), "application is ssh"],
    ["of default ports", cleanup({ service: "application-default" }), "service is application-default"],
    ["within zones", cleanup({}, "<rule-type>intrazone</rule-type>"), "matches within a zone only"],
    ["between zones", cleanup({}, "<rule-type>interzone</rule-type>"), "matches between zones only"],
    ["of users", cleanup({}, "<source-user><member>a</member></source-user>"), "source-user is set"],
    ["of a time", cleanup({}, "<schedule>nights</schedule>"), "schedule is set"],
    [
      "negated",
      cleanup({ source: "10.0.0.0/8" }, "<negate-source>yes</negate-source>"),
      "its source is negated",
    ],
  ] as const) {
    it(`is in doubt where it is ${what}`, () => {
      expect(doubts(entry)).to.include(said);
      expect(doubts(entry, cleanup())).to.include(said).and.to.include("in the candidate configuration");
      expect(doubts(cleanup(), entry)).to.include(said).and.to.include("in the running configuration");
    });
  }

  it("may be the predefined one, which denies unless it is overridden", () => {
    const of = (interzone: string, zones: [string, string][]) => {
      const each = rulebase([ruleEntry("theirs")], interzone);
      return cleanupDoubts({ candidate: each, running: each }, INTERZONE_DEFAULT, zones).join("\n");
    };
    expect(of("", [["untrust", "trust"]])).to.equal("");
    expect(of("deny", [["untrust", "trust"]])).to.equal("");
    expect(of("allow", [["untrust", "trust"]])).to.include("is overridden: its action is allow");
    expect(of("", [["trust", "trust"]])).to.include("rules of ours are within trust");
  });

  it("has above it what stands there; everything, where it is the predefined one", () => {
    const rules = ["a", "b", "cleanup", "c"].map((name) => ({ name }));
    expect(cleanupPosition(rules, "cleanup")).to.equal(2);
    expect(cleanupPosition(rules, INTERZONE_DEFAULT)).to.equal(4);
    expect(cleanupPosition(rules, "gone")).to.equal(0);
  });
});
