import { expect } from "chai";
import { commitSeconds } from "../../panos/commit-time";
import { scriptedDevice, type ScriptedDevice } from "./scripted";

/** A job that was asked for at 16:46:45. */
const job = (id: number, tfin: string, type = "Commit", result = "OK") =>
  `<job><tenq>2026/07/21 16:46:45</tenq><tdeq>16:46:45</tdeq><id>${id}</id><user>a</user><type>${type}</type>` +
  `<status>FIN</status><result>${result}</result><tfin>${tfin}</tfin><progress>100</progress></job>`;

describe("how long a device's commits take", () => {
  let device: ScriptedDevice;
  afterEach(() => device.close());

  const secondsOf = async (...jobs: string[]) => {
    device = await scriptedDevice(
      () => `<response status="success"><result>${jobs.join("")}</result></response>`,
    );
    return commitSeconds(device.client());
  };

  it("is the longest of the last five that went through", async () => {
    const earlier = [4, 5, 6].map((id) => job(id, "2026/07/21 16:46:50"));
    const seconds = await secondsOf(
      ...[job(2, "2026/07/21 17:46:45"), job(3, "2026/07/21 17:46:45"), ...earlier],
      ...[job(7, "2026/07/21 16:48:32"), job(8, "2026/07/21 16:46:46")],
      job(9, "2026/07/21 17:46:45", "Commit", "FAIL"),
      job(10, "2026/07/21 17:46:45", "Validate"),
    );
    expect(seconds).to.equal(107);
  });

  it("goes over midnight", async () => {
    expect(await secondsOf(job(2, "2026/07/22 00:00:45"))).to.equal(7 * 3600 + 14 * 60);
  });

  it("is not known where there was none, or where the device gives only a time of day", async () => {
    expect(await secondsOf(job(2, "Still Active", "Commit", "PEND"), job(3, "16:48:32"))).to.equal(undefined);
  });
});
