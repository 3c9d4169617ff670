import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import type { Fault } from "../../packages/simulator";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, PASSWORDS, ruleEntry, said, succeeded } from "../support/lab";

const WEB: Permission = { group: 1, port: 443 };
const OTHER: Permission = { group: 2, port: 9000 };
const SSH: Permission = { group: 3, port: 22 };

/** Of what the fault suites do without an engine, the kinds that differ most, through all of it. */
const SCHEDULES: { name: string; faults: Fault[]; fails?: RegExp }[] = [
  {
    name: "answers to writes and to the commit that were lost after they acted",
    faults: [
      { match: { action: "multi-config" }, effect: { do: "drop", when: "after" } },
      { match: { type: "commit" }, effect: { do: "drop", when: "after" } },
    ],
  },
  {
    name: "a restart that loses the candidate while it stages",
    faults: [
      { match: { action: "multi-config" }, nth: 2, effect: { do: "restart", downMs: 50, when: "before" } },
    ],
    // What became of the write whose answer was lost has been read back.
    fails:
      /rule \S+ is not as declared, rule \S+ is missing\. Nothing was committed\. Run again with --refresh/,
  },
  {
    name: "an answer to the commit that ends early, and an expired key",
    faults: [
      { match: { type: "commit" }, effect: { do: "truncate", announced: true } },
      { match: { cmd: "<commit-lock><add>" }, effect: { do: "expire-keys" } },
    ],
    fails: /not one of a PAN-OS XML API/,
  },
];

describe("faults: through the whole program and engine", function () {
  this.timeout(120_000);
  let lab: Lab;
  let stack: Stack;

  beforeEach(async () => {
    lab = await Lab.open();
    await lab.setAccount(account([WEB, OTHER]));
    stack = await lab.stack();
    succeeded(await stack.up());
    await lab.setAccount(account([{ ...WEB, cidr: "192.0.2.0/24" }, SSH]));
  });
  afterEach(() => lab.close());

  for (const { name, faults, fails } of SCHEDULES) {
    it(`${name}: ${fails === undefined ? "no failure" : "a failure that says so"}, and the next run is right`, async () => {
      const others = lab.others();
      for (const fault of faults)
        lab.firewall.addFault({ ...fault, match: { admin: "aws-panos", ...fault.match } });
      const { result, commits } = await lab.during(() => stack.up());
      expect(lab.firewall.firedFaults).to.have.length(faults.length);
      if (fails === undefined) {
        succeeded(result);
        expect(commits).to.equal(1);
      } else {
        expect(result.code).not.to.equal(0);
        expect(said(result)).to.match(fails);
      }
      for (const password of Object.values(PASSWORDS)) expect(said(result)).not.to.include(password);

      succeeded(await stack.up({ refresh: true }));
      expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
      expect(lab.candidate()).to.deep.equal(lab.running());
      expect(lab.others()).to.equal(others);
      expect(await lab.person().locks()).to.deep.equal([]);
    });
  }

  it("refuses a commit that would leave out what somebody has removed of ours, until that is committed", async () => {
    const admin = lab.person();
    await admin.addRule(ruleEntry("theirs"));
    await admin.deleteRule(ruleOf(OTHER));
    const refused = await lab.during(() => stack.up({ refresh: true }));
    expect(refused.result.code).not.to.equal(0);
    expect(said(refused.result)).to.include(`${ruleOf(OTHER)}: admin (DELETE)`);
    expect(refused.commits).to.equal(0);
    expect(lab.running()).to.include(ruleOf(OTHER)).and.not.to.include("theirs");
    await admin.commitEverything();
    succeeded(await stack.up({ refresh: true }));
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
  });
});
