/**
 * `npm run review:picture`: the picture of a review's page in README and docs, of the demo's account and what happened
 * to it. Needs a browser: Debian's chromium, or the one that `CHROMIUM` names.
 */
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { command, runOnTerminal } from "../commands/framework";
import { offlineSettings } from "../settings/offline";
import { readSnapshot } from "../inventory";
import { factsBetween } from "../review/change/between";
import { reviewOf } from "../review/change/model";
import { pageOf } from "../review/change/page/html";
import { findBrowser, startBrowser } from "../tests/support/browser";

const PROJECT = join(__dirname, "..");

/** The page that the picture shows. */
export async function picturedPage(): Promise<string> {
  const [before, after] = [join(PROJECT, "demo/account.json"), join(PROJECT, "demo/account-changed.json")];
  const settings = await offlineSettings(PROJECT, "dev", process.env, { snapshot: after, file: undefined });
  return pageOf(
    reviewOf(factsBetween(await readSnapshot(before), await readSnapshot(after), settings, "dev")),
  );
}

/** What tells one page from another. */
export function digestOf(page: string): string {
  return createHash("sha256").update(page).digest("hex");
}

// A picture can't be compared from one machine to another, as their fonts differ. So it says of which page it is: in a
// chunk of text (PNG specification, 11.3.4.3), after the signature and the header, which is always 25 bytes long.
const KEYWORD = "Source\0";
const AFTER_HEADER = 8 + 25;

/** A PNG that says of which page it is. */
export function withDigest(png: Buffer, digest: string): Buffer {
  const content = Buffer.from(`tEXt${KEYWORD}${digest}`, "latin1");
  const chunk = Buffer.alloc(content.length + 8);
  chunk.writeUInt32BE(content.length - 4);
  content.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(content), content.length + 4);
  return Buffer.concat([png.subarray(0, AFTER_HEADER), chunk, png.subarray(AFTER_HEADER)]);
}

/** Of which page a PNG is; undefined where it doesn't say. */
export function digestIn(png: Buffer): string | undefined {
  const at = png.indexOf(`tEXt${KEYWORD}`, 0, "latin1");
  return at < 0
    ? undefined
    : png.toString("latin1", at + 4 + KEYWORD.length, at + png.readUInt32BE(at - 4) + 4);
}

const TABLE = {
  name: "review:picture",
  start: "npm run review:picture --",
  options: {},
  usage: [""],
  summary: "Takes the picture of a review's page that README and docs show.",
};

const picture = command(TABLE, async () => {
  const file = findBrowser();
  if (file === undefined) {
    throw new Error("no browser is installed: apt-get install chromium, or name one in CHROMIUM");
  }
  const shown = await picturedPage();
  const browser = await startBrowser(file);
  try {
    const page = await browser.newPage({ viewport: { width: 1040, height: 940 }, colorScheme: "light" });
    await page.setContent(shown);
    await page.locator("html[data-ready=true]").waitFor();
    await writeFile(join(PROJECT, "docs/review.png"), withDigest(await page.screenshot(), digestOf(shown)));
  } finally {
    await browser.close();
  }
  return "fine";
});

if (require.main === module) runOnTerminal(picture);
