import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect } from "chai";
import { PROJECT_DIR } from "../support/lab";
import { anchorsOf, documentation, linksOf, pageAt, type DocumentationPage } from "./support/pages";

/** Why a link leads nowhere; undefined: it leads somewhere, or out of this repository. */
function fault(page: DocumentationPage, link: string): string | undefined {
  if (/^(https?|mailto):/.test(link)) return undefined;
  const [file = "", anchor] = link.split("#");
  const path = file === "" ? page.path : normalize(join(dirname(page.path), file));
  if (path.startsWith("..")) return `${link} leads out of the repository`;
  if (!existsSync(join(PROJECT_DIR, path))) return `${link}: there is no ${path}`;
  if (anchor === undefined) return undefined;
  if (!path.endsWith(".md")) return `${link}: only pages have anchors`;
  return anchorsOf(pageAt(path)).has(anchor) ? undefined : `${link}: ${path} has no such heading`;
}

describe("links of the documentation", () => {
  for (const page of documentation()) {
    it(`all lead somewhere in ${page.path}`, () => {
      const faults = linksOf(page).map((link) => fault(page, link));
      expect(faults.filter((each) => each !== undefined)).to.deep.equal([]);
    });
  }

  it("lead from README to every page", () => {
    const linked = new Set(linksOf(pageAt("README.md")).map((link) => link.split("#")[0]));
    const others = documentation().map(({ path }) => path);
    expect(others.filter((path) => path !== "README.md" && !linked.has(path))).to.deep.equal([]);
  });

  it("are found where they lead nowhere", () => {
    const page = {
      path: "docs/page.md",
      text: "# A `b` (c): d, e\n\n[x](#a-b-c-d-e) [y](none.md) [z](#f) `[no](link)`\n",
    };
    expect([...anchorsOf(page)]).to.deep.equal(["a-b-c-d-e"]);
    expect(linksOf(page)).to.deep.equal(["#a-b-c-d-e", "none.md", "#f"]);
    expect(fault(page, "none.md")).to.equal("none.md: there is no docs/none.md");
    expect(fault(page, "../README.md#none")).to.equal("../README.md#none: README.md has no such heading");
    expect(fault(page, "../../elsewhere")).to.equal("../../elsewhere leads out of the repository");
  });
});
