import { expect } from "chai";
import { PanosError } from "../../panos/error";
import { retryDelay } from "../../panos/retry";

const most = () => 1;

describe("retrying", () => {
  it("repeats anything that the device did not carry out", () => {
    expect(retryDelay(new PanosError("BUSY", ""), 0, false, most)).to.equal(400);
    expect(retryDelay(new PanosError("UNREACHABLE", ""), 0, false, most)).to.equal(400);
  });

  it("repeats an ambiguous call only where twice is the same as once", () => {
    expect(retryDelay(new PanosError("AMBIGUOUS", ""), 0, false)).to.equal(undefined);
    expect(retryDelay(new PanosError("AMBIGUOUS", ""), 0, true)).to.be.a("number");
  });

  it("never repeats a refusal", () => {
    for (const code of [
      "REFUSED",
      "KEY_REFUSED",
      "LOGIN_REFUSED",
      "FORBIDDEN",
      "CERTIFICATE",
      "NOT_PANOS",
      "TIMEOUT",
    ] as const) {
      expect(retryDelay(new PanosError(code, ""), 0, true), code).to.equal(undefined);
    }
  });

  it("waits twice as long each time, up to a limit, with jitter", () => {
    const busy = new PanosError("BUSY", "");
    const waits = [0, 1, 2, 10].map((attempt) => retryDelay(busy, attempt, true, most));
    expect(waits).to.deep.equal([400, 800, 1600, 10_000]);
    expect(retryDelay(busy, 0, true, () => 0)).to.equal(200);
  });
});
