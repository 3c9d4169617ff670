import { expect } from "chai";
import { revokedAmong } from "../../plan/limits";
import { account, groupId, ruleOf } from "../support/account";

describe("limits: revoked permissions", () => {
  const inventory = account([
    { group: 1, port: 443 },
    { group: 2, port: 22 },
  ]);
  inventory.securityGroups[0]!.egress = [
    { id: "sgr-0e", ipProtocol: "6", fromPort: 25, toPort: 25, cidrIpv4: "0.0.0.0/0" },
  ];
  const [web, other, mail] = [
    ruleOf({ group: 1, port: 443 }),
    ruleOf({ group: 1, port: 80 }),
    `aws-${groupId(1)}-out-tcp-25`,
  ];
  const among = (names: string[], events = [groupId(1)]) => revokedAmong(names, inventory, events);

  it("are those of a group that an event names, which AWS shows without them", () => {
    expect(among([web, other, mail])).to.deep.equal([other]);
    // The same traffic the other way round, to other zones, by a policy.
    const more = [
      `aws-${groupId(1)}-tcp-25`,
      `aws-${groupId(1)}-out-tcp-443`,
      `${other}-z0123abcd-p0123abcd`,
    ];
    expect(among(more)).to.deep.equal(more);
    expect(among([`${web}-z0123abcd`])).to.deep.equal([]);
  });

  it("are none of a group with a rule that can't be read: it may be that one", () => {
    const [group, ...others] = inventory.securityGroups;
    const unreadable = {
      id: "sgr-9",
      isEgress: false,
      ipProtocol: "tcp",
      fromPort: 80,
      toPort: 80,
      fault: "odd",
    };
    const securityGroups = [{ ...group!, unreadableRules: [unreadable] }, ...others];
    expect(revokedAmong([other], { securityGroups }, [groupId(1)])).to.deep.equal([]);
  });

  it("are none without an event, without the group, or of what no permission is called", () => {
    expect(among([other], [])).to.deep.equal([]);
    expect(among([other], [groupId(2)])).to.deep.equal([]);
    expect(among([ruleOf({ group: 9, port: 80 })], [groupId(9)])).to.deep.equal([]);
    expect(among([`aws-${groupId(1)}`, "aws-quarantine-abcd-in", "cleanup"])).to.deep.equal([]);
  });
});
