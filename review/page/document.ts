/**
 * A page that is one self-contained file. It asks nobody for anything, and may not: its policy lets through its own
 * script and style alone, by their hashes. What comes from AWS and the firewall is in it as data, which no script
 * builds markup of.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cut, plainText } from "../../lib/text";
import { escapeXml } from "../../panos/xml";

/** Modules of every page, each after those that it imports from. */
const MODULES = ["lists", "text", "xml", "detail", "controls", "table"];

export interface Document {
  /** "Firewall review of", before the stack's name. */
  title: string;
  stack: string;
  /** Everything in one line. */
  summary: string;
  /** When it was made and by what, in a few words; absent: it is a picture's or a test's. */
  made?: string | undefined;
  /** What there is to know without scripts. */
  without: string;
  /** What the page's own modules read. */
  data: object;
  /** Where they and its style are. */
  folder: string;
  style: string;
  /** Each after those that it imports from; no two of a page's have a name in common. */
  modules: readonly string[];
}

/** The page's file. */
export function documentOf({ folder, data, ...document }: Document): string {
  const style = file(__dirname, "page.css") + file(folder, document.style);
  const script = [
    ...MODULES.map((name) => file(__dirname, `${name}.js`)),
    ...document.modules.map((name) => file(folder, `${name}.js`)),
  ]
    .map(inlined)
    .join("\n");
  const policy = [
    "default-src 'none'",
    "img-src data:",
    `style-src '${hash(style)}'`,
    `script-src '${hash(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const [title, stack, summary, without, made] = [
    document.title,
    document.stack,
    document.summary,
    document.without,
    document.made ?? "",
  ].map((text) => escapeXml(cut(plainText(text), 600)));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} ${stack}</title>
<style>${style}</style>
</head>
<body>
<header>
<p class="eyebrow">${title} <b>${stack}</b></p>
<h1>${summary}</h1>${made === "" ? "" : `\n<p class="made">Made ${made}</p>`}
</header>
<main id="main"><noscript><p>${without}</p></noscript></main>
<script type="application/json" id="data">${dataText(data)}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

/** JSON that ends no script element and no line, wherever it stands in HTML. */
function dataText(data: object): string {
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A module as a part of one script: the others' names are there already. */
function inlined(module: string): string {
  return module.replace(/^import [^;]*;\n/gm, "").replace(/^export /gm, "");
}

function file(folder: string, name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
