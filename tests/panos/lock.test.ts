import { expect } from "chai";
import { takeCommitLock } from "../../panos/lock";
import { failure, scriptedDevice, type ScriptedDevice } from "./scripted";

const REFUSED =
  '<response status="error"><msg><line>Commit lock is already held by somebody-else</line></msg></response>';
const TAKEN = '<response status="success"><result>Successfully acquired lock</result></response>';
const NO_LOCKS = '<response status="success"><result><commit-locks/></result></response>';

/** A device that refuses the lock so often, and never shows who has it. */
function refusing(times: number): Promise<ScriptedDevice> {
  let left = times;
  return scriptedDevice(({ parameters }) => {
    if (parameters.get("cmd")?.startsWith("<show>")) return NO_LOCKS;
    return left-- > 0 ? REFUSED : TAKEN;
  });
}

describe("a commit lock", () => {
  let device: ScriptedDevice;
  afterEach(() => device.close());

  it("that its holder lets go before it is asked who that is, is taken after all", async () => {
    device = await refusing(1);
    await takeCommitLock(device.client(), "aws-panos", "ours");
    expect(device.requests).to.have.length(3);
  });

  it("that nobody has and that is refused all the same, is refused in the device's words", async () => {
    device = await refusing(Infinity);
    const error = await failure(takeCommitLock(device.client(), "aws-panos", "ours"));
    expect(error.message).to.include("already held by somebody-else");
    expect(device.requests).to.have.length(4);
  });
});
