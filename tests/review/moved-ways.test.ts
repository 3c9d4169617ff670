import { expect } from "chai";
import { factsBetween } from "../../review/change/between";
import { markdownOf } from "../../review/change/markdown";
import { reviewOf } from "../../review/change/model";
import { settingsOf } from "../support/offline-settings";
import { central, own, to } from "../support/transit-network";

type Central = ReturnType<typeof central>;

const SETTINGS = settingsOf({
  "aws-panos-rules:firewall": { networkInterfaceIds: ["eni-fa", "eni-fb"] },
});
const attachmentIn = (inventory: Central, name: string) =>
  inventory.transitGatewayAttachments.find(({ id }) => id === `tgw-attach-${name}`)!;

/** What a review says of rules that come or go by a change beyond the VPC, and why. */
function reviewed(change: (inventory: Central) => void, order: "goes" | "comes" = "goes") {
  const [before, after] = [central(), central()];
  change(order === "goes" ? after : before);
  const review = reviewOf(factsBetween(before, after, SETTINGS, "dev"));
  const reasons = review.firewalls[0]!.changes.map((each) => each.reasons.map(({ text }) => text));
  return { reasons, markdown: markdownOf(review) };
}

describe("a review of ways that moved beyond a VPC", () => {
  const moves: [string, (inventory: Central) => void, string][] = [
    [
      "a transit gateway's route",
      (inventory) => (inventory.transitGatewayRouteTables[0]!.routes = [to("0.0.0.0/0", "vpn")]),
      "transit gateway route table tgw-rtb-spokes gained 0.0.0.0/0 → tgw-attach-vpn and lost 0.0.0.0/0 → tgw-attach-f",
    ],
    [
      "an attachment's state",
      (inventory) => (attachmentIn(inventory, "f").state = "deleting"),
      "tgw-attach-f of vpc-f is deleting, and was available",
    ],
    [
      "the routes of the firewall's VPC",
      (inventory) => {
        for (const each of inventory.routeTables.slice(2)) {
          each.routes = [{ destinationCidrBlock: "0.0.0.0/0", natGatewayId: "nat-1" }];
        }
      },
      "route table rtb-fa gained 0.0.0.0/0 → nat-1 and lost 0.0.0.0/0 → eni-fa",
    ],
  ];
  for (const [what, change, said] of moves) {
    it(`names ${what} with each rule that goes by it, and the way that is left`, () => {
      const { reasons } = reviewed(change);
      expect(reasons).to.have.length(3);
      for (const [first] of reasons) {
        expect(first)
          .to.include("instance i-a with 10.1.1.10 is not behind the firewall any more: ")
          .and.include(said);
      }
    });
  }

  it("names it with each rule that comes by it, also in a comment", () => {
    const { reasons, markdown } = reviewed((inventory) => {
      attachmentIn(inventory, "f").state = "pending";
    }, "comes");
    const said = "is behind the firewall now: tgw-attach-f of vpc-f is available, and was pending";
    expect(reasons.map(([first]) => first?.includes(said))).to.deep.equal([true, true, true]);
    expect(markdown).to.include("tgw-attach-f");
  });

  it("names an association by which one of the VPC's rules goes and the others stay", () => {
    const { reasons } = reviewed((inventory) => {
      attachmentIn(inventory, "a").routeTableId = "tgw-rtb-firewall";
    });
    expect(reasons).to.deep.equal([
      ["tgw-attach-a of vpc-a is associated with tgw-rtb-firewall instead of tgw-rtb-spokes"],
    ]);
  });

  it("names it where one of the VPC's rules goes and the others stay", () => {
    const { reasons } = reviewed((inventory) => {
      inventory.transitGatewayRouteTables[0]!.routes!.push(own("a", 1), own("b", 2));
    });
    expect(reasons).to.have.length(1);
    expect(reasons[0]!.join()).to.include(
      "transit gateway route table tgw-rtb-spokes gained 10.1.0.0/16 → tgw-attach-a, 10.2.0.0/16 → tgw-attach-b",
    );
  });
});
