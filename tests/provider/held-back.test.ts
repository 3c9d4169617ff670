import { expect } from "chai";
import { memberKey, type ManagedFirewall } from "../../panos/device-groups";
import { heldBack } from "../../provider/revision/push";

const member = (serial: string, vsys: string, group = "cloud"): ManagedFirewall => ({
  ...{ serial, vsys, group, name: serial, isConnected: true, isInSync: false, lastPush: "" },
});

describe("what a push leaves out", () => {
  const [one, two, three] = [member("S1", "vsys1"), member("S1", "vsys2", "cloud-eu"), member("S2", "vsys1")];

  it("is every vsys of a firewall one of which lacks its addresses: a push is to whole firewalls", () => {
    const held = heldBack([one, two, three], new Map([[memberKey(one), "could not be told"]]));
    expect([...held]).to.deep.equal([
      [one, "could not be told"],
      [two, "is pushed nothing for vsys2, because vsys1 of it could not be told"],
    ]);
  });

  it("is nothing where all have theirs", () => {
    expect(heldBack([one, two, three], new Map()).size).to.equal(0);
  });
});
