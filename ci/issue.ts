/**
 * Keeps one open issue about drift: made when there is some, updated, and closed when it is gone.
 *
 *   node --require ./typescript.cjs ci/issue.ts STACK DRIFT.md drift|none
 *
 * Exit code 0: said; 1: it failed.
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { lines, runCommand, type Terminal } from "../commands/terminal";
import { HostError } from "./host/error";
import { issuesOf, linkOf, runOf } from "./host/place";
import { publish } from "./host/thread";

/** GitHub takes 65,536 characters. */
const MOST = 60_000;

/** @returns the exit code */
export async function issue(args: string[], { output, folder, environment }: Terminal): Promise<number> {
  const say = lines(output);
  const [stack = "", file = "", state = ""] = args;
  if (stack === "" || file === "" || !["drift", "none"].includes(state)) {
    say("say whose drift, in which file, and whether there is any: ci/issue.ts STACK DRIFT.md drift|none");
    return 1;
  }
  const issues = issuesOf(environment, `The firewall differs from what ${stack} applied`);
  if ("problem" in issues) {
    say(`No issue is written: ${issues.problem}`);
    return 1;
  }
  const marker = `<!-- aws-panos-drift ${encodeURIComponent(stack).replaceAll("--", "%2D%2D")} -->`;
  const run = runOf(environment);
  const isOurs = (body: string) => body.startsWith(marker);
  try {
    if (state === "none") {
      const text = `${marker}\nThere is none any more.\n\n${linkOf({ run }, "Says")}\n`;
      for await (const { id, body } of issues.posts()) {
        if (!isOurs(body)) continue;
        await issues.close?.(id, text);
        say("The issue about drift was closed");
      }
      return 0;
    }
    const drift = await readFile(resolve(folder, file), "utf8");
    const shown =
      drift.length > MOST ? `${drift.slice(0, MOST)}\n\n(cut here: the rest is among the artifacts)` : drift;
    const done = await publish(
      issues,
      isOurs,
      () => `${marker}\n${shown}\n\n${linkOf({ run }, "The whole of it is among the artifacts of")}\n`,
    );
    say(done === "made" ? "An issue about drift was opened" : "The issue about drift was updated");
    return 0;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    say(error.message);
    return 1;
  }
}

if (require.main === module) runCommand(issue);
