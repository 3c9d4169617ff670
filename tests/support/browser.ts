import { expect } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { findProgram } from "./programs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** A browser of Chromium's kind: the one that `CHROMIUM` names, or one that is installed. */
export function findBrowser(): string | undefined {
  const named = process.env["CHROMIUM"] ?? "";
  if (existsSync(named)) return named;
  return NAMES.map((name) => findProgram(name)).find((file) => file !== undefined);
}

/** Starts a browser that asks nobody for anything by itself. */
export function startBrowser(executablePath: string): Promise<Browser> {
  // Its own sandbox refuses to run as root, as which containers do; what it opens is of our own making.
  const args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"];
  return chromium.launch({ executablePath, args });
}

/** Opens a page's file in a window of its own, once it says that it is ready. */
export type OpenPage = (html: string, options?: BrowserContextOptions) => Promise<Page>;

/**
 * A browser for the tests of the suite that calls this. Whatever a page asks for, shows in a dialog or fails at
 * fails its test.
 * @returns undefined where no browser is installed; then the suite says so, and has nothing else
 */
export function pagesIn(suite: Mocha.Suite): OpenPage | undefined {
  const executable = findBrowser();
  if (executable === undefined) {
    it("is skipped: no browser is installed (apt-get install chromium, or name one in CHROMIUM)");
    return undefined;
  }
  suite.timeout(60_000);
  let browser: Browser;
  let directory: string;
  let opened: Page[];
  let heard: string[];
  before(async () => {
    [browser, directory] = await Promise.all([
      startBrowser(executable),
      mkdtemp(join(tmpdir(), "aws-panos-page-")),
    ]);
  });
  beforeEach(() => {
    opened = [];
    heard = [];
  });
  afterEach(async () => {
    await Promise.all(opened.map((page) => page.context().close()));
    expect(heard).to.deep.equal([]);
  });
  after(async () => {
    await browser.close();
    await rm(directory, { recursive: true });
  });
  return async (html, options = {}) => {
    const path = join(directory, "page.html");
    await writeFile(path, html);
    const url = pathToFileURL(path).href;
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const page = await context.newPage();
    opened.push(page);
    page.on("request", (request) => {
      if (request.url() !== url) heard.push(`request: ${request.url()}`);
    });
    page.on("dialog", (dialog) => {
      heard.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("console", (message) => heard.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
    await page.goto(url);
    await page.locator("html[data-ready=true]").waitFor();
    return page;
  };
}

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** What axe has against a page: each rule, and where it is broken first. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const run = "axe.run().then(({violations}) => violations.map(({id, nodes}) => id + ' ' + nodes[0].html))";
  return page.evaluate<string[]>(run);
}

/** How wide a page is; wider than its window, it has to be pushed sideways. */
export function widthOf(page: Page): Promise<number> {
  return page.evaluate<number>("document.documentElement.scrollWidth");
}
