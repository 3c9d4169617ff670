import { expect } from "chai";
import type { Permission } from "../support/account";
import { World, type RunOptions } from "./support/world";

const BEFORE: Permission[] = [{ group: 1, port: 443 }];
const AFTER: Permission[] = [{ group: 2, port: 22 }];

// What the schedules have found, each as small as it can be.
describe("faults: what a run leaves behind", function () {
  this.timeout(60_000);
  let world: World;
  afterEach(() => world.close());

  const right = async (options: RunOptions): Promise<void> => {
    expect((await world.run(options)).errors).to.deep.equal([]);
    await world.converged();
    expect(await world.violations()).to.deep.equal([]);
  };

  it("a commit lock goes with the next refreshed run, also where that has nothing to change", async () => {
    world = await World.open();
    await right({ permissions: BEFORE });
    world.addFault({
      match: { type: "keygen" },
      effect: {
        do: "lock",
        kind: "commit",
        admin: "aws-panos",
        scope: "vsys1",
        comment: "of a run that was killed",
      },
    });
    const { errors, steps, requests } = await world.run({ permissions: BEFORE, refresh: true });
    expect({ errors, steps }).to.deep.equal({ errors: [], steps: ["commit"] });
    expect(requests.some(({ type }) => type === "commit")).to.equal(false);
    await world.converged();
    expect(await world.violations()).to.deep.equal([]);
  });

  it("a firewall that is passive by now gets no commit, and the run doesn't call that a success", async () => {
    world = await World.open({ pair: true });
    await right({ permissions: BEFORE });
    world.addFault({ match: { cmd: "<list><changes>" }, nth: 2, effect: { do: "fail-over" } });
    const commits = () => world.firewalls.map(({ jobs }) => jobs.length);
    const before = commits();
    const { result, errors } = await world.run({ permissions: AFTER });
    expect(result).to.equal("failed");
    expect(errors.join()).to.include("its HA peer took over");
    expect(commits()).to.deep.equal(before);
    await world.mend();
    await right({ permissions: AFTER, refresh: true });
  });

  it("somebody's removal of a rule of ours stays theirs, and keeps us from committing until they do", async () => {
    world = await World.open();
    await right({ permissions: [...BEFORE, ...AFTER] });
    const name = "aws-sg-0a0002-tcp-22";
    const xpath = `/config/devices/entry/vsys/entry/rulebase/security/rules/entry[@name='${name}']`;
    await world.edit(`<delete xpath="${xpath}"/>`, [{ place: "rules", name }]);
    const refused = await world.run({ permissions: BEFORE, refresh: true });
    expect(refused.errors.join()).to.include(`${name}: admin (DELETE)`);
    expect(world.firewall.runningRules()).to.include(name);
    await world.commitTheirs();
    await right({ permissions: BEFORE, refresh: true });
  });

  it("no removal is staged by a run that fails at something else", async () => {
    world = await World.open();
    await right({ permissions: BEFORE });
    // The candidate is lost right before the sweep looks at it.
    const effect = { do: "restart", keepLocks: true, when: "after" } as const;
    world.addFault({ match: { cmd: "<commit-lock><add>" }, effect });
    const { errors, requests } = await world.run({ permissions: AFTER });
    expect(errors.join()).to.match(/candidate configuration differs .* is missing/);
    expect(requests.some(({ element }) => element?.includes("<delete"))).to.equal(false);
    await world.mend();
    await right({ permissions: AFTER, refresh: true });
  });

  const cases = [false, true].flatMap((withTheirs) =>
    [false, true].map((journalEntries) => ({ withTheirs, journalEntries })),
  );
  for (const { withTheirs, journalEntries } of cases) {
    const unless = withTheirs ? ", unless something else is pending under our name" : "";
    const where = journalEntries ? ", where the journal names containers alone" : "";
    it(`a removal is taken back whose additions were lost${where}${unless}`, async () => {
      world = await World.open({ refuses: { journalEntries } });
      await right({ permissions: BEFORE });
      // The candidate is lost between the sweep's look at it and what the sweep writes.
      const effect = { do: "restart", keepLocks: true, when: "after" } as const;
      world.addFault({ match: { cmd: "<list><changes>" }, effect });
      const tag = "/config/devices/entry/vsys/entry/tag/entry[@name='theirs']";
      const operations = `<set xpath="${tag}"><color>color1</color></set>`;
      if (withTheirs)
        world.addFault({
          match: { element: "<delete" },
          effect: { do: "edit", admin: "aws-panos", operations, when: "after" },
        });
      const { errors, requests } = await world.run({ permissions: AFTER });
      expect(errors.join()).to.match(/candidate configuration differs .* is missing/);
      expect(requests.some(({ element }) => element?.includes("<delete"))).to.equal(true);
      const { firewall } = world;
      expect(firewall.candidateRules().length === firewall.runningRules().length).to.equal(!withTheirs);
      expect(firewall.candidate(tag) !== "").to.equal(withTheirs);
      if (withTheirs) return;
      await world.mend();
      await right({ permissions: AFTER, refresh: true });
    });
  }
});
