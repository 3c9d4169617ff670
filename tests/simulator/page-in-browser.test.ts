import { once } from "node:events";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { startSimulator, type Simulator } from "../../packages/simulator/index";
import { findBrowser, startBrowser, violations, widthOf } from "../support/browser";
import { Client, RULES, ruleXml } from "./stock-client";

const OURS = "<tag><member>aws-panos-demo4aws</member></tag>";
const MANY = Array.from({ length: 20 }, (_, index) => `192.0.2.${index}`);

describe("simulator: the page in a browser", function () {
  const executable = findBrowser();
  if (executable === undefined) {
    it("is skipped: no browser is installed (apt-get install chromium, or name one in CHROMIUM)");
    return;
  }
  this.timeout(60_000);
  let browser: Browser;
  let simulator: Simulator;
  let client: Client;
  let page: Page;

  before(async () => {
    simulator = await startSimulator({ users: [{ name: "ann", password: "s3cret-pass" }] });
    client = await Client.login(simulator, "ann", "s3cret-pass");
    await client.set("/config/shared/tag", '<entry name="aws-panos-demo4aws"/>');
    await client.set(RULES, ruleXml("theirs") + ruleXml("gone") + ruleXml("ours", {}, OURS));
    await client.commitAndWait();
    await client.delete(`${RULES}/entry[@name='gone']`);
    await client.set(`${RULES}/entry[@name='theirs']`, "<description>&lt;b&gt;web&lt;/b&gt;</description>");
    await client.set(RULES, ruleXml("fresh", { source: MANY }));
    browser = await startBrowser(executable);
  });
  after(async () => {
    await browser.close();
    await simulator.stop();
  });
  afterEach(() => page.close());

  const open = async (width: number) => {
    page = await browser.newPage({ viewport: { width, height: 900 } });
    await page.goto(simulator.httpUrl);
    await page.locator("html[data-ready=true]").waitFor();
    return page;
  };
  const names = () => page.locator("#policy tbody tr b").allInnerTexts();

  it("shows both configurations as one table, the difference marked and ours told from theirs", async () => {
    await open(1440);
    expect(await names()).to.deep.equal(["cleanup", "theirs", "gone", "ours", "fresh"]);
    expect(await page.locator("#policy .mark").allInnerTexts()).to.deep.equal(["changed", "removed", "new"]);
    expect(await page.locator("#policy ins").allInnerTexts()).to.deep.equal(["<b>web</b>"]);
    expect(await page.locator("#policy tr.ours b").allInnerTexts()).to.deep.equal(["ours"]);
    expect(await page.locator("#policy summary").innerText()).to.equal("and 14 more");
  });

  it("shows what a person filters for, and goes on with it when something changes", async () => {
    await open(1440);
    await page.getByLabel("Filter").fill("WEB");
    expect(await names()).to.deep.equal(["theirs"]);
    const asked = once(simulator, "request");
    await client.set(RULES, ruleXml("another", {}, "<description>web too</description>"));
    await asked;
    await page.locator("#policy tbody tr").nth(1).waitFor();
    expect(await names()).to.deep.equal(["theirs", "another"]);
    await page.getByLabel("Filter").fill("");
    await page.getByLabel("only what differs").check();
    expect(await names()).not.to.include("ours");
  });

  for (const [width, scheme] of [
    [390, "light"],
    [390, "dark"],
    [1440, "light"],
    [1440, "dark"],
  ] as const)
    it(`is usable for everybody at ${width} px, ${scheme}, and shows action, application and service`, async () => {
      await open(width);
      await page.emulateMedia({ colorScheme: scheme });
      expect(await violations(page)).to.deep.equal([]);
      expect(await widthOf(page)).to.be.at.most(width);
      for (const title of ["action", "application", "service"]) {
        const cell = page.locator(`#policy tr.ours td[data-title=${title}]`);
        const box = await cell.boundingBox();
        expect(box!.x + box!.width, title).to.be.at.most(width);
      }
    });
});
