import { once } from "node:events";
import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import type { HeldRequest, RequestRecord } from "../../packages/simulator";
import { vsysXpath, type Location } from "../../panos/location";
import { account, ruleOf, type Permission } from "../support/account";
import { isWrite, Lab, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const MAIL: Permission = { group: 3, port: 25 };

/** The provider's reading of the candidate: the program, which plans, has read it before. */
const providerReads = (location: Location) => {
  let reads = 0;
  return ({ action, xpath }: HeldRequest) =>
    action === "get" && xpath === vsysXpath(location) && ++reads === 2;
};
const stages = ({ action }: HeldRequest) => action === "multi-config";
const takesLock = ({ cmd }: Pick<HeldRequest, "cmd">) => cmd?.includes("<commit-lock><add>") === true;
const releasesLock = ({ cmd }: HeldRequest) => cmd?.includes("<commit-lock><remove>") === true;
const readsJournal = ({ cmd }: HeldRequest) => cmd?.includes("<list><changes>") === true;

onTargets("e2e: a run that is killed", (target) => {
  let lab: Lab;
  let stack: Stack;

  beforeEach(async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([WEB]));
    stack = await lab.stack();
    succeeded(await stack.up());
    await lab.setAccount(account([SSH, MAIL]));
  });
  afterEach(() => lab.close());

  /** The state's lock is still there: the next run is refused until somebody cancels. */
  const isLockedUntilCancelled = async () => {
    const refused = await stack.up();
    expect(refused.code).not.to.equal(0);
    expect(said(refused)).to.match(/locked/i);
    await stack.cancel();
  };

  const converges = async () => {
    const { result, commits } = await lab.during(() => stack.up());
    succeeded(result);
    expect(commits).to.equal(1);
    expect(lab.ours()).to.have.members([ruleOf(SSH), ruleOf(MAIL)]);
    expect(lab.candidate()).to.deep.equal(lab.running());
    expect(await lab.person().locks()).to.deep.equal([]);
    const again = await lab.during(() => stack.up());
    expect(succeeded(again.result).steps).to.deep.equal([]);
    expect({ writes: again.writes, commits: again.commits }).to.deep.equal({ writes: 0, commits: 0 });
  };

  /** Holds a run after it has swept: it reads our administrator's journal before it commits. */
  const holdBeforeCommit = () => {
    const before = lab.firewall.requests.length;
    return lab.firewall.hold(
      (request) => readsJournal(request) && lab.firewall.requests.slice(before).some(takesLock),
    );
  };

  /** Resolves with the next request that `match` accepts, once it has been served. */
  const served = async (match: (request: RequestRecord) => boolean): Promise<void> => {
    for (;;) {
      const [request] = (await once(lab.firewall, "request")) as [RequestRecord];
      if (match(request)) return;
    }
  };

  it("before it stages leaves a provider that writes nothing, and the next run converges", async () => {
    const hold = lab.firewall.hold(providerReads(target.location));
    const run = stack.start("up");
    await hold.reached;
    await lab.kill(run);
    // The two commands take seconds; what the provider would write, it would write within milliseconds.
    const { writes } = await lab.during(async () => {
      hold.release();
      await isLockedUntilCancelled();
    });
    expect(writes).to.equal(0);
    await converges();
  });

  it("while it stages leaves a provider that writes nothing more, and the next run converges", async () => {
    const hold = lab.firewall.hold(stages);
    const run = stack.start("up");
    await hold.reached;
    await lab.kill(run);
    const { writes } = await lab.during(async () => {
      hold.release();
      await isLockedUntilCancelled();
    });
    expect(writes, "the write that was under way").to.equal(1);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
    await converges();
  });

  it("between staging and commit leaves a provider that commits nothing and lets go of its lock", async () => {
    const hold = holdBeforeCommit();
    const run = stack.start("up");
    await hold.reached;
    await lab.kill(run);
    expect(lab.candidate()).to.include.members([ruleOf(SSH), ruleOf(MAIL)]);
    const released = served(releasesLock);
    const { requests, commits } = await lab.during(async () => {
      hold.release();
      await released;
    });
    expect(requests.filter(isWrite)).to.deep.equal([]);
    expect(commits).to.equal(0);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
    await stack.cancel();
    await converges();
  });

  it("while it takes the commit lock leaves a provider that neither sweeps nor commits", async () => {
    const hold = lab.firewall.hold(takesLock);
    const run = stack.start("up");
    await hold.reached;
    await lab.kill(run);
    const released = served(releasesLock);
    const { requests } = await lab.during(async () => {
      hold.release();
      await released;
    });
    expect(requests.filter(isWrite)).to.deep.equal([]);
    expect(lab.candidate(), "a removal that nobody commits").to.include(ruleOf(WEB));
    await stack.cancel();
    await converges();
  });

  it("is outlived by its program and its provider for ten seconds at most", async () => {
    const hold = lab.firewall.hold(stages);
    const run = stack.start("up");
    await hold.reached;
    const orphans = await lab.kill(run);
    expect(await orphans.left(10_000)).to.deep.equal([]);
    hold.drop();
  });

  it("with its provider, by the end of its machine, leaves a lock that the next run takes over", async () => {
    const hold = holdBeforeCommit();
    const run = stack.start("up");
    await hold.reached;
    (await lab.kill(run)).end();
    hold.drop();
    expect((await lab.person().locks()).map(({ owner }) => owner)).to.deep.equal(["aws-panos"]);
    await stack.cancel();
    await converges();
  });

  it("leaves nothing in the candidate of what the program withdraws afterwards, with `up --refresh`", async () => {
    const hold = lab.firewall.hold(takesLock);
    const run = stack.start("up");
    await hold.reached;
    (await lab.kill(run)).end();
    hold.drop();
    expect(lab.candidate()).to.include.members([ruleOf(SSH), ruleOf(MAIL)]);
    await lab.setAccount(account([WEB]));
    await stack.cancel();
    succeeded(await stack.up({ refresh: true }));
    expect(lab.running()).to.deep.equal([ruleOf(WEB), "cleanup"]);
    expect(lab.candidate()).to.deep.equal([ruleOf(WEB), "cleanup"]);
    const pending = (await lab.person().pending()).filter(({ xpath }) => xpath.includes("aws-sg-"));
    expect(pending).to.deep.equal([]);
  });
});
