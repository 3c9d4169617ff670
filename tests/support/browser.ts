import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** A browser of Chromium's kind: the one that `CHROMIUM` names, or one that is installed. */
export function findBrowser(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env["CHROMIUM"] ?? "", ...onPath].find((file) => file !== "" && existsSync(file));
}

/** Starts a browser that asks nobody for anything by itself. */
export function startBrowser(executablePath: string): Promise<Browser> {
  // Its own sandbox refuses to run as root, as which containers do; what it opens is of our own making.
  const args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];
  return chromium.launch({ executablePath, args });
}
