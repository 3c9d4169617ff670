import { expect } from "chai";
import { Script } from "node:vm";
import type { BrowserContextOptions, Page } from "playwright-core";
import { pageOf } from "../../review/drift/page/html";
import type { PageData } from "../../review/drift/page/types";
import type { Drift } from "../../review/drift/types";
import { pagesIn, violations, widthOf } from "../support/browser";
import { driftOfFindings } from "../support/drifts";

const HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u2028\u202Egro.live";

/** With hostile text wherever AWS, the firewall and its administrators can put some. */
function hostileDrift(): Drift {
  const drift = driftOfFindings(10);
  const [firewall] = drift.firewalls;
  drift.stack = drift.summary = HOSTILE;
  for (const finding of firewall!.findings) {
    finding.name = `__proto__${HOSTILE}`;
    finding.group!.name = HOSTILE;
    finding.by = [HOSTILE];
    finding.fields = [{ field: HOSTILE, added: [HOSTILE], removed: ["constructor"] }];
    finding.reasons = [{ text: HOSTILE, because: [{ text: HOSTILE }] }];
    finding.xml = '<entry name="&lt;b&gt;"><description>&lt;/pre&gt;</description></entry>';
  }
  firewall!.commits = [{ job: HOSTILE, by: HOSTILE, ended: HOSTILE }];
  firewall!.shadowed = [{ rule: HOSTILE, by: HOSTILE }];
  firewall!.unused.unknown = HOSTILE;
  return drift;
}

describe("drift page's file", () => {
  it("holds the answer as data, is one script, and names nothing to fetch", () => {
    const page = pageOf(hostileDrift());
    expect(page.match(/<script/g)).to.have.length(2);
    expect(page).not.to.match(/<[^>]*\b(src|href)=/);
    const [, data = "", script = ""] =
      /id="data">([^<]*)<\/script>\s*<script type="module">([^]*)<\/script>/.exec(page) ?? [];
    expect((JSON.parse(data) as PageData).firewalls[0]!.findings[0]!.by).to.deep.equal([HOSTILE]);
    // Modules that are one script now: none takes another's name, and nothing is left to import.
    expect(() => new Script(script)).not.to.throw();
  });
});

describe("drift page in a browser", function () {
  const openPage = pagesIn(this);
  if (openPage === undefined) return;
  const open = (drift: Drift, options?: BrowserContextOptions) => openPage(pageOf(drift), options);
  const rows = (page: Page) => page.locator("tr[data-row]");

  it("shows 1,000 findings and what is no drift, and finds any of them by what it says", async () => {
    const page = await open(driftOfFindings(1000));
    expect(await page.locator(".tile b").allInnerTexts()).to.deep.equal(["1,000", "1", "1", "1", "1"]);
    expect(await page.locator(".says").innerText()).to.equal("1,004 rows, the first 100 shown");
    const about = await page.locator(".update").allInnerTexts();
    expect(about[0]).to.include(
      "edge-a/vsys1: 500 findings. Last commits, the newest first: mallory (job 17, ",
    );
    expect(about[0]).to.include("2 rules not counted for 90 days yet");

    await page.getByLabel("Search").fill("group-999 alice");
    expect(await rows(page).count()).to.equal(1);
    expect(await rows(page).innerText())
      .to.include("candidate, not committed")
      .and.include("source: 198.51.231.0/24 → any");
    await rows(page).getByRole("button").press("Enter");
    expect(await page.locator("dd del").allInnerTexts()).to.deep.equal(["198.51.231.0/24"]);
    expect(await page.locator("dd ins").allInnerTexts()).to.deep.equal(["any"]);
    expect(await page.locator(".detail").innerText())
      .to.match(/In AWS now\s+group-999 \(sg-0a3e7\) has sgr-03e7 from/)
      .and.match(/By whom\s+alice/)
      .and.include('<entry name="aws-sg-0a3e7-tcp-443">');
  });

  it("filters by what it is, by kind, firewall and group, and sorts", async () => {
    const page = await open(driftOfFindings(20));
    await page.getByRole("button", { name: "○ unused" }).click();
    expect(await rows(page).allInnerTexts()).to.have.length(1);
    expect(await rows(page).innerText())
      .to.include("last hit 2025-10-01")
      .and.include("Could be revoked in AWS: sgr-0unused (for the migration).");
    await page.getByRole("button", { name: "… not applied yet" }).click();
    expect(await rows(page).count()).to.equal(2);
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByLabel("Security group").fill("beside");
    expect(await rows(page).count()).to.equal(4);
    await page.getByRole("button", { name: "Show all" }).click();

    await page.getByRole("button", { name: "moved from its place (4)" }).click();
    await page.getByLabel("Firewall").fill("edge-b");
    expect(await page.locator("tr[data-row] code").allInnerTexts()).to.deep.equal([
      "aws-sg-0ac-tcp-443",
      "aws-sg-0a11-tcp-443",
    ]);
    await page.getByRole("columnheader", { name: "Name" }).getByRole("button").press("Enter");
    expect(await page.locator("tr[data-row] code").first().innerText()).to.equal("aws-sg-0a11-tcp-443");
    await page.getByLabel("Security group").fill("sg-0ac");
    expect(await rows(page).count()).to.equal(1);
    await page.getByLabel("Firewall").fill("edge-a");
    expect(await page.locator(".says").innerText()).to.equal("Nothing of that kind.");
  });

  it("shows hostile text as text, and a firewall that could not be asked as unknown", async () => {
    const drift = hostileDrift();
    drift.firewalls[1]!.refusal = HOSTILE;
    const page = await open(drift);
    const shown = HOSTILE.replace("\u2028", "\\u2028").replace("\u202E", "\\u202E");
    await rows(page).first().getByRole("button").press("Enter");
    expect(await rows(page).first().innerText())
      .to.include(shown)
      .and.include("→ constructor");
    expect(await page.locator("pre").innerText()).to.include("&lt;/pre&gt;");
    expect(await page.locator(".refusal").innerText()).to.include(`nothing is known of it: ${shown}`);
    expect(await page.locator("img").count()).to.equal(0);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has nothing against accessibility and fits a phone, ${colorScheme}`, async () => {
      const page = await open(driftOfFindings(8), { colorScheme });
      await rows(page).first().getByRole("button").click();
      expect(await violations(page)).to.deep.equal([]);
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await widthOf(page)).to.be.at.most(360);
      expect(await violations(page)).to.deep.equal([]);
    });
  }

  it("is printed with everything unfolded", async () => {
    const page = await open(driftOfFindings(150));
    await page.emulateMedia({ media: "print" });
    await page.locator(".detail").nth(153).waitFor();
    expect(await page.locator(".filters").isVisible()).to.equal(false);
  });
});
