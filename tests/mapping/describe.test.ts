import { expect } from "chai";
import { XMLBuilder, XMLParser } from "fast-xml-parser";
import { MAX_DESCRIPTION } from "../../declaration/descriptions";
import { cut, plainText } from "../../lib/text";
import { ruleOf, securityGroup } from "./fixtures";

const HOSTILE = [
  "'] | //*",
  `"double" and 'single'`,
  "<entry name='x'/> & ]]>",
  "emoji 👩‍🚀 in a name",
  "line\nbreak\r\nand\ttab",
  "\u0000\u0001\u001b[31mcontrol\u007f\u0085",
  "\uD800 alone, \uDFFF too",
  "\uFFFE\uFFFF",
  "../../etc/passwd",
  "aws-panos-abcd",
];

/** What XML 1.0 calls Char, less the control characters that it discourages. */
const FIT_FOR_XML = /^[\u0020-\u007E\u00A0-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u;

describe("descriptions", () => {
  it("carry the group's name and id, the rule ids and their descriptions", () => {
    const rule = ruleOf([
      { id: "sgr-2", cidrIpv4: "198.51.100.0/24", description: "office" },
      { id: "sgr-1", cidrIpv4: "203.0.113.0/24" },
    ]);
    expect(rule.description).to.equal("web (sg-0a1b2c3d): sgr-1; sgr-2 (office)");
  });

  it("leave out rules that let nothing through the firewall", () => {
    const rule = ruleOf([
      { id: "sgr-1", cidrIpv4: "0.0.0.0/0" },
      { id: "sgr-2", cidrIpv4: "10.0.0.0/24", description: "inside" },
    ]);
    expect(rule.description).to.equal("web (sg-0a1b2c3d): sgr-1");
  });

  for (const name of HOSTILE) {
    it(`take a group named ${JSON.stringify(name)}`, () => {
      const { description } = ruleOf(
        [],
        {},
        {
          securityGroups: [securityGroup([{ cidrIpv4: "0.0.0.0/0", description: name }], { name })],
        },
      );
      expect(description).to.match(FIT_FOR_XML);
      const xml = new XMLBuilder({}).build({ description });
      const back = new XMLParser({ parseTagValue: false }).parse(xml) as { description: string };
      expect(back.description, "comes back from XML as it was").to.equal(description);
      expect(description).to.include(plainText(name));
    });
  }

  it("keep what can be kept", () => {
    expect(plainText("'] | //*")).to.equal("'] | //*");
    expect(plainText(" a\r\n\tb\u0000c ")).to.equal("a b c");
    expect(plainText("x\uD800y")).to.equal("x\uFFFDy");
    expect(plainText("👩‍🚀")).to.equal("👩‍🚀");
  });

  it("are cut with an ellipsis where PAN-OS would refuse them", () => {
    const ingress = Array.from({ length: 200 }, (_, index) => ({
      cidrIpv4: `198.51.100.${index}/32`,
      description: "🚀".repeat(9),
    }));
    const { description } = ruleOf(ingress);
    expect(description.length).to.be.within(MAX_DESCRIPTION - 1, MAX_DESCRIPTION);
    expect(description).to.match(/…$/);
    expect(description.isWellFormed()).to.equal(true);
  });

  it("are never cut in the middle of a surrogate pair", () => {
    for (let length = 1; length < 12; length++) {
      const short = cut("ab🚀🚀cd🚀", length);
      expect(short.length).to.be.at.most(length);
      expect(short.isWellFormed(), short).to.equal(true);
    }
    expect(cut("exactly", 7)).to.equal("exactly");
  });
});
