import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_DIR } from "../../support/lab";

/** One page of documentation. */
export interface DocumentationPage {
  /** From the project's folder: `docs/install.md`. */
  path: string;
  text: string;
}

/** README, CONTRIBUTING, and all that is in docs/. */
export function documentation(): DocumentationPage[] {
  const docs = readdirSync(join(PROJECT_DIR, "docs")).filter((name) => name.endsWith(".md"));
  return ["README.md", "CONTRIBUTING.md", ...docs.map((name) => `docs/${name}`)].map(pageAt);
}

export function pageAt(path: string): DocumentationPage {
  return { path, text: readFileSync(join(PROJECT_DIR, path), "utf8") };
}

/** A page's text outside its blocks of code. */
function prose({ text }: DocumentationPage): string {
  return text.replace(FENCE, "");
}

/** A block of code, with what stands on the line before it. */
const FENCE = /^([ >]*)```(\w*)\n([\s\S]*?)^\1```$/gm;

export interface CodeBlock {
  language: string;
  code: string;
  /** Whether `<!-- runs -->` stands above it: a test runs it. */
  runs: boolean;
}

export function codeBlocks({ text }: DocumentationPage): CodeBlock[] {
  return [...text.matchAll(FENCE)].map(({ 1: margin = "", 2: language = "", 3: code = "", index }) => ({
    language,
    code: code.replaceAll(new RegExp(`^${margin}`, "gm"), ""),
    runs: text.slice(0, index).trimEnd().endsWith("<!-- runs -->"),
  }));
}

/** The anchors that GitHub gives a page's headings: in lower case, without punctuation, blanks as hyphens. */
export function anchorsOf(page: DocumentationPage): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of prose(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const said = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
    const anchor = said
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .replaceAll(" ", "-");
    let unique = anchor;
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`;
    anchors.add(unique);
  }
  return anchors;
}

/** What a page links to, pictures included; not what only looks like a link inside code. */
export function linksOf(page: DocumentationPage): string[] {
  const text = prose(page).replace(/`[^`\n]*`/g, "");
  return [...text.matchAll(/\]\(([^()\s]+(?:\([^()]*\)[^()\s]*)?)\)/g)].map(([, target = ""]) => target);
}

/** What stands in a page as code inside a line. */
export function codeSpans(page: DocumentationPage): string[] {
  return [...prose(page).matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}
