import fc from "fast-check";
import { commandsIn } from "../support/github-runner";
import { Writable } from "node:stream";
import { expect } from "chai";
import type { PanosError } from "../../panos/error";
import { readAnswer } from "../../panos/answer";
import { printable } from "../../lib/printable";
import { lines } from "../../commands/framework/terminal";

const MARKS = ["\u061C", "\u200E", "\u200F", "\u202A", "\u202E", "\u2066", "\u2069", "\u2028", "\u2029"];

describe("text for a terminal", () => {
  it("holds nothing that a terminal obeys: no control character but line ends and tabs, no bidi mark", () => {
    for (let code = 0; code < 0xa0; code++) {
      const character = String.fromCharCode(code);
      const isControl = (code < 0x20 && character !== "\n" && character !== "\t") || code >= 0x7f;
      expect(printable(`a${character}b`), code.toString(16)).to.equal(
        isControl ? "a\uFFFDb" : `a${character}b`,
      );
    }
    for (const mark of MARKS) {
      const code = mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
      expect(printable(`a${mark}b`)).to.equal(`a\\u${code}b`);
    }
    expect(printable("\u001b[2J\u001b]0;title\u0007 ok")).to.equal("\uFFFD[2J\uFFFD]0;title\uFFFD ok");
    expect(printable("one\r\ntwo")).to.equal("one\ntwo");
    expect(printable("“é” 日本 😀 \ud800")).to.equal("“é” 日本 😀 \uFFFD");
  });

  it("is what an error of the firewall holds, in message and lines", () => {
    const body = `<response status="error" code="12"><msg><line>r1 \u202E&#x9b;31m is &#127; invalid</line></msg></response>`;
    try {
      readAnswer(200, body, { action: "set", xpath: "/config/x\u001b[0m" });
      throw new Error("read as success");
    } catch (error) {
      const { message, lines: said } = error as PanosError;
      expect(said).to.deep.equal(["r1 \\u202E\uFFFD31m is \uFFFD invalid"]);
      expect(message).to.contain("r1 \\u202E\uFFFD31m is \uFFFD invalid").and.contain("x\uFFFD[0m");
    }
  });

  it("is what commands say, whatever AWS holds", () => {
    let written = "";
    const output = new Writable({
      write(chunk: Buffer, _, done) {
        written += chunk.toString();
        done();
      },
    });
    lines(output)("group “\u001b]8;;http://x\u0007\u202Eweb”");
    expect(written).to.equal("group “\uFFFD]8;;http://x\uFFFD\\u202Eweb”\n");
  });
});

describe("text for a pipeline's log", () => {
  const NAMES = ["error", "add-mask", "set-output", "stop-commands", "GROUP"];
  const piece = fc.oneof(
    fc.constantFrom(
      "::",
      ":",
      "##[",
      "##",
      "#",
      "[",
      "]",
      "\n",
      "\r",
      " ",
      "\t",
      "\u3000",
      "\u00a0",
      "name=x",
    ),
    fc.constantFrom(...NAMES),
    fc.string({ maxLength: 3 }),
  );

  it("holds no command of GitHub's runner, whatever somebody named something", () => {
    for (const text of [
      "::error::x",
      "  ::error file=a::x",
      "a ##[error]x",
      "##[add-mask]x",
      "a\r::error::x",
    ]) {
      expect(commandsIn(text), text).to.have.length(1);
      expect(commandsIn(printable(text)), text).to.deep.equal([]);
    }
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        expect(commandsIn(printable(pieces.join("")))).to.deep.equal([]);
      }),
      { numRuns: 20_000 },
    );
  });

  it("leaves addresses and headings as they are", () => {
    for (const text of ["::/0", "  ::1", "from ::/0 to 2001:db8::1", "## [link]", "::"]) {
      expect(printable(text)).to.equal(text);
    }
  });
});
