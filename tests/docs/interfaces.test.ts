import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { KINDS, KINDS_WITHOUT_GROUPS } from "../../aws/interface-kinds";

describe("the page of interfaces", () => {
  it("names each kind that there is, and no other", () => {
    const page = readFileSync(join(__dirname, "..", "..", "docs", "interfaces.md"), "utf8");
    const table = page.split("## The kinds")[1]!.split("\n## ")[0]!;
    const rows = table.split("\n").filter((line) => /^\| `/.test(line));
    const named = rows.flatMap((row) =>
      [...row.split("|")[1]!.matchAll(/`([^`]+)`/g)].map(([, kind]) => kind),
    );
    expect(named.sort()).to.deep.equal([...KINDS, ...KINDS_WITHOUT_GROUPS].sort());
  });
});
