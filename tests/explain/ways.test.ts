import { expect } from "chai";
import { parseCidr } from "../../lib/net/cidr";
import { NO_GUARDRAILS } from "../../mapping/guardrails";
import { explainInterface } from "../../review/explain/interfaces";
import { explainPacket } from "../../review/explain/packet";
import type { Explanation, Reason } from "../../review/explain/reason";
import { viewOf } from "../../review/explain/view";
import { OPTIONS } from "../mapping/fixtures";
import { central, to } from "../support/transit-network";

type Central = ReturnType<typeof central>;
const FIREWALL = { instanceIds: [], networkInterfaceIds: ["eni-fa", "eni-fb"], vpcEndpointIds: [] };

/** Every fact of an explanation, in the order of the tree. */
const factsOf = ({ because = [] }: Pick<Reason, "because">): string[] =>
  because.flatMap((each) => [each.text, ...factsOf(each)]);

function viewAfter(change: (inventory: Central) => void) {
  const inventory = central();
  change(inventory);
  return viewOf(inventory, { ...OPTIONS, firewall: FIREWALL }, NO_GUARDRAILS);
}

/** What is said of a packet to spoke a's instance. */
function asked(from: string, change: (inventory: Central) => void = () => undefined): Explanation {
  const [source, target] = [parseCidr(`${from}/32`)!, parseCidr("10.1.1.10/32")!];
  const traffic = { protocol: "tcp", fromPort: 443, toPort: 443 } as const;
  return explainPacket(
    viewAfter(change),
    { from: source, to: target, traffic, port: "tcp/443" },
    { asked: false, because: "no key is given" },
  );
}

describe("an explanation of a way", () => {
  it("goes from table to table, from the source to the interface and back", () => {
    const facts = factsOf(asked("10.2.1.9"));
    const [into, out] = ["the way from 10.2.1.9/32 to eni-a", "the way from eni-a to 10.2.1.9/32"];
    expect(facts.slice(facts.indexOf(into), facts.indexOf(into) + 4)).to.deep.equal([
      into,
      "rtb-b: 0.0.0.0/0 → tgw-1 by tgw-attach-b",
      "tgw-rtb-spokes: 0.0.0.0/0 → vpc vpc-f by tgw-attach-f, subnet-fa",
      "rtb-fa: 0.0.0.0/0 → eni-fa, the firewall",
    ]);
    expect(facts.slice(facts.indexOf(out))).to.include.members([
      "rtb-a: 0.0.0.0/0 → tgw-1 by tgw-attach-a",
      "rtb-fb: 0.0.0.0/0 → eni-fb, the firewall",
    ]);
  });

  it("begins with what brings packets of addresses outside of AWS", () => {
    expect(factsOf(asked("172.16.0.9"))).to.include.members([
      "vpn vpn-1 by tgw-attach-vpn",
      "tgw-rtb-spokes: 0.0.0.0/0 → vpc vpc-f by tgw-attach-f, subnet-fa",
    ]);
  });

  it("names the hop that leads elsewhere, that loses it, and that nobody knows", () => {
    const facts = (change: (inventory: Central) => void) => factsOf(asked("198.51.100.9", change)).join("\n");
    const spokes = (inventory: Central) => inventory.transitGatewayRouteTables[0]!;
    expect(facts((inventory) => (spokes(inventory).routes = [to("0.0.0.0/0", "vpn")]))).to.include(
      "tgw-rtb-spokes: 0.0.0.0/0 → vpn vpn-1 by tgw-attach-vpn: here it leads elsewhere, and not to the firewall",
    );
    expect(facts((inventory) => (spokes(inventory).routes = []))).to.include(
      "tgw-rtb-spokes: no route: here it is lost",
    );
    expect(facts((inventory) => delete spokes(inventory).routes)).to.include(
      "rtb-a: 0.0.0.0/0 → tgw-1 by tgw-attach-a: the routes of tgw-rtb-spokes were not read. Where it leads from here is not known: protectedVpcs says",
    );
    const peering = { resourceType: "peering", resourceId: "tgw-2", resourceOwnerId: "222222222222" };
    const byPeering = (inventory: Central) =>
      Object.assign(
        inventory.transitGatewayAttachments.find(({ id }) => id === "tgw-attach-f")!,
        peering,
      );
    expect(facts(byPeering)).to.include(
      "tgw-rtb-spokes: 0.0.0.0/0 → peering tgw-2 by tgw-attach-f: that transit gateway of account 222222222222 was not read, in whichever region it is. Where it leads from here is not known",
    );
    const read = (inventory: Central) => {
      byPeering(inventory);
      const other = { ...peering, id: "tgw-attach-f", transitGatewayId: "tgw-2", resourceId: "tgw-1" };
      inventory.transitGatewayAttachments.push({ ...other, state: "available", routeTableId: "tgw-rtb-far" });
      const routes = [to("0.0.0.0/0", undefined)];
      inventory.transitGatewayRouteTables.push({ id: "tgw-rtb-far", transitGatewayId: "tgw-2", routes });
    };
    expect(facts(read)).to.include(
      "tgw-rtb-spokes: 0.0.0.0/0 → peering tgw-2 by tgw-attach-f\ntgw-rtb-far: 0.0.0.0/0 → a blackhole: here it is lost",
    );
    const core = "arn:aws:networkmanager::1:core-network/core-1";
    expect(
      facts((inventory) => {
        inventory.routeTables[0]!.routes = [{ destinationCidrBlock: "0.0.0.0/0", coreNetworkArn: core }];
      }),
    ).to.include(`rtb-a: 0.0.0.0/0 → ${core}: the policy of a Cloud WAN core network is not read`);
    expect(facts((inventory: Partial<Central>) => delete inventory.transitGatewayAttachments)).to.include(
      "rtb-a: 0.0.0.0/0 → tgw-1. Where transit gateways lead was not read",
    );
  });

  it("says that it doesn't count where ways are told", () => {
    const view = viewOf(central(), { ...OPTIONS, firewall: FIREWALL, ways: "told" }, NO_GUARDRAILS);
    expect(factsOf(explainInterface(view, view.inventory.networkInterfaces[0]!))).to.include(
      "where tgw-1 leads doesn't count: ways is told",
    );
  });

  it("is part of why an interface is behind the firewall", () => {
    const view = viewAfter(() => undefined);
    const facts = factsOf(explainInterface(view, view.inventory.networkInterfaces[0]!));
    expect(facts.join("\n")).to.include("eni-a of instance i-a, running, is behind the firewall");
    expect(facts).to.include.members([
      "subnet subnet-a uses route table rtb-a, which sends nothing to the firewall itself",
      "the way of IPv4 packets to the internet, and of answers",
      "tgw-rtb-spokes: 0.0.0.0/0 → vpc vpc-f by tgw-attach-f, subnet-fb",
    ]);
  });

  it("shows the way out of a subnet that sends it nothing, be it in one route or in two halves", () => {
    for (const out of [["0.0.0.0/0"], ["0.0.0.0/1", "128.0.0.0/1"]]) {
      const view = viewAfter((inventory) => {
        inventory.routeTables.find(({ id }) => id === "rtb-a")!.routes = out.map((destinationCidrBlock) => ({
          destinationCidrBlock,
          gatewayId: "igw-1",
        }));
      });
      const facts = factsOf(explainInterface(view, view.inventory.networkInterfaces[0]!));
      expect(facts.join("\n")).to.include(
        "subnet subnet-a uses route table rtb-a, which sends nothing to the firewall",
      );
      expect(facts).to.include.members(out.map((destination) => `${destination} → igw-1`));
    }
  });
});
