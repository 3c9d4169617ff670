import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";
import { renameRules } from "../support/state";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const API: Permission = { group: 3, port: 8443 };
const ALL = [WEB, SSH, API];

onTargets("e2e: rules' names in Pulumi", (target) => {
  let lab: Lab;
  let stack: Stack;
  before(async () => {
    lab = await Lab.open({ target });
    const inventory = account(ALL);
    // Two groups may have one name, in two VPCs; and names are anybody's.
    const names = ["web", "web", "a::b $(reboot) **"];
    await lab.setAccount({
      ...inventory,
      securityGroups: inventory.securityGroups.map((group, at) => ({ ...group, name: names[at]! })),
    });
    const none = { "aws-panos-rules:maxRemovals": 0, "aws-panos-rules:maxChanges": 0 };
    succeeded(await (await lab.stack()).up());
    stack = await lab.stack({ settings: none });
  });
  after(() => lab.close());

  const CALLED = [
    `web/tcp-443/${ruleOf(WEB)}`,
    `web/tcp-22/${ruleOf(SSH)}`,
    `a-b-reboot/tcp-8443/${ruleOf(API)}`,
  ];
  const inState = async () => {
    const { resources = [] } = await stack.exportState();
    const rules = resources.filter(({ type }) => type.endsWith(":SecurityRule"));
    return rules.map(({ urn }) => urn.split("::").slice(3).join("::"));
  };
  /** Runs an update that may do nothing to the firewall, and did nothing. */
  const idle = async (flags: Parameters<Stack["up"]>[0] = {}) => {
    const before = lab.running();
    const { result, writes, commits } = await lab.during(() => stack.up({ ...flags }));
    expect({ writes, commits }, said(result)).to.deep.equal({ writes: 0, commits: 0 });
    expect(lab.running()).to.deep.equal(before).and.include.members(ALL.map(ruleOf));
    expect(lab.candidate()).to.deep.equal(before);
    return succeeded(result).steps.map(({ op, name }) => `${op} ${name}`);
  };

  it("begin with the group's name and the port", async () => {
    expect(await inState()).to.have.members(CALLED);
    expect(lab.ours()).to.have.members(ALL.map(ruleOf));
  });

  it("may be others without a write, a commit or a removal that a limit counts", async () => {
    // A state of an earlier version has the rules' own names.
    await renameRules(stack, (name) => name.replace(/.*\//, ""));
    expect(await idle({ targets: [`**${ruleOf(WEB)}`] })).to.deep.equal([]);
    expect(await inState()).to.have.members([CALLED[0], ruleOf(SSH), ruleOf(API)]);

    // One with a name that nothing leads to is created and deleted, for Pulumi alone; the others go on.
    await renameRules(stack, (name) => (name === ruleOf(API) ? `gone/${name}` : name));
    const steps = await idle({ refresh: true });
    expect(steps).to.have.members([`create ${CALLED[2]}`, `delete gone/${ruleOf(API)}`]);
    expect(await inState()).to.have.members(CALLED);
  });
});
