/**
 * `npm run review:picture`: README's picture of a review's page, of the demo's account and what happened to it.
 * Needs a browser: Debian's chromium, or the one that `CHROMIUM` names.
 */
import { join } from "node:path";
import { offlineSettings } from "../settings/offline";
import { readSnapshot } from "../inventory";
import { factsBetween } from "../review/change/between";
import { reviewOf } from "../review/change/model";
import { pageOf } from "../review/change/page/html";
import { findBrowser, startBrowser } from "../tests/support/browser";

const PROJECT = join(__dirname, "..");

async function main(): Promise<void> {
  const file = findBrowser();
  if (file === undefined) {
    throw new Error("no browser is installed: apt-get install chromium, or name one in CHROMIUM");
  }
  const [before, after] = [join(PROJECT, "demo/account.json"), join(PROJECT, "demo/account-changed.json")];
  const settings = await offlineSettings(PROJECT, "dev", process.env, { snapshot: after, file: undefined });
  const facts = factsBetween(await readSnapshot(before), await readSnapshot(after), settings, "dev");
  const browser = await startBrowser(file);
  try {
    const page = await browser.newPage({ viewport: { width: 1040, height: 940 }, colorScheme: "light" });
    await page.setContent(pageOf(reviewOf(facts)));
    await page.locator("html[data-ready=true]").waitFor();
    await page.screenshot({ path: join(PROJECT, "docs/review.png") });
  } finally {
    await browser.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
