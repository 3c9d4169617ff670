import { expect } from "chai";
import type { BrowserContextOptions, Page } from "playwright-core";
import { pageOf } from "../../../review/change/page/html";
import type { Review } from "../../../review/change/types";
import { pagesIn, violations, widthOf } from "../../support/browser";
import { reviewOfRules } from "../../support/reviews";

describe("review page in a browser", function () {
  const openPage = pagesIn(this);
  if (openPage === undefined) return;
  const open = (review: Review, options?: BrowserContextOptions) => openPage(pageOf(review), options);
  const rows = (page: Page) => page.locator("tr[data-row]");
  const texts = (page: Page, selector: string) => page.locator(selector).allInnerTexts();

  for (const number of [10, 1000, 10_000]) {
    it(`shows ${number.toLocaleString("en")} rules, and finds any of them`, async () => {
      const page = await open(reviewOfRules(number));
      const tiles = await texts(page, ".tile b");
      expect(tiles.map((text) => Number(text.replace(",", "")))).to.deep.equal([
        ...[number - Math.floor(number / 4), Math.floor(number / 4), 0, 1, 1],
      ]);
      expect(await page.locator(".says").innerText()).to.include(`${(number + 2).toLocaleString("en")} rows`);
      expect(await page.locator("svg .box").count()).to.be.within(3, 34);

      // The last one that opens is far below what is drawn.
      const last = number - 2;
      await page.getByLabel("Search").fill(`host-${last} `);
      await page.getByLabel("Instance").fill(`host-${last}`);
      expect(await rows(page).count()).to.equal(1);
      await page.getByRole("button", { name: `Opens: aws-sg-0a`, exact: false }).first().press("Enter");
      const detail = await page.locator(".detail").innerText();
      expect(detail).to.include(`behind the firewall host-${last} carries group-${Math.floor(last / 10)}`);
      expect(detail).to.include(`<entry name="aws-sg-0a${Math.floor(last / 10).toString(16)}-tcp-`);
    });
  }

  it("draws the rest of the rows as a person comes to them", async () => {
    const page = await open(reviewOfRules(150));
    expect(await rows(page).count()).to.equal(100);
    await page.locator("button.more").scrollIntoViewIfNeeded();
    await page.locator("tr[data-row='151']").waitFor();
    expect(await rows(page).count()).to.equal(152);
  });

  it("filters by kind, port, group and what to look at twice, and says when nothing is left", async () => {
    const page = await open(reviewOfRules(40));
    await page.getByRole("button", { name: /closes$/ }).click();
    expect(await rows(page).count()).to.equal(10);
    expect(await page.locator("svg .line.opens").count()).to.equal(0);
    await page.getByRole("button", { name: "Show all" }).click();

    await page.getByLabel("Port", { exact: true }).fill("22");
    expect(await texts(page, "tr[data-row] .port")).to.deep.equal(["tcp/22", "tcp/22", "tcp/22", "tcp/22"]);
    await page.getByLabel("Security group").fill("group-3");
    expect(await rows(page).count()).to.equal(1);
    await page.getByLabel("Port", { exact: true }).fill("1");
    expect(await page.locator(".says").innerText()).to.equal("Nothing of that kind.");
    expect(await page.locator(".picture").isVisible()).to.equal(false);

    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByRole("button", { name: /open to the world: SSH/ }).click();
    expect(await texts(page, "tr[data-row] td:nth-child(2)")).to.deep.equal(["0.0.0.0/0", "0.0.0.0/0"]);
  });

  it("sorts by a column upwards, downwards and not at all", async () => {
    const page = await open(reviewOfRules(12));
    const ports = async () => (await texts(page, "tr[data-row] .port")).map((text) => Number(text.slice(4)));
    const unsorted = await ports();
    const sort = page.getByRole("columnheader", { name: "Port" }).getByRole("button");
    await sort.click();
    const sorted = [...unsorted].sort((a, b) => a - b);
    expect(await ports()).to.deep.equal(sorted);
    await sort.press("Enter");
    expect(await ports()).to.deep.equal(sorted.reverse());
    expect(await page.locator("th[aria-sort]").getAttribute("aria-sort")).to.equal("descending");
    await sort.click();
    expect(await ports()).to.deep.equal(unsorted);
  });

  it("shows a changed rule's fields and XML as old and new", async () => {
    const page = await open(reviewOfRules(6));
    await page.getByLabel("Instance").fill("host-5");
    await rows(page).locator("td").nth(3).click();
    expect(await texts(page, "dd ins")).to.deep.equal(["198.56.5.0/24"]);
    expect(await texts(page, "pre ins")).to.deep.equal(["+     <member>198.56.5.0/24</member>"]);
    expect(await texts(page, "pre del")).to.deep.equal([]);
  });

  it("walks the picture by keyboard, to the rules of a line, its reason and its XML, and back", async () => {
    const page = await open(reviewOfRules(10));
    const first = page.locator("svg g[tabindex='0']");
    await first.focus();
    await page.keyboard.press("ArrowRight");
    const line = await first.getAttribute("aria-label");
    expect(line).to.match(/^(Opens|Closes): .* to .*, \d+ rules?$/);
    const [, from = "", to = ""] = /: (.*) to (.*), \d/.exec(line!)!;
    await page.keyboard.press("Enter");
    expect(await rows(page).first().innerText())
      .to.include(from)
      .and.include(to);
    expect(await page.locator(".detail").first().innerText())
      .to.include("was authorized")
      .and.include("<entry");
    // The focus is on the way back.
    await page.keyboard.press("Enter");
    expect(await rows(page).count()).to.equal(12);

    await page.locator("svg .box", { hasText: "host-3" }).click();
    expect(await rows(page).count()).to.equal(1);
  });

  it("shows hostile text as text", async () => {
    const review = reviewOfRules(10);
    const hostile = "<script>alert(1)</script>";
    const [firewall] = review.firewalls;
    review.stack = hostile;
    review.notes = [`${hostile}<img src=x onerror=alert(2)>`];
    review.against = [{ kind: "limit", text: hostile }];
    for (const change of firewall!.changes) {
      change.group.name = hostile;
      change.rule = `__proto__${change.rule}`;
      change.reasons = [{ text: `'"><svg onload=alert(3)> \u202Egro.live` }];
      change.xml = {
        after: `<entry name="&lt;b&gt;"><description>&lt;/pre&gt;${"x".repeat(400)}</description></entry>`,
      };
      change.opens = change.opens.map((flow) => ({ ...flow, source: ["__proto__", "constructor"] }));
    }
    for (const owner of Object.values(review.addresses))
      owner.name = `</title></script><img src=x onerror=alert(4)>`;
    const page = await open(review);
    await rows(page).first().locator("button").press("Enter");
    expect(await rows(page).first().innerText())
      .to.include(hostile)
      .and.include("<svg onload=alert(3)> \\u202Egro.live");
    expect(await page.locator("svg").innerHTML()).to.include("&lt;/title&gt;");
    expect(await page.locator("img").count()).to.equal(0);
    expect(await page.locator("pre").innerText()).to.include("&lt;/pre&gt;");
    expect(await page.title()).to.equal(`Firewall review of ${hostile}`);
    await page.getByLabel("Search").fill(hostile);
    expect(await rows(page).count()).to.equal(10);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has nothing against accessibility, ${colorScheme}`, async () => {
      const page = await open(reviewOfRules(12), { colorScheme });
      await rows(page).first().locator("button").click();
      expect(await violations(page)).to.deep.equal([]);
    });
  }

  it("fits a phone and a small window", async () => {
    const page = await open(reviewOfRules(12), { viewport: { width: 360, height: 740 } });
    await rows(page).first().locator("button").click();
    expect(await widthOf(page)).to.be.at.most(360);
    expect(await violations(page)).to.deep.equal([]);
    await page.setViewportSize({ width: 1010, height: 740 });
    expect(await widthOf(page)).to.be.at.most(1010);
  });

  it("names a port whole on a phone, with its mark", async () => {
    const [review, viewport] = [reviewOfRules(12), { width: 390, height: 844 }];
    for (const { opens, marks } of review.firewalls[0]!.changes) {
      marks.push({ kind: "world-administrative", text: "open to the world: RDP (tcp/3389)" });
      for (const flow of opens) flow.ports = ["tcp/3389"];
    }
    const page = await open(review, { viewport });
    expect(await page.locator("svg .name").allTextContents()).to.include("⚠ tcp/3389");
  });

  it("is printed with everything unfolded, and folds again", async () => {
    const page = await open(reviewOfRules(150));
    await page.emulateMedia({ media: "print" });
    await page.locator(".detail").nth(151).waitFor();
    expect(await page.locator("pre").count()).to.equal(150);
    expect(await page.locator("pre").first().isVisible(), "XML on paper").to.equal(false);
    expect(await page.locator(".filters").isVisible()).to.equal(false);
    await page.emulateMedia({ media: "screen" });
    await page.locator(".detail").first().waitFor({ state: "detached" });
    expect(await rows(page).count()).to.equal(100);
  });
});
