/** Keeps one open issue about drift: made when there is some, updated, and closed when it is gone. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { command, lines, refuse, runOnTerminal, table } from "../commands/framework";
import { issuesOf, linkOf, runOf } from "./host/place";
import { publish } from "./host/thread";

/** GitHub takes 65,536 characters. */
const MOST = 60_000;

const TABLE = table({
  name: "issue",
  start: "node --require ./typescript.cjs ci/issue.ts",
  options: {},
  summary: "Keeps one open issue about drift: made when there is some, updated, and closed when it is gone.",
  usage: ["STACK DRIFT.md drift|none"],
  operands: { takes: "STACK DRIFT.md drift|none", most: 3 },
  exits: { fine: "said" },
});

export const issue = command(TABLE, async ({ operands }, { output, folder, environment }) => {
  const say = lines(output);
  const [stack = "", file = "", state = ""] = operands;
  refuse(
    (stack === "" || file === "" || !["drift", "none"].includes(state)) &&
      "say whose drift, in which file, and whether there is any",
  );
  const issues = issuesOf(environment, `The firewall differs from what ${stack} applied`);
  if ("problem" in issues) throw new Error(`No issue is written: ${issues.problem}`);
  const marker = `<!-- aws-panos-drift ${encodeURIComponent(stack).replaceAll("--", "%2D%2D")} -->`;
  const run = runOf(environment);
  const isOurs = (body: string) => body.startsWith(marker);
  if (state === "none") {
    const text = `${marker}\nThere is none any more.\n\n${linkOf({ run }, "Says")}\n`;
    for await (const { id, body } of issues.posts()) {
      if (!isOurs(body)) continue;
      await issues.close?.(id, text);
      say("The issue about drift was closed");
    }
    return "fine";
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
  return "fine";
});

if (require.main === module) runOnTerminal(issue);
