import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import { entryXpath } from "../../panos/location";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";
import type { Person } from "../support/person";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const MAIL: Permission = { group: 3, port: 8025 };
const SERVICE = "aws-test1234-tcp-8025";
const UNSEEN = "is not what was last committed";

onTargets("e2e: a run without a refresh on a firewall that somebody has changed", (target) => {
  let lab: Lab;
  let stack: Stack;
  let admin: Person;

  beforeEach(async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([WEB, SSH, MAIL]));
    stack = await lab.stack();
    admin = lab.person();
    const first = succeeded(await stack.up());
    expect(said(first)).not.to.include(UNSEEN);
  });
  afterEach(() => lab.close());

  it("says how many rules are missing and different, that --refresh mends it, and fails as an update", async () => {
    await admin.deleteRule(ruleOf(WEB));
    await admin.deleteRule(ruleOf(SSH));
    await admin.set(ruleOf(MAIL), "<disabled>yes</disabled>");
    await admin.commitEverything();
    const preview = succeeded(await stack.preview());
    expect(said(preview))
      .to.include(`the running configuration of ${lab.label} ${UNSEEN}`)
      .and.to.include("of 3 declared rules 2 are missing and 1 are different")
      .and.to.include("--refresh");
    const { result, commits } = await lab.during(() => stack.up());
    expect(result.code).to.equal(1);
    expect(said(result)).to.include("2 are missing and 1 are different").and.to.include("--refresh");
    expect(commits).to.equal(0);
    const mended = succeeded(await stack.up({ refresh: true }));
    expect(said(mended)).not.to.include(UNSEEN);
    expect(lab.ours()).to.deep.equal([WEB, SSH, MAIL].map(ruleOf));
    expect(succeeded(await stack.up()).steps).to.deep.equal([]);
  });

  it("is none where a person types plain commands: the project has all of them refresh", async () => {
    const plain = { refresh: "as the project says" } as const;
    for (const permission of [WEB, SSH, MAIL]) await admin.deleteRule(ruleOf(permission));
    await admin.commitEverything();
    expect(said(succeeded(await stack.preview(plain)))).not.to.include(UNSEEN);
    succeeded(await stack.up(plain));
    expect(lab.ours()).to.deep.equal([WEB, SSH, MAIL].map(ruleOf));
    succeeded(await stack.destroy(plain));
    expect(lab.running()).to.deep.equal(["cleanup"]);
  });

  it("says it of an emptied firewall beside what is new in this run, and not of that", async () => {
    for (const permission of [WEB, SSH, MAIL]) await admin.deleteRule(ruleOf(permission));
    await admin.commitEverything();
    await lab.setAccount(account([WEB, { ...SSH, cidr: "198.51.100.0/24" }, MAIL, { group: 4, port: 25 }]));
    const preview = succeeded(await stack.preview());
    expect(said(preview)).to.include("of 4 declared rules 2 are missing and 0 are different");
  });

  it("says it of a service that means something else by now", async () => {
    await admin.client.edit(
      `${entryXpath(target.location, "service", SERVICE)}/protocol`,
      "<protocol><tcp><port>1-65535</port></tcp></protocol>",
    );
    await admin.commitEverything();
    expect(said(succeeded(await stack.preview()))).to.include(
      "of 1 declared services 0 are missing and 1 are different",
    );
  });

  it("says nothing of rules on hold, of those that only lost their tag, and of what is new", async () => {
    await admin.addObject("tag", '<entry name="aws-panos-hold"/>');
    await admin.set(ruleOf(WEB), "<tag><member>aws-panos-hold</member></tag><disabled>yes</disabled>");
    await admin.removeTag(ruleOf(SSH), "aws-panos-test1234");
    await admin.commitEverything();
    await lab.setAccount(account([WEB, SSH, MAIL, { group: 4, port: 25 }]));
    expect(said(succeeded(await stack.preview()))).not.to.include(UNSEEN);
    succeeded(await stack.up());
  });
});
