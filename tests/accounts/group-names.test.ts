import { expect } from "chai";
import { attributed } from "../../plan/accounts/attribution";
import { groupNamesIn } from "../../plan/accounts/group-names";
import { mapInventory } from "../../mapping";
import { GROUP, inventoryWith, OPTIONS, securityGroup } from "../mapping/fixtures";

const [ACCOUNT, REGION] = ["111111111111", "eu-central-1"];

describe("security groups' names", () => {
  const everywhere = { cidrIpv4: "0.0.0.0/0", description: `not web (${GROUP})` };
  const said = (name: string, accounts: boolean) => {
    const group = securityGroup([everywhere], { name, ownerId: ACCOUNT, region: REGION });
    const inventory = inventoryWith([], { securityGroups: [group] });
    const read = accounts ? { accounts: [{ accountId: ACCOUNT, region: REGION }] } : {};
    const { rules } = mapInventory(inventory, OPTIONS);
    return groupNamesIn(attributed(rules, { ...inventory, ...read }).map(({ rule }) => rule)).get(GROUP);
  };

  for (const name of ["web", "[prod] web", "web (old): x", "x".repeat(255)]) {
    it(`are in what is said of their rules, with or without accounts in front: ${name.slice(0, 20)}`, () => {
      expect([said(name, false), said(name, true)]).to.deep.equal([name, name]);
    });
  }

  it("are not known where the description doesn't say them", () => {
    expect([said("", false), said(" \n", true)]).to.deep.equal([undefined, undefined]);
    const { rules } = mapInventory(inventoryWith([everywhere]), OPTIONS);
    const { rule } = rules[0]!;
    const others = [
      { ...rule, description: "somebody's own words" },
      { ...rule, name: "aws-quarantine-abcd-in" },
    ];
    expect([...groupNamesIn(others)]).to.deep.equal([]);
  });
});
