import { expect } from "chai";
import { placesIn } from "../../declaration/descriptions";
import { checkInventory } from "../../inventory/validate";
import { REGION } from "../../settings/table/forms";
import { inventoryWith } from "../mapping/fixtures";

/** One of each partition of AWS (botocore's partitions.json). */
const REGIONS = [
  ...["eu-central-1", "ap-southeast-7", "mx-central-1", "cn-northwest-1", "us-gov-east-1"],
  ...["us-iso-west-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1", "eusc-de-east-1"],
];

describe("regions of every partition", () => {
  REGIONS.forEach((region) => {
    it(`are known in settings and inventories, and read back from descriptions: ${region}`, () => {
      expect(REGION.test(region)).to.equal(true);
      const document = { ...inventoryWith([]), region, accounts: [{ accountId: "123456789012", region }] };
      expect(checkInventory(document)).to.have.property("inventory");
      expect(placesIn(`[123456789012/${region}] web`)).to.deep.equal(new Set([`123456789012/${region}`]));
    });
  });

  it("are nothing else", () => {
    for (const text of [
      "Frankfurt",
      "eu",
      "eu-central",
      "eu-central-1a",
      "EU-central-1",
      "../eu-central-1",
      "",
    ]) {
      expect(REGION.test(text), text).to.equal(false);
      expect(placesIn(`[123456789012/${text}] web`), text).to.equal(undefined);
    }
  });
});
