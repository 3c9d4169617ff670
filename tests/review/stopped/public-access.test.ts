import { expect } from "chai";
import type { PublicAccess } from "../../../inventory/filters";
import type { Inventory, NetworkInterface } from "../../../inventory/types";
import { parseCidr } from "../../../lib/net/cidr";
import type { Judged } from "../../../review/stopped/network-acls";
import { Stops } from "../../../review/stopped/stops";
import { MAPPING, account } from "../../support/account";

/** A firewall whose interface outside is in a subnet of its own that leads to the internet gateway. */
function inventory(access: Partial<PublicAccess>[], more: Partial<Inventory> = {}): Inventory {
  const made = account([{ group: 1, port: 443 }]);
  const firewall = (id: string, subnetId: string): NetworkInterface => ({
    ...{ id, instanceId: "i-0f", subnetId, vpcId: "vpc-0a", privateIpAddresses: [], ipv6Addresses: [] },
    securityGroupIds: [],
  });
  return {
    ...made,
    accountId: "123456789012",
    subnets: [...made.subnets, { id: "subnet-0f", vpcId: "vpc-0a", routeTableId: "rtb-0f" }],
    routeTables: [
      ...made.routeTables,
      { id: "rtb-0f", vpcId: "vpc-0a", routes: [{ destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw-0a" }] },
    ],
    networkInterfaces: [
      ...made.networkInterfaces,
      firewall("eni-0f", "subnet-0a"),
      firewall("eni-0e", "subnet-0f"),
    ],
    filters: {
      unread: [],
      publicAccess: access.map((each) => ({
        ...{ accountId: "123456789012", region: "eu-central-1", mode: "off", exclusions: [] },
        ...each,
      })),
    },
    ...more,
  };
}

function judge(of: Inventory, far = "203.0.113.0/24", direction: Judged["direction"] = "ingress") {
  const { what, because } = new Stops(of, MAPPING).of({
    ...{ direction, far: [parseCidr(far)!], subnetIds: ["subnet-0a"] },
    traffic: { protocol: "tcp", fromPort: 443, toPort: 443 },
  });
  return [what, ...because.map(({ text }) => text)];
}

const IN =
  "VPC Block Public Access (block-ingress) blocks what comes from the internet: the firewall's subnet subnet-0f is no exclusion from that";
const OUT =
  "VPC Block Public Access (block-bidirectional) blocks what goes to the internet: the firewall's subnet subnet-0f is no exclusion from that";

describe("VPC Block Public Access", () => {
  const excluded = (resourceId: string, mode: "allow-bidirectional" | "allow-egress") => ({
    exclusions: [{ resourceId, mode }],
  });

  it("stops nothing where it is off, or was not read", () => {
    expect(judge(inventory([{}]))).to.deep.equal(["nothing"]);
    expect(judge(inventory([]))).to.deep.equal(["nothing"]);
  });

  it("stops what comes from the internet where the firewall's own subnet is no exclusion", () => {
    const on = { mode: "block-ingress" as const };
    expect(judge(inventory([on]))).to.deep.equal(["all", IN]);
    expect(judge(inventory([on]), "0.0.0.0/0")).to.deep.equal(["part", IN]);
    expect(judge(inventory([on]), "10.9.0.0/16")).to.deep.equal(["nothing"]);
    expect(judge(inventory([{ ...on, ...excluded("subnet-0a", "allow-bidirectional") }]))[0]).to.equal("all");
    for (const id of ["subnet-0f", "vpc-0a"]) {
      expect(judge(inventory([{ ...on, ...excluded(id, "allow-bidirectional") }]))).to.deep.equal([
        "nothing",
      ]);
      expect(judge(inventory([{ ...on, ...excluded(id, "allow-egress") }]))).to.deep.equal(["all", IN]);
    }
  });

  it("stops what goes there, too, but where egress alone is an exclusion from both", () => {
    const on = { mode: "block-bidirectional" as const };
    expect(judge(inventory([on]), "203.0.113.0/24", "egress")).to.deep.equal(["all", OUT]);
    const egress = { ...on, ...excluded("subnet-0f", "allow-egress") };
    expect(judge(inventory([egress]), "203.0.113.0/24", "egress")).to.deep.equal(["nothing"]);
    expect(judge(inventory([egress]))[0]).to.equal("all");
  });

  it("is the setting of the subnet's owner, and unknown where that or the firewall's way out isn't seen", () => {
    const on = { mode: "block-ingress" as const };
    const shared = inventory([on, { accountId: "210987654321" }]);
    const owned = {
      ...shared,
      subnets: shared.subnets.map((each) => ({ ...each, ownerId: "210987654321" })),
    };
    expect(judge(owned)).to.deep.equal(["nothing"]);
    const unseen = [
      "unknown",
      "VPC Block Public Access is on, and not every way between the firewall and an internet gateway can be seen, so what it blocks is not known",
    ];
    const elsewhere = { ...owned, filters: inventory([on]).filters! };
    expect(judge(elsewhere)).to.deep.equal(unseen);
    expect(judge({ ...inventory([on]), networkInterfaces: [] })).to.deep.equal(unseen);
  });
});
