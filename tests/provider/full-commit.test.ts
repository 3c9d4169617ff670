import { expect } from "chai";
import { locks } from "../../panos/lock";
import { withEverythingLocked } from "../../provider/session/full-commit";
import { askBeforeWriting, preflight } from "../../provider/session/preflight";
import { failure } from "../panos/scripted";
import { Lab } from "../support/lab";
import { onTargets } from "../support/targets";

onTargets("the lock on writing during a full commit", (target) => {
  let lab: Lab;
  beforeEach(async () => (lab = await Lab.open({ target })));
  afterEach(() => lab.close());

  const options = { lockTimeoutSeconds: 0, commitScope: "own" } as const;

  it("keeps out another session of the process that took it, and is not released by it", async () => {
    const { client } = lab.person();
    await withEverythingLocked(client, "admin", lab.target.title, async () => {
      const error = await failure(
        askBeforeWriting(client, { version: false }).then((before) =>
          preflight(client, "another", options, before),
        ),
      );
      expect(error.message).to.contain("holds the shared config lock").and.contain("Nothing was written");
      expect(await locks(client, "config")).to.have.length(1);
    });
    expect(await locks(client, "config")).to.have.length(0);
  });
});
