import { readFile } from "node:fs/promises";
import { posix } from "node:path";
import { isRecord } from "../../lib/records";
import { readYaml } from "../../lib/yaml";

/**
 * The line that leads editors to the schema of stack files. That lies with the program, which may be in a folder below
 * the stack files: `main` of Pulumi.yaml says where.
 */
export async function schemaLine(folder: string): Promise<string> {
  const text = await readFile(posix.join(folder, "Pulumi.yaml"), "utf8").catch(() => "");
  const { value } = readYaml(text);
  const main = isRecord(value) && typeof value["main"] === "string" ? value["main"] : "index.ts";
  return `# yaml-language-server: $schema=${posix.join(posix.dirname(main), "docs/stack.schema.json")}`;
}
