import { expect } from "chai";
import { PanosClient } from "../../panos/client";
import { PanosError } from "../../panos/error";
import { KeyHolder } from "../../panos/key";
import { startSimulator, type Simulator } from "../../packages/simulator";
import { failure, scriptedDevice, type ScriptedDevice } from "./scripted";

const INFO = "<show><system><info></info></system></show>";
const LIFETIME = "deviceconfig/setting/management/api/key/lifetime";
const MINUTE = 60_000;

describe("the life of API keys", () => {
  let simulator: Simulator;
  let client: PanosClient;
  /** Time that passes for the client and for the firewall alike. */
  let clock: number;

  async function open(keyLifetimeSeconds: number): Promise<void> {
    clock = 0;
    simulator = await startSimulator({ keyLifetimeSeconds });
    client = newClient();
  }
  const newClient = () =>
    new PanosClient(
      {
        hostname: "127.0.0.1",
        port: simulator.port,
        protocol: "https",
        vsys: "vsys1",
        username: "admin",
        password: "admin",
        skipVerifyCertificate: true,
      },
      { now: () => clock },
    );
  const pass = (milliseconds: number) => {
    clock += milliseconds;
    simulator.ageKeys(milliseconds / 1000);
  };
  const ask = () => client.op(INFO, true);
  const count = (type: string) => simulator.requests.filter((request) => request.type === type).length;
  const refusals = () => simulator.requests.filter(({ status }) => status === "error");

  afterEach(async () => {
    await client.close();
    await simulator.stop();
  });

  it("is asked for once of a key that gets old, which is renewed a minute before its end, with no refusal ever", async () => {
    await open(3600);
    for (const [minutes, logins] of [
      [0, 1],
      [58, 1],
      [1, 2],
      [58, 2],
      [1, 3],
    ] as const) {
      pass(minutes * MINUTE);
      await ask();
      expect(count("keygen"), `after ${clock / MINUTE} min`).to.equal(logins);
    }
    expect(refusals()).to.deep.equal([]);
    // The third one is new.
    expect(simulator.requests.filter(({ xpath }) => xpath?.includes(LIFETIME))).to.have.length(2);
  });

  it("a short one is renewed after four fifths", async () => {
    await open(60);
    await ask();
    pass(47_000);
    await ask();
    expect(count("keygen")).to.equal(1);
    pass(1_000);
    await ask();
    expect(count("keygen")).to.equal(2);
    expect(refusals()).to.deep.equal([]);
  });

  it("everybody who waits for a renewal waits for the same one", async () => {
    await open(60);
    await ask();
    pass(50_000);
    await Promise.all(Array.from({ length: 30 }, ask));
    expect(count("keygen")).to.equal(2);
    expect(refusals()).to.deep.equal([]);
  });

  it("a device without one is asked for no second key", async () => {
    await open(0);
    await ask();
    pass(400 * 24 * 60 * MINUTE);
    await ask();
    expect(count("keygen")).to.equal(1);
  });

  it("a key that another login ended is renewed after the refusal, once for all, and a write is done once", async () => {
    await open(3600);
    await ask();
    const other = newClient();
    await other.op(INFO, true);
    await other.close();
    const tags = "/config/devices/entry/vsys/entry[@name='vsys1']/tag";
    await Promise.all([...Array.from({ length: 4 }, ask), client.set(tags, '<entry name="t"/>')]);
    expect(count("keygen")).to.equal(3);
    expect(
      simulator.requests.filter(({ action, status }) => action === "set" && status === "success"),
    ).to.have.length(1);
  });
});

describe("a refused API key", () => {
  it("is replaced once for all who were refused in the same moment", async () => {
    let logins = 0;
    const source = {
      issue: () => Promise.resolve(`key-${++logins}`),
      lifetimeMs: () => Promise.resolve(undefined),
    };
    const holder = new KeyHolder({ username: "admin", password: "p" }, source, () => 0);
    const first = await holder.current();
    const others = await Promise.all([1, 2, 3].map(() => holder.insteadOf(first)));
    expect(others).to.deep.equal(["key-2", "key-2", "key-2"]);
    // Somebody whose answer took longer.
    expect(await holder.insteadOf(first)).to.equal("key-2");
    expect(logins).to.equal(2);
  });
});

