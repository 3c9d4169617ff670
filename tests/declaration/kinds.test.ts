import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { KINDS, kindOf, ORDER_OF_REMOVAL, PARTS, uses } from "../../declaration/kinds";
import { PROJECT_DIR } from "../support/lab";

describe("the table of kinds", () => {
  it("removes nothing before what still uses it", () => {
    expect(ORDER_OF_REMOVAL).to.have.members(PARTS);
    for (const [at, part] of ORDER_OF_REMOVAL.entries()) {
      for (const later of ORDER_OF_REMOVAL.slice(at + 1))
        expect(uses(later, part), `${later}: ${part}`).to.be.empty;
    }
    expect(ORDER_OF_REMOVAL.slice(0, 3)).to.deep.equal(["rules", "addressGroups", "addresses"]);
    expect(ORDER_OF_REMOVAL.at(-1)).to.equal("tags");
  });

  it("knows the kinds that each names, and the file that manages its resource", () => {
    for (const part of PARTS) {
      const { resource, uses: fields } = kindOf(part);
      expect(PARTS).to.include.members(Object.values(fields).flat());
      expect(existsSync(join(PROJECT_DIR, "provider", `${resource.module}.ts`)), part).to.be.true;
    }
  });

  it("says which field of a rule names what", () => {
    expect(uses("rules", "services")).to.deep.equal(["service"]);
    expect(uses("rules", "addressGroups")).to.deep.equal(["source", "destination"]);
    expect(uses("applications", "tags")).to.be.empty;
  });

  it("gives each kind a container and a resource of its own", () => {
    const each = <T>(of: (part: keyof typeof KINDS) => T) => new Set(PARTS.map(of)).size;
    expect(each((part) => KINDS[part].container)).to.equal(PARTS.length);
    expect(each((part) => KINDS[part].resource.type)).to.equal(PARTS.length);
  });
});
