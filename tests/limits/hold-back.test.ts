import { expect } from "chai";
import fc from "fast-check";
import { withinChanges, withinRoom, type Kind, type Needs } from "../../plan/limits/hold-back";
import type { MappedRule } from "../../mapping/types";

const NO_CAPACITY = { rules: undefined, services: undefined, addresses: undefined, addressGroups: undefined };
const NOBODY: Record<Kind, number> = { rules: 0, services: 0, addresses: 0, addressGroups: 0 };

function mapped(name: string): MappedRule {
  const traffic = { from: ["untrust"], to: ["trust"], source: ["192.0.2.0/24"], destination: ["10.0.0.1"] };
  return {
    rule: {
      ...traffic,
      name,
      description: "",
      tag: [],
      application: ["ssl"],
      service: ["any"],
      action: "allow",
    },
    permission: {
      ...{ direction: "ingress", securityGroupId: "sg-0a", securityGroupName: "web", ipProtocol: "tcp" },
      ...{ fromPort: 443, toPort: 443, ruleIds: [name] },
    },
  };
}

const names = (rules: readonly MappedRule[]) => rules.map(({ rule }) => rule.name);

describe("limits: room", () => {
  const RULES = ["a", "b", "c", "d", "e", "f"];
  const asked = fc.record({
    running: fc.uniqueArray(fc.constantFrom(...RULES)),
    needed: fc.uniqueArray(fc.constantFrom(...RULES), { minLength: 1 }),
    /** Services are shared: rule a needs the first of them, and so on. */
    services: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 6, maxLength: 6 }),
    maxRules: fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined }),
    most: fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined }),
    mostServices: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    others: fc.integer({ min: 0, max: 3 }),
  });

  it("never takes what runs, never exceeds a limit by an addition, and accounts for every rule", () => {
    fc.assert(
      fc.property(asked, ({ running, needed, services, maxRules, most, mostServices, others }) => {
        const serviceOf = (name: string) => `s${services[RULES.indexOf(name)]}`;
        const needsOf = ({ rule: { name } }: MappedRule): Needs => ({
          ...{ rules: [name], services: [serviceOf(name)], addresses: [], addressGroups: [] },
        });
        const rules = [...needed].sort().map(mapped);
        const held = withinRoom(rules, needsOf, {
          ...{ firewall: "fw/vsys1", running: new Set(running), limits: { maxRules } },
          others: { ...NOBODY, rules: others, services: others },
          capacity: { ...NO_CAPACITY, rules: most, services: mostServices },
        });
        const kept = names(held.needed);
        const ids = held.withheld.map(({ permission }) => permission.ruleIds[0]!);
        expect([...kept, ...ids].sort()).to.deep.equal(names(rules));
        for (const name of ids) expect(running).not.to.include(name);
        const stay = kept.filter((name) => running.includes(name));
        const distinct = (list: string[]) => new Set(list.map(serviceOf)).size;
        // Where something was added, there was room for it.
        if (kept.length > stay.length) {
          expect(kept.length).to.be.at.most(Math.min(maxRules ?? Infinity, (most ?? Infinity) - others));
        }
        if (distinct(kept) > distinct(stay)) {
          expect(distinct(kept)).to.be.at.most((mostServices ?? Infinity) - others);
        }
        // And nothing is withheld that there would be room for.
        for (const name of ids) {
          const full =
            kept.length + 1 > Math.min(maxRules ?? Infinity, (most ?? Infinity) - others) ||
            distinct([...kept, name]) > (mostServices ?? Infinity) - others;
          expect(full, name).to.equal(true);
        }
        expect(held.reasons.length > 0).to.equal(ids.length > 0);
      }),
      { numRuns: 1000 },
    );
  });

  it("says of a device that is over its own number that it is", () => {
    const { withheld } = withinRoom([mapped("a")], ({ rule }) => ({ ...NEEDS, rules: [rule.name] }), {
      ...{ firewall: "fw/vsys1", running: new Set<string>(), limits: { maxRules: undefined } },
      ...{ others: { ...NOBODY, rules: 12 }, capacity: { ...NO_CAPACITY, rules: 10 } },
    });
    expect(withheld.map(({ reason }) => reason)).to.deep.equal([
      "Security group web (sg-0a), TCP port 443, is withheld: fw/vsys1 has room for 10 rules beside what is shared " +
        "or pushed there and has 12 already.",
    ]);
  });
});

const NEEDS: Needs = { rules: [], services: [], addresses: [], addressGroups: [] };

describe("limits: changes", () => {
  const place = (maxChanges: number | undefined) => ({ firewall: "fw/vsys1", maxChanges });
  const none = () => undefined;

  it("takes openings in the order of names as far as what closes leaves room", () => {
    const rules = ["a", "b", "c", "d"].map(mapped);
    const opening = new Set(["b", "c", "d"]);
    const kept = (maxChanges: number | undefined, others = 1) =>
      names(withinChanges(rules, { opening, others }, none, place(maxChanges)).needed).join("");
    expect([kept(undefined), kept(4), kept(3), kept(2), kept(1), kept(0)]).to.deep.equal([
      ...["abcd", "abcd", "abc", "ab", "a", "a"],
    ]);
    // What closes goes through whatever opens.
    expect(kept(1, 7)).to.equal("a");
  });

  it("leaves of a rule what is in force, and names the setting with what it would take", () => {
    const part = { ...mapped("b"), rule: { ...mapped("b").rule, source: ["192.0.2.0/25"] } };
    const { needed, withheld, reasons } = withinChanges(
      [mapped("a"), mapped("b")],
      { opening: new Set(["b"]), others: 1 },
      ({ rule }) => (rule.name === "b" ? part : undefined),
      place(1),
    );
    expect(needed).to.deep.equal([mapped("a"), part]);
    expect(withheld[0]?.reason).to.match(/What of it is in force stays\.$/);
    expect(reasons.join()).to.include("set aws-panos-rules:maxChanges to 2 for this run");
  });
});
