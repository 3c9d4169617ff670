import { expect } from "chai";
import type { Inventory, SecurityGroupRule, Tags } from "../../inventory/types";
import { endOf } from "../../mapping/expiry";
import { NO_GUARDRAILS, mapWithin } from "../../mapping/guardrails";
import { OPTIONS, inventoryWith } from "./fixtures";

const NOW = Date.parse("2026-11-29T12:00:00Z");
const EXPIRY = { tag: "ends", now: NOW, noticeDays: 14 };

/** What becomes of one rule with these tags, in a group with those. */
function mapped(tags: Tags | undefined, groupTags: Tags | undefined = {}, expiry = EXPIRY) {
  const rule: Partial<SecurityGroupRule> = { cidrIpv4: "203.0.113.0/24", ...(tags && { tags }) };
  const inventory = inventoryWith([rule]);
  const securityGroups = inventory.securityGroups.map((each) => ({
    ...each,
    ...(groupTags && { tags: groupTags }),
  }));
  const whole: Inventory = { ...inventory, securityGroups };
  const { rules, withheld, guarded, warnings } = mapWithin(whole, { ...OPTIONS, expiry }, NO_GUARDRAILS);
  return { isOpen: rules.length === 1, reasons: withheld.map(({ reason }) => reason), guarded, warnings };
}

describe("permissions that end by a tag", () => {
  it("end with the last moment of a day, or at a time with its zone", () => {
    expect(endOf("2026-12-31")).to.equal(Date.parse("2027-01-01T00:00:00Z"));
    expect(endOf(" 2026-12-31T18:00+01:00 ")).to.equal(Date.parse("2026-12-31T17:00:00Z"));
    expect(endOf("2028-02-29")).to.equal(Date.parse("2028-03-01T00:00:00Z"));
    for (const value of [
      "",
      "soon",
      "31.12.2026",
      "2026-12-31T18:00",
      "2026-02-30",
      "2026-13-01",
      "2027-02-29T00:00Z",
    ]) {
      expect(endOf(value), value).to.equal(undefined);
    }
  });

  it("are open until then and withheld afterwards, and no guardrail forbids them", () => {
    expect(mapped({ ends: "2026-11-29" }).isOpen).to.equal(true);
    expect(mapped({ ends: "2026-11-29T12:00Z" })).to.deep.include({
      isOpen: false,
      guarded: [],
      reasons: [
        "Security group web (sg-0a1b2c3d), TCP port 443, is withheld: it has ended, for sgr-1's tag ends is 2026-11-29T12:00Z.",
      ],
    });
    expect(mapped({ ends: "2026-11-28" }).isOpen).to.equal(false);
    expect(mapped({ other: "2020-01-01" }).isOpen).to.equal(true);
  });

  it("end with the earlier of the rule's and the group's day", () => {
    expect(mapped({ ends: "2027-12-31" }, { ends: "2026-01-01" }).isOpen).to.equal(false);
    expect(mapped({ ends: "2026-01-01" }, { ends: "2027-12-31" }).isOpen).to.equal(false);
    expect(mapped({}, { ends: "2027-12-31" }).isOpen).to.equal(true);
  });

  it("are withheld where nobody can tell when they end", () => {
    expect(mapped({ ends: "next week" }).reasons).to.deep.equal([
      "Security group web (sg-0a1b2c3d), TCP port 443, is withheld: sgr-1's tag ends is next week, which is neither a day (2026-12-31) nor a time with its zone (2026-12-31T18:00Z).",
    ]);
    expect(mapped(undefined).reasons.join()).to.include("sgr-1's tags were not seen");
  });

  it("are named in every run where they end soon, and not before", () => {
    expect(mapped({ ends: "2026-12-05" }).warnings).to.deep.equal([
      "Security group web (sg-0a1b2c3d), TCP port 443, ends at 2026-12-06T00:00Z as far as rule sgr-1 opens it: sgr-1's tag ends is 2026-12-05.",
    ]);
    expect(mapped({ ends: "2026-12-24" }).warnings).to.deep.equal([]);
    expect(mapped({ ends: "2026-11-28" }).warnings).to.deep.equal([]);
    expect(mapped({ ends: "2026-11-29" }, {}, { ...EXPIRY, noticeDays: 0 }).warnings).to.deep.equal([]);
  });

  it("end by nothing where no tag is named", () => {
    const rule = { cidrIpv4: "203.0.113.0/24", tags: { ends: "2020-01-01" } };
    expect(mapWithin(inventoryWith([rule]), OPTIONS, NO_GUARDRAILS).rules).to.have.length(1);
  });
});
