/** `init --mend`: what a stack's file lacks is added to it, and what is there stays as it is. */
import { isDeepStrictEqual } from "node:util";
import { isMap, parseDocument, stringify } from "yaml";
import { isRecord } from "../../lib/records";
import { readYaml } from "../../lib/yaml";

/**
 * A stack file's text with more settings, and with the line that leads editors to the schema.
 * @throws Error where nothing can be added so that all else stays as it is
 */
export function withSettings(text: string, added: Record<string, unknown>, schemaLine: string): string {
  const headed = /yaml-language-server:/.test(text) ? text : `${schemaLine}\n${text}`;
  if (Object.keys(added).length === 0) return headed;
  const mended = inserted(headed, added);
  if (isDeepStrictEqual(configOf(mended), { ...configOf(headed), ...added })) return mended;
  throw new Error(
    `this file has a form that can't be added to; add by hand, below config:\n${stringify(added)}`,
  );
}

function inserted(text: string, added: Record<string, unknown>): string {
  const config = parseDocument(text).get("config", true);
  if (config === undefined || !isMap(config) || config.items.length === 0) {
    const rest = text.replace(/^config:[^\S\n]*(\{\s*\}|null|~)?[^\S\n]*$/m, "").trimEnd();
    return `${rest === "" ? "" : `${rest}\n`}config:\n${block(added, "  ")}`;
  }
  const first = (config.items[0]!.key as { range?: readonly number[] | null } | null)?.range?.[0] ?? 0;
  const indent = text.slice(text.lastIndexOf("\n", first - 1) + 1, first);
  const end = config.range?.[1] ?? text.length;
  const lineEnd = text[end - 1] === "\n" ? end : text.indexOf("\n", end) + 1 || text.length;
  const [head, tail] = [text.slice(0, lineEnd), text.slice(lineEnd)];
  return `${head}${head.endsWith("\n") ? "" : "\n"}${block(added, indent)}${tail}`;
}

function block(added: Record<string, unknown>, indent: string): string {
  return stringify(added, { lineWidth: 0 }).replace(/^(?=.)/gm, indent);
}

function configOf(text: string): Record<string, unknown> {
  const { value } = readYaml(text);
  const config = isRecord(value) ? value["config"] : undefined;
  return isRecord(config) ? config : {};
}
