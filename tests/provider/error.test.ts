import { expect } from "chai";
import { createServer, type AddressInfo } from "node:net";
import { objectsIn, requireCleanupRule } from "../../declaration/objects";
import { requireEngine } from "../../provider/session/engine";

async function errorOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("errors of the provider and of what is declared", () => {
  it("have a code, and say what it is and what to do about it", async () => {
    // An address where somebody listened a moment ago.
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await errorOf(() => requireEngine(`127.0.0.1:${port}`))).to.include({
      name: "ProviderError",
      code: "ENGINE_GONE",
    });
    expect(await errorOf(() => requireCleanupRule(objectsIn(undefined), "cleanup", "fw/vsys1"))).to.include({
      name: "DeclarationError",
      code: "NO_CLEANUP_RULE",
    });
  });
});
