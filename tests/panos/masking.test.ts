import { expect } from "chai";
import { PanosError } from "../../panos/error";
import { masked, masking } from "../../panos/masking";
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
  "JSON within JSON": (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  "a URL within a URL": (secret) => encodeURIComponent(encodeURIComponent(secret)),
  "entities of entities": (secret) => entities(entities(secret)),
  "a shell's escapes": (secret) => secret.replace(/[^\w\s\u0080-\uffff]/gu, "\\$&"),
  "a JavaScript string": (secret) => secret.replaceAll("\\", "\\\\").replaceAll("'", "\\'"),
  hexadecimal: (secret) => Buffer.from(secret).toString("hex"),
  "hexadecimal in upper case": (secret) => Buffer.from(secret).toString("hex").toUpperCase(),
  "base64 in a URL": (secret) =>
    encodeURIComponent(Buffer.from(secret).toString("base64").replace(/=+$/, "")),
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

  it("finds base64 of more than the secret: of a user and a password, as Basic has it", () => {
    for (const secret of SECRETS) {
      for (const user of ["a", "ab", "abc", "abcd"]) {
        const whole = Buffer.from(`${user}:${secret}:${user}`).toString("base64");
        const shown = masked(`Authorization: Basic ${whole}`, [secret]);
        expect(shown, `${user} ${secret}`).to.include("***");
        const left = Buffer.from(shown.split("***")[1] ?? "", "base64").toString("latin1");
        expect(left).to.not.include(secret);
      }
    }
  });

  it("finds the escapes of what ends lines", () => {
    const secret = "one\ntwo\tthree\r\n";
    for (const spell of [
      JSON.stringify,
      encodeURIComponent,
      (text: string) => JSON.stringify([JSON.stringify(text)]),
    ])
      expect(masked(`a ${spell(secret)} b`, [secret])).to.match(/^a \W*\*\*\*\W* b$/);
  });

  it("takes little time for a long text and a long secret", () => {
    const secret = "-----BEGIN KEY-----" + "aB3/+".repeat(400);
    const hide = masking([secret, "hunter2", "k3y"]);
    const began = process.cpuUsage().user;
    for (let line = 0; line < 2_000; line++) hide(`${line}% \\ ${"aB3/+".repeat(100)}`);
    expect((process.cpuUsage().user - began) / 1000, "ms").to.be.below(3_000);
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
