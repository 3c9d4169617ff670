import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import { readText } from "../../lib/file-errors";
import {
  anyText,
  command,
  EXIT,
  flag,
  lines,
  numberOr,
  refuse,
  required,
  table,
  text,
  textOr,
  texts,
  type Outcome,
} from "../../commands/framework";
import { runIn } from "../support/terminal";
import { nearest } from "../../lib/nearest";

const TABLE = table({
  name: "weigh",
  summary: "Weighs things.",
  usage: ["THING --scale NAME"],
  operands: { takes: "THING", says: "what to weigh", least: 1, most: 2 },
  options: {
    scale: required("NAME", "which", "say which scale"),
    unit: textOr("kg", "UNIT", "in which unit"),
    note: text("TEXT", "a note", { also: "remark" }),
    label: anyText("TEXT", "a label, or none"),
    tag: texts("KEY", "a tag"),
    timesToWeigh: numberOr(1, "N", "how often", { from: 1, to: 9 }),
    quiet: flag("say nothing"),
  },
  failing: "nothing was weighed",
});

/** What a command with that table gets of a command line, or why it gets nothing. */
async function given(...args: string[]): Promise<unknown> {
  let seen: unknown;
  const weigh = command(TABLE, (all) => {
    seen = all;
    return Promise.resolve("fine" as const);
  });
  const { code, errors } = await runIn(".", weigh, args, {}, "no secret is here");
  return code === EXIT.usage ? errors.split("\n\n")[0]!.split("\n") : seen;
}

const OTHERS = { unit: "kg", note: undefined, label: undefined, tag: [], timesToWeigh: 1, quiet: false };

describe("a command's flags", () => {
  it("are read by its table, in any order, with = or without", async () => {
    expect(await given("gold", "--scale", "a")).to.deep.equal({ ...OTHERS, operands: ["gold"], scale: "a" });
    expect(
      await given("--tag=x", "--scale=b", "--tag", "y", "gold", "--times-to-weigh", "3", "--quiet", "lead"),
    ).to.deep.equal({
      ...{ ...OTHERS, operands: ["gold", "lead"], scale: "b", tag: ["x", "y"], timesToWeigh: 3, quiet: true },
    });
    expect(await given("gold", "--scale", "a", "--label", "", "--remark", "old")).to.deep.include({
      ...{ label: "", note: "old" },
    });
    expect(await given("--scale", "a", "--", "--gold")).to.deep.include({ operands: ["--gold"] });
    expect(await given("gold", "--scale=-1")).to.deep.include({ scale: "-1" });
  });

  for (const [args, problems] of [
    [[], ["give at least one THING", "say which scale: --scale NAME"]],
    [
      ["gold", "--scael", "a"],
      ["there is no --scael: did you mean --scale?", "say which scale: --scale NAME"],
    ],
    [["gold", "--scale", "a", "-q"], ["there is no -q"]],
    [["gold", "--scale", "--quiet"], ["--scale needs NAME after it, not --quiet (or --scale=--quiet)"]],
    [["gold", "--scale"], ["--scale needs NAME after it"]],
    [["gold", "--scale", "a", "--quiet=yes"], ["--quiet is a switch and takes no value"]],
    [["a", "b", "c", "--scale", "a"], ["what is c for?"]],
    [["gold", "--scale", "a", "--unit="], ["--unit is empty: give it UNIT"]],
    [
      ["gold", "--scale", "a", "--times-to-weigh", "ten"],
      ['--times-to-weigh takes a whole number from 1 to 9, not "ten"'],
    ],
    [
      ["gold", "--scale", "a", "--times-to-weigh", "0"],
      ['--times-to-weigh takes a whole number from 1 to 9, not "0"'],
    ],
  ] as const) {
    it(`${args.join(" ") || "(nothing)"}: ${problems.join("; ")}`, async () => {
      expect(await given(...args)).to.deep.equal([...problems]);
    });
  }
});

describe("a command", () => {
  async function ran(work: () => Promise<Outcome>) {
    const output = new PassThrough();
    const weigh = command(TABLE, (_, terminal) => {
      lines(terminal.output)("a result");
      return work();
    });
    output.resume();
    return runIn(".", weigh, ["gold", "--scale", "a"], {}, "no secret is here");
  }

  it("ends with the code of its outcome, and says results on stdout alone", async () => {
    expect(EXIT).to.deep.equal({ fine: 0, failed: 1, finding: 2, usage: 64, stopped: 130 });
    for (const outcome of Object.keys(EXIT) as Outcome[]) {
      const { code, output, errors } = await ran(() => Promise.resolve(outcome));
      expect([code, output, errors]).to.deep.equal([EXIT[outcome], "a result\n", ""]);
    }
  });

  it("says why it failed on stderr, without what a terminal would obey", async () => {
    const failed = await ran(() => Promise.reject(new Error("it fell \u001B[2J down")));
    expect(failed).to.deep.include({
      code: EXIT.failed,
      errors: "nothing was weighed: it fell \uFFFD[2J down\n",
    });
    const missing = Object.assign(new Error("ENOENT: no such file, open 'x'"), { code: "ENOENT", path: "x" });
    expect((await ran(() => Promise.reject(missing))).errors).to.equal(
      "nothing was weighed: x: there is no such file or folder\n",
    );
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const listening = async () => once(createServer().listen(port, "127.0.0.1"), "listening");
    expect((await ran(listening as never)).errors).to.equal(
      `nothing was weighed: 127.0.0.1:${port}: another program listens there\n`,
    );
    taken.close();
    expect((await ran(() => Promise.reject(refusalOf(() => readText(__dirname))))).errors).to.equal(
      `nothing was weighed: ${__dirname}: it is a folder\n`,
    );
  });

  it("may find while it works that its flags don't go together", async () => {
    const { code, errors } = await ran(() => {
      refuse(false, "too heavy", "too late");
      return Promise.resolve("fine" as const);
    });
    expect(code).to.equal(EXIT.usage);
    expect(errors).to.match(/^too heavy\ntoo late\n\n {2}npx aws-panos weigh THING --scale NAME\n/);
  });
});

describe("the name that may have been meant", () => {
  const NAMES = ["stack", "out", "between", "rulebase", "inventory", "config-file"];
  for (const [typed, meant] of [
    ["stak", "stack"],
    ["sttack", "stack"],
    ["satck", "stack"],
    ["inv", "inventory"],
    ["rulebse", "rulebase"],
    ["config", "config-file"],
    ["x", undefined],
    ["colour", undefined],
  ] as const) {
    it(`${typed}: ${meant ?? "none"}`, () => expect(nearest(typed, NAMES)).to.equal(meant));
  }
});

/** What a reading throws. */
function refusalOf(read: () => unknown): Error {
  try {
    read();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
