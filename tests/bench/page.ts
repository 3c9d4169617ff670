import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pageOf as driftPageOf } from "../../review/drift/page/html";
import { pageOf } from "../../review/change/page/html";
import { findBrowser, startBrowser } from "../support/browser";
import { driftOfFindings } from "../support/drifts";
import { reviewOfRules } from "../support/reviews";
import { shown, spread, table } from "./statistics";

/** The pages, each with so many rows, and what one row of it says. */
const PAGES = {
  review: { html: (rows: number) => pageOf(reviewOfRules(rows)), word: "host-7" },
  drift: { html: (rows: number) => driftPageOf(driftOfFindings(rows)), word: "group-7" },
};

/** What opening a page takes. */
export interface PageResult {
  page: keyof typeof PAGES;
  rows: number;
  /** MB of the file. */
  size: number;
  /** Seconds of each round until all that is drawn at first is painted. */
  open: number[];
  /** Seconds of each round from the last key until what is left is painted. */
  search: number[];
}

const PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";
/** What a person's typing does, at one instant. */
const search = (word: string) => `(() => {
  const input = document.querySelector("input");
  input.value = "${word}";
  input.dispatchEvent(new Event("input"));
})()`;

/** Opens pages of so many rows in a browser, each time in a new window. @throws where no browser is installed */
export async function measurePage(sizes: readonly number[], rounds: number): Promise<PageResult[]> {
  const file = findBrowser();
  if (file === undefined) {
    throw new Error("no browser is installed: apt-get install chromium, or name one in CHROMIUM");
  }
  const directory = await mkdtemp(join(tmpdir(), "aws-panos-bench-"));
  const browser = await startBrowser(file);
  try {
    const results: PageResult[] = [];
    const pages = Object.keys(PAGES) as (keyof typeof PAGES)[];
    for (const [name, rows] of pages.flatMap((page) => sizes.map((size) => [page, size] as const))) {
      const { html, word } = PAGES[name];
      const path = join(directory, `${name}-${rows}.html`);
      await writeFile(path, html(rows));
      const size = (await stat(path)).size / 1e6;
      const result: PageResult = { page: name, rows, size, open: [], search: [] };
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
        result.search.push(await seconds(() => page.evaluate(search(word))));
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
  return `Pages in a browser, seconds: median (min–max)\n${table([
    ["page", "rows", "MB", "open", "search"],
    ...results.map(({ page, rows, size, open, search: found }) => [
      ...[page, String(rows), size.toFixed(1)],
      ...[open, found].map((times) => shown(spread(times), 2)),
    ]),
  ])}`;
}
