import { expect } from "chai";
import { createHash } from "node:crypto";
import { Script } from "node:vm";
import { pageOf } from "../../../review/change/page/html";
import type { PageData } from "../../../review/change/page/types";
import { reviewOfRules } from "../../support/reviews";

const HOSTILE = "</script><script>alert(1)</script><!--\u2028\u2029&amp;";

function hostilePage(): string {
  const review = reviewOfRules(2);
  review.stack = HOSTILE;
  review.summary = HOSTILE;
  review.firewalls[0]!.changes[0]!.group.name = HOSTILE;
  return pageOf(review);
}

function between(page: string, start: string, end: string): string {
  const from = page.indexOf(start) + start.length;
  return page.slice(from, page.indexOf(end, from));
}

describe("review page's file", () => {
  it("holds the review as data that ends neither its element nor a line, and says the same", () => {
    const page = hostilePage();
    const data = between(page, '<script type="application/json" id="data">', "</script>");
    expect(data).not.to.match(/[<>&\u2028\u2029]/);
    const { firewalls, stack } = JSON.parse(data) as PageData;
    expect(stack).to.equal(HOSTILE);
    expect(firewalls[0]!.changes[0]!.group.name).to.equal(HOSTILE);
    expect(firewalls[0]!.update).to.include("The update takes one commit");
    expect(page.match(/<script/g)).to.have.length(2);
  });

  it("lets nothing through but its own style and script, and names nothing to fetch", () => {
    const page = hostilePage();
    const policy = between(page, '<meta http-equiv="Content-Security-Policy" content="', '"');
    const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const script = between(page, '<script type="module">', "</script>");
    expect(policy.split("; ")).to.include.members([
      "default-src 'none'",
      `style-src ${hash(between(page, "<style>", "</style>"))}`,
      `script-src ${hash(script)}`,
    ]);
    expect(page).not.to.match(/\b(src|href)=/);
    // Modules that are one script now: none takes another's name, and nothing is left to import.
    expect(() => new Script(script)).not.to.throw();
  });

  it("tells firewalls that get the same once", () => {
    const review = reviewOfRules(3);
    const [first] = review.firewalls;
    review.firewalls = [first!, { ...first!, firewall: "other/vsys1" }];
    const data = between(pageOf(review), '<script type="application/json" id="data">', "</script>");
    const { firewalls } = JSON.parse(data) as PageData;
    expect(firewalls.map(({ names }) => names)).to.deep.equal([["firewall/vsys1", "other/vsys1"]]);
  });
});
