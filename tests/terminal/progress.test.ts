import { once } from "node:events";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import { waitingFor } from "../../lib/terminal/progress";

describe("what is said while something runs", () => {
  it("is one line of a terminal, no wider than it, and gone in the end", async () => {
    const errors = Object.assign(new PassThrough(), { isTTY: true, columns: 20 }).setEncoding("utf8");
    const environment = { NO_COLOR: "1" };
    const result = await waitingFor(
      "the firewall's commit job",
      (waiting) => {
        waiting.for("AWS");
        return Promise.resolve(7);
      },
      { errors, environment },
    );
    expect(result).to.equal(7);
    expect(String(errors.read())).to.equal("\r⠋ the firewall's c…\x1b[K\r⠙ AWS (0 s)\x1b[K\r\x1b[K");
  });

  it("goes as well where that fails, and the failure stays what it is", async () => {
    const errors = Object.assign(new PassThrough(), { isTTY: true, columns: 20 }).setEncoding("utf8");
    const failure = new Error("refused");
    const caught: unknown = await waitingFor("AWS", () => Promise.reject(failure), {
      ...{ errors, environment: {} },
    }).catch((error: unknown) => error);
    expect(caught).to.equal(failure);
    expect(String(errors.read()).endsWith("\r\x1b[K")).to.equal(true);
  });

  it("is a plain line elsewhere, for a wait that lasts", async () => {
    const errors = new PassThrough().setEncoding("utf8");
    await waitingFor("AWS\x1b[2J", () => once(errors, "readable"), { errors, environment: {} }, 0);
    expect(String(errors.read())).to.equal("AWS\uFFFD[2J …\n");
  });

  it("is nothing elsewhere, for a short one", async () => {
    const errors = new PassThrough().setEncoding("utf8");
    await waitingFor("AWS", () => Promise.resolve(), { errors, environment: {} });
    expect(errors.read()).to.equal(null);
  });
});
