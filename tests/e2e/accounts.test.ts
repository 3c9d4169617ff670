import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import { regionLists, type Ec2Group } from "../support/ec2-account";
import { Ec2Server, type Ec2Item } from "../support/ec2-server";
import { Lab, said, succeeded } from "../support/lab";

const [HUB, SHOP] = ["111111111111", "222222222222"];
const WEB: Ec2Group = { id: "sg-0a0001", port: 8443, address: "10.0.1.1" };
const API: Ec2Group = { id: "sg-0a0002", port: 8444, address: "10.0.2.1" };
const ruleOf = ({ id, port }: Ec2Group) => `aws-${id}-tcp-${port}`;

const GUEST = "10.0.1.9";

/** An instance of SHOP's in HUB's VPC, with HUB's group: HUB sees the interface, and not the instance. */
function withGuest(accountId: string, lists: Map<string, Ec2Item[]>): Map<string, Ec2Item[]> {
  const add = (action: string, item: Ec2Item) => lists.set(action, [...(lists.get(action) ?? []), item]);
  const instanceId = "i-0a0009";
  if (accountId === SHOP) {
    const instancesSet = [{ instanceId, instanceState: { name: "running" } }];
    add("DescribeInstances", { reservationId: "r-0a0009", ownerId: SHOP, instancesSet });
  }
  return add("DescribeNetworkInterfaces", {
    networkInterfaceId: "eni-0a0009",
    ownerId: SHOP,
    vpcId: `vpc-${HUB.slice(0, 4)}`,
    subnetId: `subnet-${HUB.slice(0, 4)}`,
    privateIpAddress: GUEST,
    privateIpAddressesSet: [{ privateIpAddress: GUEST, primary: true }],
    groupSet: [{ groupId: WEB.id }],
    attachment: { instanceId, status: "attached" },
    interfaceType: "interface",
    sourceDestCheck: true,
  });
}

describe("e2e: several accounts", function () {
  this.timeout(180_000);
  let lab: Lab;
  let ec2: Ec2Server;
  let accounts: Map<string, Ec2Group[]>;

  beforeEach(async () => {
    lab = await Lab.open();
    ec2 = await Ec2Server.start();
    accounts = new Map([
      [HUB, [WEB]],
      [SHOP, [API]],
    ]);
    ec2.accountOf = (accessKey) => /\d{12}/.exec(accessKey)?.[0] ?? HUB;
    ec2.listsFor = ({ accessKey }) => {
      const accountId = ec2.accountOf(accessKey);
      return withGuest(accountId, regionLists(accountId, accounts.get(accountId) ?? []));
    };
  });
  afterEach(async () => {
    await ec2.close();
    await lab.close();
  });

  const stack = (settings: Record<string, unknown> = {}): Promise<Stack> =>
    lab.stack({
      ...ec2.ofStack,
      settings: {
        ...ec2.ofStack.settings,
        "aws-panos-rules:accounts": [{}, { role: `arn:aws:iam::${SHOP}:role/reader` }],
        ...settings,
      },
    });

  function denyShop(): void {
    ec2.refuse = ({ action }) =>
      action === "AssumeRole"
        ? { status: 403, code: "AccessDenied", message: "not authorized to perform: sts:AssumeRole" }
        : undefined;
  }

  it("make one policy; one that can't be read stops the update, or its rules stay as they are", async () => {
    succeeded(await (await stack()).up());
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(API)]);
    expect(lab.field(ruleOf(API), "description")).to.include(`[${SHOP}/eu-central-1]`);
    expect(lab.field(ruleOf(WEB), "destination")).to.include(GUEST);
    const [theirs, objects] = [lab.rule(ruleOf(API)), lab.objects()];

    denyShop();
    accounts.set(HUB, [{ ...WEB, address: "10.0.1.2" }]);
    const stopped = await lab.during(async () => (await stack()).up());
    expect(stopped.result.code).to.not.equal(0);
    expect(said(stopped.result)).to.include(`account ${SHOP} in eu-central-1 can't be read`);
    expect(stopped.writes).to.equal(0);

    const keep = await stack({ "aws-panos-rules:onUnreadable": "keep" });
    const kept = await lab.during(() => keep.up({ refresh: true }));
    expect(succeeded(kept.result).changes).to.not.have.any.keys("delete", "create");
    expect(kept.commits).to.equal(1);
    expect(said(kept.result)).to.include("left as they are");
    expect(lab.field(ruleOf(WEB), "destination"))
      .to.include("10.0.1.2")
      .and.include(GUEST);
    expect(lab.rule(ruleOf(API))).to.equal(theirs);
    expect(lab.objects()).to.equal(objects);

    ec2.refuse = () => undefined;
    accounts.set(SHOP, []);
    succeeded(await keep.up({ refresh: true }));
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
  });
});
