/**
 * Text from AWS and the firewall, for Markdown on GitHub and GitLab: shown as it is, and nothing but shown. Whatever
 * a security group is called, it makes no markup, no link, no reference to an issue, and notifies nobody.
 */
import { cut, plainText } from "../../lib/text";

/** Ids of AWS are set as code, where no host looks for commits or references. */
const AWS_ID = /\b(?:sgr?|i|eni|subnet|rtb|acl|vpc|pl|[iv]gw|vpce|nat|pcx|tgw|eigw)-[0-9a-f]{2,}\b/g;

/** Zero-width: both hosts look for mentions and references in what is shown, where entities are characters again. */
const BREAK = "\u200B";

/** A text in a line of Markdown, table cells included. @param length characters before it is cut */
export function markdownText(text: string, length = 300): string {
  const shown = cut(plainText(text), length);
  let html = "";
  let from = 0;
  for (const match of shown.matchAll(AWS_ID)) {
    html += neutral(shown.slice(from, match.index)) + `<code>${match[0]}</code>`;
    from = match.index + match[0].length;
  }
  return html + neutral(shown.slice(from));
}

/** The same as code, for names and addresses. In it no host looks for references, but for links Markdown does. */
export function markdownCode(text: string, length = 100): string {
  return `<code>${entities(unlinked(cut(plainText(text), length)))}</code>`;
}

/** Breaks in what the hosts make references of, and no markup. */
function neutral(text: string): string {
  const broken = text
    // GitHub: @name, #1, GH-1, commits; GitLab: !1, ~label, %milestone, $snippet, &epic, [vulnerability:1], ^alert#1.
    .replace(/[#!~%$&^[](?=[\p{L}\p{N}"_])/gu, (sign) => sign + BREAK)
    .replace(/\b[0-9a-f]{7,40}\b/gi, (hex) => hex[0] + BREAK + hex.slice(1))
    // Keys of issue trackers.
    .replace(/\b([A-Z][A-Z0-9_]+)-(?=\d)/g, `$1-${BREAK}`);
  return entities(unlinked(broken));
}

/** Breaks in addresses of mail and pages, which Markdown makes links of, and in mentions. */
function unlinked(text: string): string {
  return text
    .replace(/@(?=[\p{L}\p{N}_-])/gu, (sign) => sign + BREAK)
    .replace(/\bwww(?=\.)/gi, (www) => www + BREAK)
    .replace(/:(?=\/\/)/g, (sign) => sign + BREAK);
}

function entities(text: string): string {
  return text.replace(/[&<>|`*_~[\]()\\#!@${}^"'=+]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Names as code, in one line. */
export function codes(names: readonly string[], between: string): string {
  return names.map((name) => markdownCode(name)).join(between);
}
