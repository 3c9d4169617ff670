import { expect } from "chai";
import { PanosError } from "../../panos/error";
import { masked } from "../../panos/masking";
import { readAnswer } from "../../panos/answer";

const SECRETS = [
  "hunter2",
  "p&ss<w>\"o'rd",
  "pass word+100%/ü€",
  "a]]>b\\c",
  "😀key{}",
  "....",
  "$&^*(x)|[y]",
];

const entities = (text: string) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");

const SPELLINGS: Record<string, (secret: string) => string> = {
  plain: (secret) => secret,
  form: (secret) => new URLSearchParams({ "": secret }).toString().slice(1),
  "URL component": encodeURIComponent,
  "URL component in lower case": (secret) =>
    encodeURIComponent(secret).replace(/%../g, (each) => each.toLowerCase()),
  "every byte in percent": (secret) =>
    [...Buffer.from(secret)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
  entities,
  "XML with &apos;": (secret) => entities(secret).replaceAll("&#39;", "&apos;"),
  "decimal references": (secret) => [...secret].map((each) => `&#${each.codePointAt(0) ?? 0};`).join(""),
  "hexadecimal references": (secret) =>
    [...secret].map((each) => `&#x00${(each.codePointAt(0) ?? 0).toString(16).toUpperCase()};`).join(""),
  JSON: (secret) => JSON.stringify(secret).slice(1, -1),
  "JSON of ASCII alone": (secret) =>
    Array.from(
      { length: secret.length },
      (_, at) => `\\u${secret.charCodeAt(at).toString(16).padStart(4, "0")}`,
    ).join(""),
  base64: (secret) => Buffer.from(secret).toString("base64"),
  base64url: (secret) => Buffer.from(secret).toString("base64url"),
  "one character encoded": (secret) => `%${Buffer.from(secret)[0]?.toString(16) ?? ""}${secret.slice(1)}`,
};

describe("masking of secrets", () => {
  for (const [name, spell] of Object.entries(SPELLINGS)) {
    it(`finds the spelling: ${name}`, () => {
      for (const secret of SECRETS) {
        // One character outside ASCII isn't one byte.
        if (name.startsWith("one") && secret.codePointAt(0)! > 127) continue;
        const text = masked(`login ${spell(secret)} failed`, ["", secret]);
        expect(text.replace(/=+ failed$/, " failed"), spell(secret)).to.equal("login *** failed");
      }
    });
  }

  it("leaves everything else alone, and takes several secrets", () => {
    expect(masked("a b c", ["hunter2"])).to.equal("a b c");
    expect(masked("key k1 user u1", ["k1", "u1"])).to.equal("key *** user ***");
  });

  it("hides a password that a refusal repeats, in its message and its lines", () => {
    for (const [name, spell] of Object.entries(SPELLINGS)) {
      const secret = "p&ss<w>ord";
      const said = spell(secret).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
      const body = `<response status="error" code="16"><msg><line>bad password ${said}</line></msg></response>`;
      const page = `<html><body>no such user: ${spell(secret)}</body></html>`;
      for (const text of [body, page]) {
        try {
          readAnswer(200, text, { action: "keygen" }, [secret]);
          throw new Error("read as success");
        } catch (error) {
          expect(error).to.be.instanceOf(PanosError);
          const { message, lines } = error as PanosError;
          expect(message, name).to.contain("***");
          for (const line of [message, ...lines]) {
            expect(line).not.to.contain(secret);
            expect(line).not.to.contain(spell(secret));
          }
        }
      }
    }
  });
});
