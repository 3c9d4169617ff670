import { expect } from "chai";
import { markdownCode, markdownText } from "../../review/change/escape";
import { GITHUB_LIMIT, markdownOf, marker } from "../../review/change/markdown";
import { terminalOf } from "../../review/change/terminal";
import type { Review, RuleChange } from "../../review/change/types";

const HOSTILE =
  "<script>alert(1)</script> | `x` **b** [a](http://e.example) @security #1 !2 ~l $s %m &e www.e.example";

/** As a browser would show it. */
function decoded(text: string): string {
  return text
    .replace(/<\/?code>/g, "")
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}

function change(rule: string, text = "sgr-0a1 of web (sg-0a1) was authorized"): RuleChange {
  const flow = {
    source: ["203.0.113.0/24"],
    destination: ["10.0.0.1"],
    ports: ["tcp/443"],
    from: "untrust",
    to: "trust",
  };
  return {
    ...{ rule, kind: "changed", group: { id: "sg-0a1", name: HOSTILE }, direction: "ingress" },
    traffic: "TCP port 443",
    opens: [{ ...flow, applications: ["ssl"] }],
    closes: [{ ...flow, applications: ["any"], except: ["ssl"] }],
    fields: [{ field: "source", added: ["203.0.113.0/24"], removed: [] }],
    reasons: [{ text }],
    marks: [{ kind: "wider", text: "wider than before" }],
    xml: {},
  };
}

function reviewWith(changes: RuleChange[], more: Partial<Review> = {}): Review {
  const counts = {
    opening: 0,
    closing: 0,
    added: 0,
    changed: changes.length,
    removed: 0,
    withheld: 0,
    alreadyAllowed: 0,
  };
  const none = { withheld: [], alreadyAllowed: [], adopted: [], held: [] };
  return {
    ...{
      format: 1,
      stack: "acme/aws-panos-rules/prod",
      source: "preview",
      summary: "Opens by 1 rule",
      against: [],
    },
    ...{ counts, addresses: {}, notes: [] },
    firewalls: [{ firewall: "edge/vsys1", changes, unchanged: 3, ...none }],
    ...more,
  };
}

describe("review.md", () => {
  it("fits GitHub's limit with any number of rules, and says how many are in the page alone", () => {
    const rules = Array.from({ length: 10_000 }, (_, at) =>
      change(`aws-sg-0a${at}-tcp-443`, HOSTILE.repeat(3)),
    );
    const text = markdownOf(reviewWith(rules));
    expect(text.length).to.be.below(GITHUB_LIMIT);
    const shown = /### Opens \(10000\)[\s\S]*?\n(\d+) more are in the page/.exec(text);
    const rows = text.split("### Closes")[0]!.match(/^\| <code>203/gm)!.length;
    expect(rows).to.be.above(5);
    expect(Number(shown![1])).to.equal(10_000 - rows);
  });

  it("fits it where even a single row of each of very many firewalls would not", () => {
    const firewalls = Array.from({ length: 500 }, (_, at) => ({
      ...reviewWith([change(`aws-sg-0a${at}-tcp-443`)]).firewalls[0]!,
      firewall: `edge-${at}/vsys1`,
    }));
    const text = markdownOf(reviewWith([], { firewalls }));
    expect(text.length).to.be.below(GITHUB_LIMIT);
    expect(text).to.include("see the page");
  });

  it("shows firewalls that get the same once", () => {
    const [firewall] = reviewWith([change("aws-sg-0a1-tcp-443")]).firewalls;
    const text = markdownOf(
      reviewWith([], { firewalls: [firewall!, { ...firewall!, firewall: "edge-b/vsys1" }] }),
    );
    expect(text.match(/### Opens/g)).to.have.length(1);
  });

  it("begins with a marker of its stack and one line of summary", () => {
    const [first, second] = markdownOf(reviewWith([])).split("\n");
    expect(first).to.equal(marker("acme/aws-panos-rules/prod"));
    expect(marker("a --> b")).to.match(/^<!-- [^>]* -->$/);
    expect(second).to.match(/^\*\*.*Opens by 1 rule\*\*$/);
  });

  it("shows text from AWS without markup, links, references or mentions", () => {
    const row = markdownOf(reviewWith([change("aws-sg-0a1-tcp-443", HOSTILE)]))
      .split("\n")
      .find((line) => line.includes("alert"))!;
    expect(row.match(/(?<!\\)\|/g), "cells of the row").to.have.length(6);
    for (const text of [markdownText(HOSTILE), markdownCode(HOSTILE)]) {
      const shown = decoded(text);
      expect(HOSTILE).to.satisfy((all: string) =>
        all.startsWith(shown.replaceAll("\u200B", "").replace(/…$/, "")),
      );
      expect(text.replace(/<\/?code>/g, "")).not.to.match(/[<>|`*[\]@]/);
      expect(shown).not.to.match(/@security|:\/\/|www\./);
    }
    expect(decoded(markdownText(HOSTILE))).not.to.match(/#1|!2|~l|\$s|%m|&e/);
    expect(markdownText("see GH-12, ABC-3 and 0123abcd")).to.equal(
      "see GH-\u200B12, ABC-\u200B3 and 0\u200B123abcd",
    );
    expect(markdownText("web (sg-0ab9c37e7cf290ea4)")).to.include("<code>sg-0ab9c37e7cf290ea4</code>");
    expect(decoded(markdownText("a\nb\u202Ec\u200B"))).to.equal("a b\\u202Ec\\u200B");
  });

  it("shows the worst first, above the table too, however much there is, and the widest source of a cut list", () => {
    const marked = change("aws-sg-0a1-tcp-3389");
    const many = Array.from({ length: 900 }, (_, index) => change(`aws-sg-0a1-tcp-${index}`));
    const narrow = [1, 2, 3, 4, 5].map((last) => `198.51.100.${last}/32`);
    const world: RuleChange = {
      ...marked,
      opens: [{ ...marked.opens[0]!, source: [...narrow, "::/0"], ports: ["tcp/3389"] }],
      marks: [{ kind: "world-administrative", text: "open to the world: RDP (tcp/3389)" }],
    };
    const review = reviewWith([...many, world]);
    const text = decoded(markdownOf(review));
    const table = text.indexOf("### Opens");
    expect(text.slice(0, table)).to.include("⚠ **Opens RDP (tcp/3389) to the whole internet**");
    expect(text.slice(table).split("\n")[4]).to.include("::/0, 198.51.100.1/32").and.include("tcp/3389");
    expect(terminalOf(review, { columns: 160, hasColour: false })).to.include("::/0");
  });
});
