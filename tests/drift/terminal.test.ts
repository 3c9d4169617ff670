import { join } from "node:path";
import { terminalOf } from "../../review/drift/terminal";
import { driftOfFindings } from "../support/drifts";
import { expectReadable } from "../support/golden";

describe("drift in a terminal", () => {
  for (const findings of [0, 10]) {
    it(`can be read in 80 and in 140 columns: ${findings} findings`, () => {
      expectReadable(join(__dirname, "golden"), `${findings}-findings`, (display) =>
        terminalOf(driftOfFindings(findings), display),
      );
    });
  }
});
