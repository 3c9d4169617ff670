import { expect } from "chai";
import { account, resourceOf, ruleOf, type Permission } from "../support/account";
import { Lab, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";

const WEB: Permission = { group: 1, port: 8443 };
const SSH: Permission = { group: 2, port: 8022 };
const PAUSED = { settings: { "aws-panos-rules:paused": "true" } };
const FROZEN = { settings: { "aws-panos-rules:freeze": [{ timeZone: "Europe/Berlin" }] } };

onTargets("e2e: a freeze", (target) => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(account([WEB]));
    succeeded(await (await lab.stack()).up());
    await lab.setAccount(account([SSH]));
  });
  afterEach(() => lab.close());

  it("lets a preview show the change, and an update write nothing and say what waits", async () => {
    const stack = await lab.stack(PAUSED);
    const preview = succeeded(await stack.preview());
    expect(preview.steps.map(({ op, name }) => `${op} ${name}`)).to.include(`create ${resourceOf(SSH)}`);
    expect(said(preview)).to.include("an update would write nothing now");

    const { result, writes } = await lab.during(() => stack.up({ refresh: true }));
    expect(result.code).not.to.equal(0);
    expect(said(result)).to.include("paused is set");
    expect(said(result)).to.include(`rule ${ruleOf(SSH)} is missing`);
    expect(said(result)).to.include(`rule ${ruleOf(WEB)} is not declared`);
    expect(writes).to.equal(0);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
  });

  it("is a window that is open, and over when it closes", async () => {
    const stack = await lab.stack(FROZEN);
    const { result, writes } = await lab.during(() => stack.up());
    expect(result.code).not.to.equal(0);
    expect(said(result)).to.include("every day 00:00 to 24:00 Europe/Berlin");
    expect(writes).to.equal(0);
    succeeded(await (await lab.stack()).up());
    expect(lab.ours()).to.deep.equal([ruleOf(SSH)]);
  });

  it("does not fail an update that has nothing to write", async () => {
    await lab.setAccount(account([WEB]));
    succeeded(await (await lab.stack(PAUSED)).up({ refresh: true }));
  });

  it("stops a destroy too, where the last update ran under it", async () => {
    await lab.setAccount(account([WEB]));
    const stack = await lab.stack(PAUSED);
    succeeded(await stack.up());
    const { result, writes } = await lab.during(() => stack.destroy());
    expect(result.code).not.to.equal(0);
    expect(said(result)).to.include("aws-panos-rules:paused is set");
    expect(writes).to.equal(0);
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
  });
});
