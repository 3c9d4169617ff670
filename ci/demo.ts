/** The review of this repository's demo: its account, and a simulated firewall that has no rule of ours yet. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runOnTerminal, type Terminal } from "../commands/framework";
import { review } from "../commands/review/review";
import { startSimulator } from "../packages/simulator";

/** @param args more flags of the review's @returns the review's exit code */
async function run(args: string[], terminal: Terminal): Promise<number> {
  const password = randomBytes(12).toString("base64url");
  const config = await readFile(join(terminal.folder, "demo", "firewall.xml"), "utf8");
  const simulator = await startSimulator({ config, users: [{ name: "aws-panos", password }] });
  try {
    const environment = {
      ...terminal.environment,
      PANOS_PORT: String(simulator.port),
      PANOS_PASSWORD: password,
    };
    const flags = ["--stack", "dev", "--out", "reviews/demo", "--engine", ...args];
    return await review.run(flags, { ...terminal, environment });
  } finally {
    await simulator.stop();
  }
}

runOnTerminal({ run });
