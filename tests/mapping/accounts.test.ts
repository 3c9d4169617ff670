/** Awkward accounts, each beside the rules that a network engineer would write for it by hand, and why. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { checkInventory } from "../../inventory/validate";
import { mapInventory, prefixListGroupsOf } from "../../mapping/index";
import { ofThePassing } from "../../mapping/order";
import type { MappingOptions } from "../../mapping/types";

interface Account {
  why: string;
  options: MappingOptions;
  inventory: unknown;
  rules: {
    why: string;
    /** Without the hash that stands for zones, or for what of a prefix list crosses the firewall. */
    name: string;
    from: string;
    to: string;
    source: string[];
    destination: string[];
    application: string[];
    service: string[];
  }[];
  /** Groups that stand for large prefix lists; none unless given. */
  groups?: { name: string; entries: string[] }[];
  withheld: string[];
  warnings: string[];
}

const withoutHash = (name: string) => name.replace(/-s[0-9a-f]{12}$/, "-s");

const FOLDER = join(__dirname, "accounts");

describe("awkward accounts", () => {
  for (const file of readdirSync(FOLDER).sort()) {
    const { why, options, inventory, ...expected } = JSON.parse(
      readFileSync(join(FOLDER, file), "utf8"),
    ) as Account;
    it(`${file.replace(".json", "")}: ${why}`, () => {
      const checked = checkInventory(inventory);
      if (!("inventory" in checked)) throw new Error(checked.problems.join("\n"));
      const { rules, withheld, warnings } = mapInventory(checked.inventory, options);
      const found = rules.map(({ rule: { name, from, to, source, destination, application, service } }) => ({
        name: name.replace(/-z[0-9a-f]{8}$/, "-z"),
        ...{ from: from[0], to: to[0], source: source.map(withoutHash), destination, application, service },
      }));
      const byHand = expected.rules.map(({ name, from, to, source, destination, application, service }) => ({
        ...{ name, from, to, source, destination, application, service },
      }));
      expect(found).to.have.deep.members(byHand);
      expect(
        prefixListGroupsOf(rules).map(({ name, entries }) => ({ name: withoutHash(name), entries })),
      ).to.deep.equal(expected.groups ?? []);
      expect(ofThePassing(withheld).map(({ reason }) => reason)).to.deep.equal(expected.withheld);
      expect(warnings).to.deep.equal(expected.warnings);
      expect(expected.rules.every((rule) => rule.why.length > 10)).to.equal(true);
    });
  }
});
