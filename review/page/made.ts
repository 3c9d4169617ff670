import { readFileSync } from "node:fs";
import { join } from "node:path";

/** When a page was made and by which version, for whoever is sent it: "2026-11-29 12:50 UTC by aws-panos-rules 0.1.0". */
export function madeNow(now = new Date()): string {
  const file = join(__dirname, "..", "..", "package.json");
  const { name, version } = JSON.parse(readFileSync(file, "utf8")) as { name: string; version: string };
  return `${now.toISOString().slice(0, 16).replace("T", " ")} UTC by ${name} ${version}`;
}
