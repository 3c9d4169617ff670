/** `init --check`: what is wrong with the files of stacks, each fault with its place. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stackFileName } from "../../aws/secrets/stack-configuration";
import { counted } from "../../lib/text";
import { YamlError } from "../../lib/yaml";
import { problemsIn } from "../../settings/check";
import { problemText } from "../../settings/problems";
import { openStackFile, stackFileFrom, stacksIn } from "../../settings/stack-file";
import { prose, UsageError, type Outcome, type Terminal } from "../framework";

/** @param stack whose file; undefined: all that are here */
export async function checkFiles(stack: string | undefined, terminal: Terminal): Promise<Outcome> {
  const { folder, environment, output } = terminal;
  const stacks = stack === undefined ? await stacksIn(folder) : [stack];
  if (stacks.length === 0) throw new UsageError(["there is no stack here: npm run init makes one"]);
  const say = prose(output, environment);
  let sum = 0;
  for (const each of stacks) {
    const file = stackFileName(each);
    const text = await readFile(join(folder, file), "utf8").catch(() => undefined);
    // Says what there is instead.
    if (text === undefined) await openStackFile(folder, each);
    const faults = faultsIn(text ?? "", file, environment);
    sum += faults.length;
    say(faults.length === 0 ? `${file}: nothing is wrong` : faults.join("\n"));
  }
  if (sum > 0)
    say(`${counted(sum, "fault")}. npm run init -- --mend adds what is missing, and leaves what is there`);
  return sum > 0 ? "finding" : "fine";
}

/** What is wrong with a stack's file: `file:line:column: what`. */
function faultsIn(text: string, file: string, environment: NodeJS.ProcessEnv): string[] {
  try {
    return problemsIn(stackFileFrom(text, file), environment).map(problemText);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return error.message.split("\n");
  }
}
