import { expect } from "chai";
import type { DeviceOutcome } from "../../panos/job";
import { Outcomes } from "../../provider/revision/push-outcomes";

const outcome = (serial: string, vsys: string, result: DeviceOutcome["result"]): DeviceOutcome => ({
  serial,
  vsys,
  result,
  status: `${serial} ${vsys} ${result}`,
  errors: [],
  warnings: [],
});

describe("how pushes ended", () => {
  const of = (serial: string, vsys: string, ...pushes: DeviceOutcome[][]) => {
    const outcomes = new Outcomes();
    for (const push of pushes) outcomes.add(push);
    return outcomes.of({ serial, vsys })?.result;
  };

  it("is told of each vsys of a firewall: one that went well hides none that failed", () => {
    const push = [outcome("S1", "vsys1", "FAIL"), outcome("S1", "vsys2", "OK"), outcome("S2", "vsys1", "OK")];
    expect([of("S1", "vsys1", push), of("S1", "vsys2", push)]).to.deep.equal(["FAIL", "OK"]);
    expect(of("S3", "vsys1", push)).to.equal(undefined);
  });

  it("is the worst of a firewall's where nobody says of which vsys it is", () => {
    const push = [outcome("S1", "", "FAIL"), outcome("S1", "", "OK")];
    expect(of("S1", "vsys2", push)).to.equal("FAIL");
    expect(of("S1", "vsys2", [outcome("S1", "", "OK"), outcome("S1", "", "PEND")])).to.equal("PEND");
  });

  it("is what the last push says, once there was another", () => {
    expect(of("S1", "vsys1", [outcome("S1", "vsys1", "FAIL")], [outcome("S1", "vsys1", "OK")])).to.equal(
      "OK",
    );
  });
});
