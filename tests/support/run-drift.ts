import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { drift } from "../../commands/drift/drift";
import type { Drift } from "../../review/drift/types";
import { PASSPHRASE, PASSWORDS, PROJECT_DIR, type Lab } from "./lab";

/** Runs `npm run drift` against a lab's firewall and account, in this process. */
export async function driftIn(lab: Lab) {
  const output = new PassThrough();
  const text: string[] = [];
  output.on("data", (chunk: Buffer) => text.push(chunk.toString()));
  const out = join(lab.directory, "drift");
  const configFile = join(lab.directory, "Pulumi.dev.yaml");
  const engine = process.env["TEST_EXECUTABLE"] === "--cli" ? [] : ["--engine"];
  const args = ["--stack", "dev", "--out", out, "--config-file", configFile, ...engine];
  const environment = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${lab.directory}`,
    PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
    PANOS_PORT: String(lab.firewall.port),
    PANOS_PASSWORD: PASSWORDS["aws-panos"],
  };
  const place = { input: new PassThrough(), output, errors: output, folder: PROJECT_DIR, environment };
  const code = await drift.run(args, place);
  const made = JSON.parse(readFileSync(join(out, "drift.json"), "utf8")) as Drift;
  return { code, text: text.join(""), out, made };
}
