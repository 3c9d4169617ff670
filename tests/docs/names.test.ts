import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect } from "chai";
import { PROJECT_DIR } from "../support/lab";
import { codeBlocks, codeSpans, documentation, pageAt } from "./support/pages";

const { scripts } = JSON.parse(readFileSync(join(PROJECT_DIR, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
const pages = documentation();
const GOLDEN = join(PROJECT_DIR, "tests/commands/golden");

/** The rooms as lint knows them, the lowest first. */
function roomsOfLint(): string[] {
  const { forbidden } = createRequire(__filename)("../../.dependency-cruiser.cjs") as {
    forbidden: { name: string }[];
  };
  const names = forbidden.map(({ name }) => /^(.*)-imports-what-is-below$/.exec(name)?.[1] ?? "");
  // These stand beside the others.
  return names.filter((name) => !["", "packages", "trigger"].includes(name));
}

/** What a command says of itself, as another test holds it; of the bench, which has no such text, its options. */
function helpOf(name: string): string {
  if (name === "bench") {
    const options = readFileSync(join(PROJECT_DIR, "tests/bench/main.ts"), "utf8");
    const flagOf = (key: string) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} `;
    const flags = options.replaceAll(/^ {4}(\w+): /gm, (_, key: string) => flagOf(key));
    return `${flags} --engine --cli --json`;
  }
  const file = join(GOLDEN, `${name}.txt`);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** What stands at the top of the repository, but what Git doesn't keep. */
const top = new Set(
  readdirSync(PROJECT_DIR).filter((name) => !/^(node_modules|reviews|coverage|\..*)$/.test(name)),
);

/** The repository's files and folders that a page names as code; patterns and placeholders aside. */
function pathsIn(code: string): string[] {
  const path = /^([\w.-]+)(\/[\w.*/-]*)?$/.exec(code);
  if (path === null || !top.has(path[1] ?? "")) return [];
  // Of a pattern (`ci/github/*.yml`), the folder.
  return [code.includes("*") ? code.slice(0, code.lastIndexOf("/", code.indexOf("*"))) : code];
}

describe("what the documentation names", () => {
  it("has npm scripts that exist", () => {
    for (const { path, text } of pages) {
      const named = [...text.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)].map(([, name = ""]) => name);
      expect(
        named.filter((name) => scripts[name] === undefined),
        path,
      ).to.deep.equal([]);
    }
  });

  it("has flags that the commands know", () => {
    const unknown = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\b(?:npm run(?= [\w:-]+ -- )|npx aws-panos) (\w[\w:-]*)([^`\n#]*)/g)].flatMap(
        ([, name = "", rest = ""]) => {
          const flags = rest.match(/(?<=^|\s)--[a-z][a-z-]*/g) ?? [];
          return flags
            .filter((flag) => !helpOf(name).includes(flag))
            .map((flag) => `${path}: ${name} ${flag}`);
        },
      ),
    );
    expect(unknown).to.deep.equal([]);
    expect(helpOf("review")).to.include("--between").and.not.to.include("--nonsense");
  });

  it("has files and folders that exist", () => {
    for (const page of pages) {
      const named = codeSpans(page).flatMap(pathsIn);
      expect(
        named.filter((path) => !existsSync(join(PROJECT_DIR, path))),
        page.path,
      ).to.deep.equal([]);
    }
    expect(pathsIn("ci/github/*.yml")).to.deep.equal(["ci/github"]);
    expect(pathsIn("mapping/none.ts")).to.deep.equal(["mapping/none.ts"]);
    expect(pathsIn("tcp/443")).to.deep.equal([]);
  });

  it("in README is all commands that people start, and the figure has every room", () => {
    const readme = pageAt("README.md");
    const aside = ["docs", "format", "lint:house", "review:picture", "demo:picture", "test:core"];
    const said = Object.keys(scripts).filter(
      (name) => !aside.includes(name) && !new RegExp(`npm (run )?${name}\\b`).test(readme.text),
    );
    expect(said, "scripts that README doesn't name").to.deep.equal([]);
    const figure = codeBlocks(readme).find(({ code }) => code.includes("index.ts"))?.code ?? "";
    const rooms = readdirSync(PROJECT_DIR, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && top.has(entry.name))
      .flatMap(({ name }) =>
        name === "packages" ? readdirSync(join(PROJECT_DIR, name)).map((each) => `packages/${each}`) : [name],
      );
    expect(rooms.filter((name) => !new RegExp(`(^|\\s)${name}(\\s|$)`, "m").test(figure))).to.deep.equal([]);
  });

  it("has the rooms in the order that lint holds", () => {
    const figure = codeBlocks(pageAt("README.md")).find(({ code }) => code.includes("index.ts"))?.code ?? "";
    const lineOf = (room: string) =>
      figure.split("\n").findIndex((line) => new RegExp(`^(\\S+  )*${room}(\\.ts)?( |$)`).test(line));
    const shown = roomsOfLint().map(lineOf);
    expect(shown).to.have.length.above(10).and.not.to.include(-1);
    expect(shown, "lowest first").to.deep.equal(shown.toSorted((a, b) => b - a));
  });

  it("README tells in 200 lines at most", () => {
    expect(pageAt("README.md").text.trimEnd().split("\n").length).to.be.at.most(200);
  });
});
