import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pageOf } from "../review/page/html";
import { findBrowser, startBrowser } from "../tests/support/browser";
import { reviewOfRules } from "../tests/support/reviews";
import { shown, spread, table } from "./statistics";

/** What opening a review's page takes. */
export interface PageResult {
  rules: number;
  /** MB of the file. */
  size: number;
  /** Seconds of each round until the list and the picture are painted. */
  open: number[];
  /** Seconds of each round from the last key until what is left is painted. */
  search: number[];
}

const PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";
/** What a person's typing does, at one instant. */
const SEARCH = `(() => {
  const input = document.querySelector("input");
  input.value = "host-7";
  input.dispatchEvent(new Event("input"));
})()`;

/** Opens pages of so many rules in a browser, each time in a new window. @throws where no browser is installed */
export async function measurePage(sizes: readonly number[], rounds: number): Promise<PageResult[]> {
  const file = findBrowser();
  if (file === undefined) {
    throw new Error("no browser is installed: apt-get install chromium, or name one in CHROMIUM");
  }
  const directory = await mkdtemp(join(tmpdir(), "aws-panos-bench-"));
  const browser = await startBrowser(file);
  try {
    const results: PageResult[] = [];
    for (const rules of sizes) {
      const path = join(directory, `${rules}.html`);
      await writeFile(path, pageOf(reviewOfRules(rules)));
      const result: PageResult = { rules, size: (await stat(path)).size / 1e6, open: [], search: [] };
      for (let round = 0; round < rounds; round++) {
        const page = await browser.newPage();
        const seconds = async (work: () => Promise<unknown>) => {
          const start = performance.now();
          await work();
          await page.evaluate(PAINTED);
          return (performance.now() - start) / 1000;
        };
        result.open.push(
          await seconds(async () => {
            await page.goto(pathToFileURL(path).href);
            await page.locator("html[data-ready=true]").waitFor();
          }),
        );
        result.search.push(await seconds(() => page.evaluate(SEARCH)));
        await page.close();
      }
      results.push(result);
    }
    return results;
  } finally {
    await browser.close();
    await rm(directory, { recursive: true });
  }
}

/** The results as a table. */
export function pageText(results: readonly PageResult[]): string {
  return `A review's page in a browser, seconds: median (min–max)\n${table([
    ["rules", "MB", "open", "search"],
    ...results.map(({ rules, size, open, search }) => [
      String(rules),
      size.toFixed(1),
      ...[open, search].map((times) => shown(spread(times), 2)),
    ]),
  ])}`;
}
