import { expect } from "chai";
import type { PanosClient } from "../../panos/client";
import { askActive, haState, openActive, reachesPeer, requireActive } from "../../panos/ha";
import { DROP, failure, scriptedDevice, type ScriptedDevice } from "./scripted";

const OFF = '<response status="success"><result><enabled>no</enabled></result></response>';

function pair(state: string, sync = "synchronized"): string {
  return `<response status="success"><result><enabled>yes</enabled><group><mode>Active-Passive</mode><local-info><state>${state}</state></local-info><running-sync>${sync}</running-sync><running-sync-enabled>yes</running-sync-enabled></group></result></response>`;
}

describe("high availability", () => {
  let device: ScriptedDevice;
  const opened: PanosClient[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((client) => client.close()));
    await device.close();
  });

  /** Two addresses of one scripted device: 127.0.0.1 answers `first`, localhost answers `second`. */
  async function open(first: string | typeof DROP, second?: string): Promise<PanosClient> {
    device = await scriptedDevice(({ headers }) =>
      headers.host?.startsWith("localhost") ? (second ?? DROP) : first,
    );
    const { connection } = device.client();
    const client = await openActive(
      second === undefined ? connection : { ...connection, peerHostname: "localhost" },
    );
    opened.push(client);
    return client;
  }

  const refusal = (first: string, second?: string) => failure(open(first, second));

  it("takes a firewall without a peer as it is", async () => {
    expect((await open(OFF)).connection.hostname).to.equal("127.0.0.1");
  });

  for (const state of ["active", "active-primary"]) {
    it(`writes to one that is ${state}`, async () => {
      expect((await open(pair(state))).connection.hostname).to.equal("127.0.0.1");
    });
  }

  for (const state of ["passive", "active-secondary", "non-functional", "suspended", "initial", ""]) {
    it(`refuses one that is ${state || "in no known state"}, and says how to name its peer`, async () => {
      const error = await refusal(pair(state));
      expect(error.code).to.equal("UNSUPPORTED");
      expect(error.message).to.contain(state).and.contain("panos:peerHostname");
    });
  }

  it("follows to the active one", async () => {
    expect((await open(pair("passive"), pair("active"))).connection.hostname).to.equal("localhost");
  });

  it("asks the one that it follows to again what it has asked the first one meanwhile", async () => {
    device = await scriptedDevice(({ headers, parameters }) => {
      const isFirst = headers.host?.startsWith("localhost") !== true;
      if (parameters.get("type") === "op") return pair(isFirst ? "passive" : "active");
      return `<response status="success"><result><of>${isFirst ? "first" : "second"}</of></result></response>`;
    });
    const { connection } = device.client();
    const { client, answer } = await askActive({ ...connection, peerHostname: "localhost" }, (asked) =>
      asked.get("/config"),
    );
    opened.push(client);
    expect((await answer)?.children[0]?.text).to.equal("second");
  });

  it("asks the peer where the first one doesn't answer", async function () {
    this.timeout(30_000);
    expect((await open(DROP, pair("active"))).connection.hostname).to.equal("localhost");
  });

  it("refuses a pair of which neither is active, and names both states", async () => {
    const error = await refusal(pair("suspended"), pair("non-functional"));
    expect(error.message).to.contain("127.0.0.1 is suspended, localhost is non-functional");
  });

  it("knows whether the running configuration has reached the peer", async () => {
    const client = await open(pair("active", "synchronization in progress"));
    expect((await haState(client)).synchronized).to.equal(false);
  });

  it("notices that the peer has taken over meanwhile, and doesn't wait for a synchronization that never comes", async () => {
    const client = await (async () => {
      const states = [pair("active"), pair("passive", "not synchronized")];
      device = await scriptedDevice(() => (states.length > 1 ? states.shift() : states[0]) ?? DROP);
      return openActive(device.client().connection);
    })();
    opened.push(client);
    for (const asked of [requireActive(client), reachesPeer(client, 120)]) {
      const error = await failure(asked);
      expect(error.code).to.equal("UNSUPPORTED");
      expect(error.message).to.contain("127.0.0.1 is passive by now").and.contain("--refresh");
    }
  });
});
