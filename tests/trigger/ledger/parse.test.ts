import { expect } from "chai";
import { parseLedger } from "../../../trigger/ledger/parse";
import { Steps } from "./ledger-steps";

const { document } = new Steps().record(0, "a").begin(0).record(1, "b");

function codeOf(content: string, stack = "prod"): string {
  try {
    parseLedger(content, stack, "s3://bucket/ledger.json");
    return "";
  } catch (error) {
    expect((error as Error).message)
      .to.contain("s3://bucket/ledger.json")
      .and.contain("left as it is");
    return (error as { code: string }).code;
  }
}

describe("a ledger's text", () => {
  it("is a document", () => {
    expect(parseLedger(JSON.stringify(document), "prod", "here")).to.deep.equal(
      JSON.parse(JSON.stringify(document)),
    );
  });

  it("is refused when it is of another version", () => {
    expect(codeOf(JSON.stringify({ ...document, format: 2 }))).to.equal("LEDGER_FORMAT");
  });

  it("is refused when it is another stack's", () => {
    expect(codeOf(JSON.stringify(document), "dev")).to.equal("LEDGER_FOREIGN");
  });

  const { lease } = document;
  const damages: Record<string, unknown>[] = [
    { waiting: undefined },
    { waiting: { changes: [{ id: "a" }], more: 0 } },
    { waiting: { changes: [], more: "many" } },
    { recent: [7] },
    { lease: { ...lease, until: null } },
    { lease: { ...lease, request: {} } },
    { tryAt: "soon" },
    { trouble: {} },
    { notices: {} },
  ];
  for (const damage of damages) {
    it(`is refused when it is damaged: ${JSON.stringify(damage).slice(0, 60)}`, () => {
      expect(codeOf(JSON.stringify({ ...document, ...damage }))).to.equal("LEDGER_DAMAGED");
    });
  }

  for (const content of ["", "[]", "null", JSON.stringify(document).slice(0, 100)]) {
    it(`is refused when it is ${JSON.stringify(content.slice(0, 20))}`, () => {
      expect(codeOf(content)).to.equal("LEDGER_DAMAGED");
    });
  }
});
