/**
 * A review as one self-contained page. It asks nobody for anything, and may not: its policy lets through its own
 * script and style alone, by their hashes. What comes from AWS is in it as data, which no script builds markup of.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cut, plainText } from "../../mapping/describe";
import { escapeXml } from "../../panos/xml";
import { alike, footer } from "../markdown";
import type { Review } from "../types";
import type { PageData } from "./types";

/** The page's modules, each after those that it imports from. */
const MODULES = [
  "lists",
  "text",
  "rows",
  "filter",
  "blocks",
  "layout",
  "picture",
  "xml",
  "detail",
  "table",
  "main",
];

/** The page's file. */
export function pageOf(review: Review): string {
  const style = file("page.css");
  const script = MODULES.map((name) => inlined(file(`${name}.js`))).join("\n");
  const policy = [
    "default-src 'none'",
    "img-src data:",
    `style-src '${hash(style)}'`,
    `script-src '${hash(script)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const [stack, summary] = [review.stack, review.summary].map((text) => escapeXml(cut(plainText(text), 600)));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Firewall review of ${stack}</title>
<style>${style}</style>
</head>
<body>
<header>
<p class="eyebrow">Firewall review of <b>${stack}</b></p>
<h1>${summary}</h1>
</header>
<main id="main"><noscript><p>The list and the picture need scripts; review.md says the same without.</p></noscript></main>
<script type="application/json" id="review">${dataOf(review)}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

/** JSON that ends no script element and no line, wherever it stands in HTML. */
function dataOf({ firewalls, ...review }: Review): string {
  const data: PageData = {
    ...review,
    firewalls: alike(firewalls).map(({ names, firewall }) => ({
      names,
      update: footer(firewall, names).join(" ").trim(),
      ...{ refusal: firewall.refusal, changes: firewall.changes, withheld: firewall.withheld },
      ...{ alreadyAllowed: firewall.alreadyAllowed, adopted: firewall.adopted, held: firewall.held },
    })) as PageData["firewalls"],
  };
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A module as a part of one script: the others' names are there already. */
function inlined(module: string): string {
  return module.replace(/^import [^;]*;\n/gm, "").replace(/^export /gm, "");
}

function file(name: string): string {
  return readFileSync(join(__dirname, name), "utf8");
}

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
