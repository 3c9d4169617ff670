import { expect } from "chai";
import { entries, escapeXml, find, members, parseXml, textAt } from "../../panos/xml";

describe("XML", () => {
  it("reads elements, attributes, text, CDATA and character references", () => {
    const root = parseXml(
      `<?xml version="1.0"?><a k="v &amp; &#x41;"><b> one &lt; two </b><c><![CDATA[<raw> & ]]></c><c>second</c></a>`,
    );
    expect(root.attributes).to.deep.equal({ k: "v & A" });
    expect(textAt(root, "b")).to.equal("one < two");
    expect(textAt(root, "c")).to.equal("<raw> &");
    expect(find(root, "nothing", "there")).to.equal(undefined);
  });

  it("keeps texts that look like numbers or booleans as they are", () => {
    expect(textAt(parseXml("<a><b>007</b><c>true</c></a>"), "b")).to.equal("007");
  });

  it("reads entries in order and members", () => {
    const root = parseXml(
      "<r><entry name='z'/><entry name='a'><m><member>1</member><member> 2 </member></m></entry></r>",
    );
    expect([...entries(root).keys()]).to.deep.equal(["z", "a"]);
    expect(members(find(root, "entry", "m"))).to.deep.equal([]);
    expect(members(find(entries(root).get("a"), "m"))).to.deep.equal(["1", "2"]);
  });

  it("refuses document types, so that no entity can expand", () => {
    const bomb = `<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>`;
    expect(() => parseXml(bomb)).to.throw("DOCTYPE");
  });

  it("refuses text that isn't one XML document", () => {
    const followed = ["<a/>&amp;", "<a/>&", "<a/>b"];
    for (const text of ["", "plain", "<a><b></a>", "<a/><b/>", ...followed]) {
      expect(() => parseXml(text), text).to.throw();
    }
  });

  it("refuses references to what it doesn't know, instead of reading the text around them wrong", () => {
    for (const reference of ["&lol;", "&;", "&#x110000;", "&#1114112;", "&#xg;"]) {
      expect(() => parseXml(`<a>x${reference}y</a>`), reference).to.throw();
    }
  });

  for (const name of [
    `'] | //*`,
    `"quotes" & 'apostrophes'`,
    "<script>alert(1)</script>",
    "Größe 💡",
    "]]>",
  ]) {
    it(`carries ${JSON.stringify(name)} there and back`, () => {
      const root = parseXml(`<a n="${escapeXml(name)}"><b>${escapeXml(name)}</b></a>`);
      expect(root.attributes["n"]).to.equal(name);
      expect(textAt(root, "b")).to.equal(name);
    });
  }

  it("turns characters that XML can't carry into spaces", () => {
    expect(escapeXml("a\u0000b\u0008c\ud800d")).to.equal("a b c\ufffdd");
    expect(escapeXml("tab\tand\nline")).to.equal("tab\tand\nline");
  });
});
