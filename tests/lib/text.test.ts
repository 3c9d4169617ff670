import { expect } from "chai";
import { nearestOf } from "../../lib/nearest";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { plainOf } from "../../lib/terminal/display";
import { counted, plainText } from "../../lib/text";

describe("a number of things", () => {
  for (const [count, one, text] of [
    [0, "rule", "0 rules"],
    [1, "rule", "1 rule"],
    [2, "address", "2 addresses"],
    [1, "address", "1 address"],
    [3, "entry", "3 entries"],
    [2, "day", "2 days"],
    [2, "security group", "2 security groups"],
  ] as const) {
    it(`is ${text}`, () => expect(counted(count, one)).to.equal(text));
  }
});

describe("names like one", () => {
  const NAMES = ["aws-sg-0a1-tcp-443", "aws-sg-0a1-tcp-80", "aws-sg-0b2-udp-53", "cleanup"];
  it("are those that have it in them first, then those that few letters make of it", () => {
    expect(nearestOf("tcp-443", NAMES, 3)).to.deep.equal(["aws-sg-0a1-tcp-443"]);
    expect(nearestOf("aws-sg-0a1-tcp-44", NAMES, 2)).to.deep.equal([NAMES[0], NAMES[1]]);
    expect(nearestOf("frobnicate", NAMES, 3)).to.deep.equal([]);
  });
});

describe("signs that can't be seen", () => {
  const SIGNS: Record<string, string> = {
    "\u00AD": "\\u00AD",
    "\u200B": "\\u200B",
    "\u200D": "\\u200D",
    "\u202E": "\\u202E",
    "\u2060": "\\u2060",
    "\u2800": "\\u2800",
    "\u3164": "\\u3164",
    "\uFE0F": "\\uFE0F",
    "\uFEFF": "\\uFEFF",
    "\u{E0041}": "\\u{E0041}",
  };
  const script = readFileSync(join(__dirname, "../../review/page/text.js"), "utf8").replace(/^export /gm, "");
  const ofPage = runInNewContext(`${script}; visible`) as (text: string) => string;

  for (const [what, shown] of Object.entries({ plainText, "the terminal": plainOf, "the page": ofPage })) {
    it(`are written out by ${what}, so that no name looks like another`, () => {
      for (const [sign, text] of Object.entries(SIGNS)) {
        for (const [name, wanted] of [
          [`we${sign}b`, `we${text}b`],
          [`web${sign}`, `web${text}`],
          [`${sign}`, text],
        ] as const)
          expect(shown(name)).to.equal(wanted);
      }
      for (const name of ["web", "Büro", "日本 – 東京", "👩‍🚀 ❤️ 👍🏽"]) expect(shown(name)).to.equal(name);
    });
  }
});
