/** `npm run demo:picture`: the picture of the demo that README opens with, of what it really says. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { command, runOnTerminal } from "../commands/framework";
import { terminalPicture } from "./terminal-picture";

const PROJECT = join(__dirname, "..");
const COLUMNS = 96;

export const PICTURE = join(PROJECT, "docs", "demo.svg");

/**
 * Runs the demo as in a terminal with colours.
 * @param flags besides those that make it the same on each machine
 * @returns what it says @throws Error with that where it fails
 */
export async function demoOutput(flags: readonly string[] = []): Promise<string> {
  const args = [join(PROJECT, "commands", "aws-panos.cjs"), "demo", "--fast", "--engine", ...flags];
  const environment = { ...process.env, FORCE_COLOR: "1", COLUMNS: String(COLUMNS) };
  const demo = spawn(process.execPath, args, { cwd: PROJECT, env: environment });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    demo[name].setEncoding("utf8").on("data", (text: string) => (said[name] += text));
  const [code] = (await once(demo, "close")) as [number];
  if (code !== 0) throw new Error(`the demo failed:\n${said.stdout}${said.stderr}`);
  return said.stdout;
}

/** So much of the demo has room on a page: what the rules are made of, and what a person is told. */
const SHOWN = ["2.", "5.", "7."];
const TIMES = new RegExp(String.raw`\u001b\[2m\(\d+\.\d\u001b\[22m \u001b\[2ms\)\u001b\[22m`, "g");

/** The picture of some steps, without what differs from run to run. */
export function demoPicture(output: string): string {
  const steps = output.split("\n\n").filter((step) => {
    const plain = stripVTControlCharacters(step);
    return SHOWN.some((number) => plain.startsWith(number));
  });
  const title =
    "npm run demo: security groups become rules between the administrator's own; a review marks what opens to the " +
    "world; drift shows what somebody changed by hand";
  const shown = ["$ npm run demo -- --fast", ...steps.map((step) => step.replace(TIMES, ""))];
  return terminalPicture(shown.join("\n\n"), COLUMNS, title);
}

const TABLE = {
  name: "demo:picture",
  start: "npm run demo:picture --",
  options: {},
  usage: [""],
  summary: "Takes the picture of the demo that README opens with.",
};

const picture = command(TABLE, async () => {
  await writeFile(PICTURE, demoPicture(await demoOutput()));
  return "fine";
});

if (require.main === module) runOnTerminal(picture);
