import { expect } from "chai";
import type { PanosClient } from "../../panos/client";
import {
  askActive,
  haState,
  openActive,
  reachesPeer,
  requireActive,
  requirePeerPassive,
} from "../../panos/ha";
import { DROP, failure, scriptedDevice, type ScriptedDevice } from "./scripted";

const OFF = '<response status="success"><result><enabled>no</enabled></result></response>';

function pair(state: string, sync = "synchronized"): string {
  return `<response status="success"><result><enabled>yes</enabled><group><mode>Active-Passive</mode><local-info><state>${state}</state></local-info><running-sync>${sync}</running-sync><running-sync-enabled>yes</running-sync-enabled></group></result></response>`;
}

/** As Panorama says it, without a group. */
function panorama(state: string, peer = "up"): string {
  return `<response status="success"><result><enabled>yes</enabled><local-info><state>${state}</state></local-info><peer-info><conn-status>${peer}</conn-status></peer-info><running-sync>not synchronized</running-sync><running-sync-enabled>yes</running-sync-enabled></result></response>`;
}

describe("high availability", () => {
  let device: ScriptedDevice;
  const opened: PanosClient[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((client) => client.close()));
    await device.close();
  });

  /** Two addresses of one scripted device: 127.0.0.1 answers `first`, localhost answers `second`. */
  async function open(first: string | typeof DROP, second?: string | typeof DROP): Promise<PanosClient> {
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

  for (const state of [
    "primary-active",
    "secondary-active",
    "unknown-active",
    "active-secondary",
    "active",
  ]) {
    it(`writes to a Panorama that is ${state}`, async () => {
      expect((await open(panorama(state))).connection.hostname).to.equal("127.0.0.1");
    });
  }

  for (const state of ["secondary-passive", "primary-suspended", "passive-primary", "unknown-passive", ""]) {
    it(`refuses a Panorama that is ${state || "in no known state"}`, async () => {
      expect((await refusal(panorama(state))).message).to.contain("Set panos:peerHostname");
    });
  }

  it("refuses a pair of which both are active, having lost each other, and names both settings", async () => {
    const both = panorama("primary-active", "down");
    const error = await refusal(both, panorama("secondary-active", "down"));
    expect(error.message)
      .to.contain("both of the HA pair are active, 127.0.0.1 (panos:hostname)")
      .and.contain("localhost (panos:peerHostname)");
  });

  it("takes one that has lost its peer where that is passive, or doesn't answer", async () => {
    const lonely = panorama("primary-active", "down");
    expect((await open(lonely, panorama("secondary-passive", "down"))).connection.hostname).to.equal(
      "127.0.0.1",
    );
    await device.close();
    expect((await open(lonely, DROP)).connection.hostname).to.equal("127.0.0.1");
  });

  it("doesn't wait for a peer that is down to get what was committed", async () => {
    expect(await reachesPeer(await open(panorama("primary-active", "down")), 120)).to.equal(false);
  });

  it("knows one that doesn't answer from one whose peer has taken over", async function () {
    this.timeout(30_000);
    let state = "secondary-passive";
    device = await scriptedDevice(({ headers }) =>
      headers.host?.startsWith("localhost") ? panorama(state) : panorama("primary-active"),
    );
    const client = await openActive({ ...device.client().connection, peerHostname: "localhost" });
    opened.push(client);
    await requirePeerPassive(client);
    state = "secondary-active";
    expect((await failure(requirePeerPassive(client))).message).to.contain(
      "its HA peer localhost has taken over",
    );
  });

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

  const ALONE = "in no HA pair";
  for (const [name, active, passive] of [
    ["firewall", pair("active"), pair("passive")],
    ["Panorama", panorama("primary-active"), panorama("secondary-passive")],
  ] as const) {
    // Whatever one of the two is, one that stands alone is never taken for its peer.
    for (const [first, second, told] of [
      [DROP, OFF, "localhost (panos:peerHostname)"],
      [passive, OFF, "localhost (panos:peerHostname)"],
      [OFF, OFF, "127.0.0.1 (panos:hostname)"],
      [OFF, active, "127.0.0.1 (panos:hostname)"],
      [OFF, passive, "127.0.0.1 (panos:hostname)"],
      [OFF, DROP, "127.0.0.1 (panos:hostname)"],
    ] as const) {
      const said = (answer: string | typeof DROP) =>
        answer === DROP ? "down" : answer === OFF ? "alone" : answer === active ? "active" : "passive";
      it(`takes no stand-alone one for one of a pair: ${name}, ${said(first)} and ${said(second)}`, async function () {
        this.timeout(30_000);
        const error = await failure(open(first, second));
        expect(error.message).to.contain(told).and.contain(ALONE).and.contain("remove panos:peerHostname");
        expect(device.requests.every(({ parameters }) => parameters.get("type") === "op")).to.equal(true);
      });
    }
  }

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
