import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";
import { expect } from "chai";
import { requireEngine } from "../../provider/session/engine";

describe("the engine of a provider", () => {
  let engine: Server;
  let address: string;
  beforeEach(async () => {
    engine = createServer((socket) => socket.destroy());
    engine.listen(0, "127.0.0.1");
    await once(engine, "listening");
    address = `127.0.0.1:${(engine.address() as AddressInfo).port}`;
  });
  afterEach(() => engine.close());

  it("is there as long as it takes connections, also where this process was too busy to hear of one in time", async () => {
    await requireEngine(address);
    const asked = requireEngine(address);
    // The request is on its way; then nothing runs here for longer than an answer may take.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_200);
    await asked;
  });

  it("is gone where it takes none, and then nothing is written", async () => {
    engine.close();
    await once(engine, "close");
    const refused: unknown = await requireEngine(address).catch((error: unknown) => error);
    expect(refused).to.have.property("code", "ENGINE_GONE");
    expect(String(refused)).to.contain("is gone");
  });
});
