import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { review } from "../../commands/review/review";
import type { Review } from "../../review/change/types";
import { PASSPHRASE, PASSWORDS, PROJECT_DIR, type Lab } from "./lab";

/** Runs the command against a lab's firewall and account, as its stack file says now. */
export async function reviewIn(lab: Lab, environment: NodeJS.ProcessEnv = {}, folder = "review") {
  const output = new PassThrough();
  const text: string[] = [];
  output.on("data", (chunk: Buffer) => text.push(chunk.toString()));
  const out = join(lab.directory, folder);
  const configFile = join(lab.directory, "Pulumi.dev.yaml");
  const engine = process.env["TEST_EXECUTABLE"] === "--cli" ? [] : ["--engine"];
  const code = await review.run(["--stack", "dev", "--out", out, "--config-file", configFile, ...engine], {
    ...{ input: new PassThrough(), errors: output },
    output,
    folder: PROJECT_DIR,
    environment: {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${lab.directory}`,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PANOS_PORT: String(lab.firewall.port),
      PANOS_PASSWORD: PASSWORDS["aws-panos"],
      ...environment,
    },
  });
  const file = join(out, "review.json");
  const made = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Review) : undefined;
  return { code, text: text.join(""), out, made };
}
