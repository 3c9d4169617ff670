import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * What the image holds of the repository beside packages: the program that runs, and what runs it. The
 * Dockerfile copies these, and its .dockerignore lets nothing else reach the builder.
 */
export const IMAGE_CONTENTS = [
  "package.json",
  "package-lock.json",
  ".npmrc",
  "tsconfig.json",
  "typescript.cjs",
  "lean-sdk.cjs",
  "Pulumi.yaml",
  "index.ts",
  "aws",
  "declaration",
  "guard",
  "inventory",
  "lib",
  "mapping",
  "panos",
  "plan",
  "provider",
  "settings",
  "trigger/environment.ts",
  "trigger/metrics.ts",
  "trigger/events",
  "trigger/handler",
  "trigger/ledger",
  "trigger/runner",
];

/** What the image is built by. */
const RECIPE = [
  "trigger/Dockerfile",
  "trigger/Dockerfile.dockerignore",
  "ci/steps/install-pulumi.sh",
  "ci/steps/pulumi.sha256",
];

/**
 * A tag that says what is in an image: its repository takes no tag twice.
 * @param folder the repository's
 * @param files of the stack's own, relative to the folder
 * @param build the target and arguments of the build
 */
export function imageTag(folder: string, files: readonly string[], build: Record<string, string>): string {
  const hash = createHash("sha256").update(JSON.stringify(build));
  for (const file of [...RECIPE, ...IMAGE_CONTENTS, ...files]
    .flatMap((each) => filesIn(folder, each))
    .sort()) {
    const content = readFileSync(path.join(folder, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 32);
}

function filesIn(folder: string, place: string): string[] {
  const entries = readdirSync(path.join(folder, path.dirname(place)), { withFileTypes: true });
  const entry = entries.find(({ name }) => name === path.basename(place));
  if (entry === undefined) return [];
  if (!entry.isDirectory()) return [place];
  return readdirSync(path.join(folder, place)).flatMap((name) =>
    name === "node_modules" ? [] : filesIn(folder, `${place}/${name}`),
  );
}
