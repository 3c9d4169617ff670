import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import type { HeldRequest, Refuses } from "../../packages/simulator";
import { account, ruleOf, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";

const WEB: Permission = { group: 1, port: 443 };
const OLD: Permission = { group: 2, port: 8443 };
const NEW: Permission = { group: 3, port: 9443 };
const HTTPS = {
  source: "203.0.113.0/24",
  destination: "10.0.0.1",
  application: "ssl",
  service: "service-https",
};

const FIRST = ruleEntry("first", { destination: "10.9.9.9", action: "deny" });

/** Writes by what they hold: an operation on something in a container. */
const holding =
  (action: string, container: string) =>
  ({ element = "" }: HeldRequest): boolean =>
    new RegExp(`<${action} [^>]*/${container}/entry\\[`).test(element);

const WRITES = {
  "a rule's writing": holding("edit", "rules"),
  "a service's writing": holding("edit", "service"),
  "a rule's removal": holding("delete", "rules"),
  "a service's removal": holding("delete", "service"),
};

onTargets("e2e: a write whose answer is lost", (target) => {
  let lab: Lab;
  let stack: Stack;
  afterEach(() => lab.close());

  const open = async (refuses: Refuses = {}): Promise<void> => {
    lab = await Lab.open({ target, refuses });
    await lab.setAccount(account([WEB, OLD]));
    stack = await lab.stack();
    succeeded(await stack.up());
  };
  const lose = (match: (request: HeldRequest) => boolean, when: "before" | "after") => {
    lab.firewall.addFault({ match, effect: { do: "drop", when } });
  };
  const fired = () => lab.firewall.firedFaults.length;

  /** An update that removes a rule with its service, and adds another with its own. */
  const goesOn = async (): Promise<void> => {
    await lab.setAccount(account([WEB, NEW]));
    const { result, commits } = await lab.during(() => stack.up());
    succeeded(result);
    expect(fired(), "nothing was lost").to.equal(1);
    expect(commits).to.equal(1);
    expect(lab.running()).to.deep.equal([...[WEB, NEW].map(ruleOf), "cleanup"]);
    expect(lab.objects()).to.include("tcp-9443").and.not.to.include("tcp-8443");
    expect(lab.candidate()).to.deep.equal(lab.running());
    expect(lab.objects("candidate")).to.equal(lab.objects());
  };

  for (const when of ["before", "after"] as const) {
    for (const [what, match] of Object.entries(WRITES)) {
      it(`is read back, and the run goes on: ${what}, lost ${when} it was done`, async () => {
        await open();
        lose(match, when);
        await goesOn();
      });
    }

    it(`is read back, and the run goes on: what puts rules in order, lost ${when} it was done`, async () => {
      await open();
      await lab.person().moveBelow(ruleOf(WEB), ruleOf(OLD));
      await lab.person().commitEverything();
      await lab.setAccount(account([WEB, OLD, NEW]));
      lose(({ element = "" }) => element.startsWith("<multi-config><move "), when);
      const { result, commits } = await lab.during(() => stack.up());
      succeeded(result);
      expect(fired()).to.equal(1);
      expect(commits).to.equal(1);
      expect(lab.running()).to.deep.equal([...[WEB, OLD, NEW].map(ruleOf), "cleanup"]);
    });

    it(`is read back, and the run goes on: an administrator's rule that is taken over, lost ${when} it was done`, async () => {
      lab = await Lab.open({ target, given: { rules: [FIRST, ruleEntry("old-web", HTTPS)] } });
      await lab.setAccount(account([WEB]));
      stack = await lab.stack({ settings: { "aws-panos-rules:adopt": ["old-web"] } });
      lose(holding("delete", "rules"), when);
      const { result, commits } = await lab.during(() => stack.up());
      succeeded(result);
      expect(fired()).to.equal(1);
      expect(commits).to.equal(1);
      expect(lab.running()).to.deep.equal(["first", ruleOf(WEB), "cleanup"]);
    });

    for (const action of ["edit", "move"] as const) {
      it(`is read back where a rule is written and moved in two requests, and the ${action} is lost ${when} it was done`, async () => {
        await open({ editAndMove: true });
        const other = action === "edit" ? "<move " : "<edit ";
        lose(
          (request) => holding(action, "rules")(request) && request.element?.includes(other) === false,
          when,
        );
        await goesOn();
      });
    }
  }

  it("counts as ours on a device that names no entries, beside what another administrator has pending", async () => {
    await open({ journalEntries: true });
    await lab.person().addRule(ruleEntry("unfinished"));
    lose(holding("delete", "rules"), "after");
    await lab.setAccount(account([WEB, NEW]));
    const { result, commits } = await lab.during(() => stack.up());
    succeeded(result);
    expect(commits).to.equal(1);
    expect(lab.ours()).to.deep.equal([WEB, NEW].map(ruleOf));
    expect(lab.running()).not.to.include("unfinished");
  });

  it("ends the run when it is lost again, commits nothing, and the next one goes on from there", async () => {
    await open();
    lab.firewall.addFault({
      match: holding("delete", "rules"),
      count: 2,
      effect: { do: "drop", when: "before" },
    });
    await lab.setAccount(account([WEB, NEW]));
    const { result, commits } = await lab.during(() => stack.up());
    expect(result.code).to.equal(1);
    expect(said(result)).to.include("it may have been carried out");
    expect(commits).to.equal(0);
    expect(await lab.person().locks()).to.deep.equal([]);
    succeeded(await stack.up());
    expect(lab.ours()).to.deep.equal([WEB, NEW].map(ruleOf));
  });

  it("takes removals back that are in the candidate alone, whichever of their answers was lost", async () => {
    await open();
    const before = lab.running();
    // The candidate is lost between the sweep's look at it and what the sweep writes.
    const effect = { do: "restart", keepLocks: true, when: "after" } as const;
    lab.firewall.addFault({ match: { cmd: "<list><changes>" }, effect });
    lose(holding("delete", "rules"), "after");
    await lab.setAccount(account([WEB, NEW]));
    const result = await stack.up();
    expect(result.code).to.equal(1);
    expect(said(result)).to.match(/candidate configuration differs .* is missing/);
    expect(lab.running()).to.deep.equal(before);
    expect(lab.candidate()).to.deep.equal(before);
  });
});
