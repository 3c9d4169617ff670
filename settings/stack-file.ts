import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parse } from "yaml";
import { PROJECT } from "./configuration";
import { valuesIn } from "../aws/secrets/stack-configuration";

/**
 * The configuration in `Pulumi.STACK.yaml`, for commands that run without Pulumi: values by full key, as text,
 * structured ones as JSON. Encrypted ones are left out.
 * @param file another file, from the folder
 * @throws Error that says what to do where there is no such file, or no YAML in it
 */
export async function readStackFile(
  folder: string,
  stack: string,
  file = `Pulumi.${stack}.yaml`,
): Promise<Record<string, string>> {
  let document: unknown;
  try {
    document = parse(await readFile(resolve(folder, file), "utf8"));
  } catch (error) {
    const because =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is none here" : "it is no YAML";
    throw new Error(`${file} can't be read: ${because}. npm run init makes one`);
  }
  return valuesIn(document, PROJECT, () => undefined);
}