describe("an API key that can't be renewed", () => {
  let simulator: Simulator;
  beforeEach(async () => {
    simulator = await startSimulator({ keyLifetimeSeconds: 60 });
  });
  afterEach(() => simulator.stop());

  const client = (credentials: { apiKey: string } | { username: string; password: string }) =>
    new PanosClient({
      hostname: "127.0.0.1",
      port: simulator.port,
      protocol: "https",
      vsys: "vsys1",
      skipVerifyCertificate: true,
      ...credentials,
    });
  const keyOf = async () => {
    const maker = client({ username: "admin", password: "admin" });
    const { value, lifetimeMs } = await maker.logIn();
    await maker.close();
    expect(lifetimeMs).to.equal(MINUTE);
    return value;
  };
  const refused = async (apiKey: string) => {
    const user = client({ apiKey });
    const error = await failure(user.op(INFO, true));
    await user.close();
    expect(error.message).not.to.contain(apiKey);
    return error;
  };

  it("says that it has expired", async () => {
    const key = await keyOf();
    simulator.ageKeys(61);
    const error = await refused(key);
    expect(error.code).to.equal("KEY_EXPIRED");
    expect(error.message).to.contain("Key Expired").and.contain("npm run keygen");
  });

  it("says that it was revoked or replaced", async () => {
    const key = await keyOf();
    await keyOf();
    const error = await refused(key);
    expect(error.code).to.equal("KEY_REFUSED");
    expect(error.message).to.contain("replaced by a newer one");
  });
});

describe("an API key that is kept elsewhere", () => {
  let device: ScriptedDevice;
  afterEach(() => device.close());
  const OK = '<response status="success"><result/></response>';
  const REFUSED = {
    status: 403,
    body: "<response status = 'error' code = '403'><result><msg>Invalid Credential</msg></result></response>",
  };

  const keeper = (...keys: string[]) => {
    const reads: string[] = [];
    return {
      reads,
      readApiKey: () => {
        const key = keys[Math.min(reads.length, keys.length - 1)] ?? "";
        reads.push(key);
        return Promise.resolve(key);
      },
    };
  };
  const clientOf = (readApiKey: () => Promise<string>) => {
    const made = new PanosClient({
      hostname: "127.0.0.1",
      port: device.port,
      protocol: "http",
      vsys: "vsys1",
      skipVerifyCertificate: false,
      readApiKey,
    });
    return made;
  };

  it("is read once for all, and again when it is refused: it may have been rotated", async () => {
    device = await scriptedDevice(({ headers }) => (headers["x-pan-key"] === "new" ? OK : REFUSED));
    const { reads, readApiKey } = keeper("old", "new");
    const client = clientOf(readApiKey);
    await Promise.all(["/a", "/b", "/c"].map((xpath) => client.get(xpath)));
    await client.get("/d");
    await client.close();
    expect(reads).to.deep.equal(["old", "new"]);
  });

  it("is tried once, and not by everybody who asks in the same moment", async () => {
    device = await scriptedDevice(() => REFUSED);
    const client = clientOf(keeper("old").readApiKey);
    const codes = await Promise.all(
      ["/a", "/b", "/c"].map(async (xpath) => (await failure(client.get(xpath))).code),
    );
    await client.close();
    expect(codes).to.deep.equal(["KEY_REFUSED", "KEY_REFUSED", "KEY_REFUSED"]);
    expect(device.requests).to.have.length(1);
  });

  it("that is the same as before isn't sent again", async () => {
    device = await scriptedDevice(() => REFUSED);
    const { readApiKey } = keeper("old");
    const client = clientOf(readApiKey);
    expect((await failure(client.get("/a"))).code).to.equal("KEY_REFUSED");
    await client.close();
    expect(device.requests).to.have.length(1);
  });

  it("that can't be read fails the call, and is asked for again by the next", async () => {
    device = await scriptedDevice(() => OK);
    let attempts = 0;
    const client = clientOf(() =>
      ++attempts === 1 ? Promise.reject(new PanosError("KEY_MISSING", "no")) : Promise.resolve("k"),
    );
    expect((await failure(client.get("/a"))).code).to.equal("KEY_MISSING");
    await client.get("/a");
    await client.close();
  });
});

describe("a redirect", () => {
  it("is not followed, so the key goes nowhere else", async () => {
    const elsewhere = await scriptedDevice(() => "<response status='success'/>");
    const device = await scriptedDevice(() => ({
      status: 307,
      body: "",
      headers: { location: `http://127.0.0.1:${elsewhere.port}/api/` },
    }));
    try {
      const error = await failure(device.client().get("/a"));
      expect(error.code).to.equal("NOT_PANOS");
      expect(error.message).to.contain("HTTP 307");
      expect(elsewhere.requests).to.deep.equal([]);
    } finally {
      await device.close();
      await elsewhere.close();
    }
  });
});
