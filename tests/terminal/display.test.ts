import { PassThrough } from "node:stream";
import { expect } from "chai";
import { displayOf, plainOf, shown, widthOf } from "../../lib/terminal/display";
import { paragraph } from "../../lib/terminal/paragraph";
import { shortened, table, type Column } from "../../lib/terminal/table";

const pipe = () => new PassThrough();
const terminal = (columns: number | undefined) =>
  Object.assign(new PassThrough(), { isTTY: true, ...(columns !== undefined && { columns }) });
const plain = (columns: number) => ({ columns, hasColour: false });

describe("what a text is shown on", () => {
  it("has a terminal's width, what COLUMNS says elsewhere, and 80 columns without either", () => {
    expect(displayOf(terminal(140), { COLUMNS: "90" }).columns).to.equal(140);
    expect(displayOf(terminal(0), {}).columns).to.equal(80);
    expect(displayOf(terminal(undefined), {}).columns).to.equal(80);
    expect(displayOf(pipe(), { COLUMNS: "120" }).columns).to.equal(120);
    for (const odd of ["", "0", "-3", "wide", "1e9"])
      expect(displayOf(pipe(), { COLUMNS: odd }).columns).to.equal(80);
  });

  it("has colour in a terminal, unless it or the environment has none", () => {
    const coloured = (stream: PassThrough, environment: NodeJS.ProcessEnv) =>
      displayOf(stream, environment).hasColour;
    expect(coloured(terminal(80), { TERM: "xterm" })).to.equal(true);
    expect(coloured(terminal(80), { TERM: "dumb" })).to.equal(false);
    expect(coloured(terminal(80), { NO_COLOR: "1" })).to.equal(false);
    expect(coloured(terminal(80), { NO_COLOR: "" })).to.equal(true);
    expect(coloured(pipe(), {})).to.equal(false);
    for (const forced of ["", "1", "true", "3"])
      expect(coloured(pipe(), { FORCE_COLOR: forced, NO_COLOR: "1" })).to.equal(true);
    for (const forced of ["0", "false"])
      expect(coloured(terminal(80), { FORCE_COLOR: forced })).to.equal(false);
  });

  it("gets no colour and no line of another's making", () => {
    const hostile = "\x1b[32mweb\x1b[2J\nok";
    expect(shown(hostile, { hasColour: true })).to.equal("\uFFFD[32mweb\uFFFD[2J ok");
    const red = shown({ text: hostile, style: "red" }, { hasColour: true });
    expect(red).to.equal("\x1b[31m\uFFFD[32mweb\uFFFD[2J ok\x1b[39m");
    expect(shown({ text: "web", style: ["red", "bold"] }, { hasColour: false })).to.equal("web");
    expect(plainOf({ text: "a\tb", style: "dim" })).to.equal("a b");
  });

  it("counts the columns of signs that take none or two", () => {
    expect(["web", "Störung", "e\u0301", "東京", "⚠", "🔥"].map(widthOf)).to.deep.equal([3, 7, 1, 4, 1, 2]);
  });
});

describe("a paragraph", () => {
  it("is broken at blanks, and never wider than its display", () => {
    const text = ["Port 22 is ", { text: "open to the whole", style: "red" }, " internet", "."] as const;
    expect(paragraph(text, plain(20), { first: "  ! ", rest: "    " })).to.equal(
      ["  ! Port 22 is open", "    to the whole", "    internet."].join("\n"),
    );
    expect(paragraph(text, plain(140))).to.equal("Port 22 is open to the whole internet.");
  });

  it("colours each word by itself, so that no line's colour runs into the next", () => {
    const text = [{ text: "one two", style: "green" }] as const;
    expect(paragraph(text, { columns: 4, hasColour: true })).to.equal(
      "\x1b[32mone\x1b[39m\n\x1b[32mtwo\x1b[39m",
    );
  });

  it("leaves a word that is too long whole, so that an address can be clicked", () => {
    expect(paragraph(["see http://127.0.0.1:8080/ now"], plain(10))).to.equal(
      "see\nhttp://127.0.0.1:8080/\nnow",
    );
  });
});

const COLUMNS: Column[] = [
  { title: "rule", least: 11, cut: "middle" },
  { title: "group" },
  { title: "source", least: 8 },
  { title: "hits", align: "right", goes: 1 },
];
const ROWS = [
  ["aws-sg-0ab9c37e7cf290ea4-tcp-443", { text: "web", style: "green" }, "192.0.2.0/26 +2", "12"],
  ["allow-http-in", "", "any", "1042"],
] as const;

describe("a table", () => {
  it("stands side by side where there is room", () => {
    expect(table(COLUMNS, ROWS, plain(80), "  ")).to.equal(
      [
        "  rule                              group  source           hits",
        "  aws-sg-0ab9c37e7cf290ea4-tcp-443  web    192.0.2.0/26 +2    12",
        "  allow-http-in                            any              1042",
      ].join("\n"),
    );
  });

  it("cuts the widest columns that may be cut, in the middle or at the end", () => {
    expect(table(COLUMNS, ROWS, plain(45))).to.equal(
      [
        "rule             group  source           hits",
        "aws-sg…-tcp-443  web    192.0.2.0/26 +2    12",
        "allow-http-in           any              1042",
      ].join("\n"),
    );
  });

  it("leaves columns out that may go, where there is no room at all", () => {
    const narrow = table(COLUMNS, ROWS, plain(28));
    expect(narrow).to.equal(
      ["rule         group  source", "aws-…cp-443  web    192.0.2…", "allo…ttp-in         any"].join("\n"),
    );
  });

  it("is as wide with colour as without", () => {
    const coloured = table(COLUMNS, ROWS, { columns: 45, hasColour: true });
    expect(coloured).to.contain("\x1b[32mweb\x1b[39m");
    // eslint-disable-next-line no-control-regex
    expect(coloured.replace(/\x1b\[\d+m/g, "")).to.equal(table(COLUMNS, ROWS, plain(45)));
  });

  it("cuts between whole signs", () => {
    expect(shortened("東京東京", 5)).to.equal("東京…");
    expect(shortened("🔥🔥🔥", 5, "middle")).to.equal("🔥…🔥");
  });
});
