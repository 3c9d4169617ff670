import { join } from "node:path";
import { listed } from "../lib/text";
import type { Drift } from "../review/drift/types";
import type { Flow, Review, RuleChange } from "../review/change/types";
import type { RunResult } from "../packages/pulumi/stack";
import type { Stage } from "./stage";
import type { Line, Story } from "./story";

const WEB = "aws-sg-0ab9c37e7cf290ea4";
const APP = "aws-sg-09fcdb0b30e4814b0";
const OPERATIONS = "aws-sg-05f9370b406057313";
const DATABASE = "aws-sg-0423c72f3e7e4ded7";
const WIKI = "aws-sg-0b1e79ac30d249606";

/** Everything but the end: from a firewall without a rule of ours to one that is as AWS says, whatever happened. */
export async function tell(story: Story, stage: Stage): Promise<void> {
  const { stack, account, administrator } = stage;
  const { screen } = story;
  const up = (): Promise<RunResult> => stack.up({ skipPreview: true, continueOnError: true, parallel: 100 });

  await story.step("Preview: what would the firewall change? (pulumi preview)", () => stack.preview(), {
    writes: 0,
    commits: 0,
    rules: {},
  });

  await story.step("Up: what groups let in becomes rules, in one commit (pulumi up)", up, {
    commits: 1,
    rules: {
      [`${WEB}-tcp-443`]: "added",
      [`${OPERATIONS}-tcp-22`]: "added",
      [`${APP}-tcp-8000-8100`]: "added",
    },
    absent: [`${WEB}-tcp-80`, `${APP}-tcp-9090`, `${DATABASE}-tcp-5432`, `${WIKI}-tcp-443`],
    table: true,
  });
  screen.note(
    ...[
      "No rule for web's port 80: the administrator's allow-http-in allows it already. None for app's port ",
    ],
    ...["9090 and db's 5432: their sources are inside the VPC. None for wiki: its VPC has no firewall."],
  );

  await story.step("Up again: nothing has changed in AWS, so nothing is written", up, {
    writes: 0,
    commits: 0,
    rules: {},
  });

  await account.stopInstance("api-1");
  await story.step("Instance api-1 stops: its addresses go, and rules that were for it alone", up, {
    commits: 1,
    rules: { [`${APP}-tcp-8000-8100`]: "removed", [`${OPERATIONS}-tcp-22`]: "changed" },
  });

  await account.revoke("operations", 22);
  await account.authorize("web", 8444, "203.0.113.0/24", "staging, for the partner");
  await account.authorize("web", 3389, "0.0.0.0/0", "just for today");
  await story.look<Review>(
    "Three changes in AWS are reviewed before they are applied (npm run review)",
    { run: () => stage.look("review"), file: join(stage.out, "review.json"), tell: reviewed },
    { code: 0, says: "⚠" },
  );
  screen.note("Somebody sees the ⚠ and takes that one back in AWS.");

  await account.revoke("web", 3389);
  await story.step("Up: the other two are applied", up, {
    commits: 1,
    rules: { [`${OPERATIONS}-tcp-22`]: "removed", [`${WEB}-tcp-8444`]: "added" },
    absent: [`${WEB}-tcp-3389`],
  });

  await administrator.widen(`${WEB}-tcp-8444`);
  await story.look<Drift>(
    "Somebody opens a rule of ours to any source on the firewall (npm run drift)",
    { run: () => stage.look("drift"), file: join(stage.out, "drift.json"), tell: drifted },
    { code: 2, says: "applied was 203.0.113.0/24, there is any" },
  );

  const refreshed = () => stack.up({ skipPreview: true, refresh: true, parallel: 100 });
  await story.step("Up: it is as AWS says again", refreshed, {
    commits: 1,
    rules: { [`${WEB}-tcp-8444`]: "changed" },
  });
}

/** And the end. */
export async function destroy(story: Story, { stack }: Stage): Promise<void> {
  await story.step(
    "Destroy: everything of ours goes, in one commit (pulumi destroy)",
    () => stack.destroy({ parallel: 100 }),
    { commits: 1, rules: { [`${WEB}-tcp-443`]: "removed" }, ours: 0, table: true },
  );
}

function reviewed({ firewalls }: Review): Line[] {
  const changes = firewalls.flatMap((firewall) => firewall.changes);
  const loudFirst = [...changes].sort((a, b) => loud(b).length - loud(a).length);
  return loudFirst.flatMap((change): Line[] => [
    ...loud(change).map(({ text }) => ({ parts: [{ text: `⚠ ${text}`, style: ["red", "bold"] } as const] })),
    ...change.opens.map((flow) => ({
      parts: [{ text: "opens ", style: "yellow" } as const, flowText(flow)],
    })),
    ...change.closes.map((flow) => ({
      parts: [{ text: "closes ", style: "blue" } as const, flowText(flow)],
    })),
    ...change.reasons.slice(0, 1).map(({ text }) => ({ parts: [text], isDetail: true })),
  ]);
}

/** That the administrator's rule above may deny a part holds of most, and is said at the end. */
function loud({ marks }: RuleChange) {
  return marks.filter(({ kind }) => kind !== "shadowed");
}

function flowText({ source, destination, ports }: Flow): string {
  return `${listed(ports, 1)} from ${listed(source, 1)} to ${listed(destination, 1)}`;
}

export function drifted({ firewalls }: Drift): Line[] {
  return firewalls.flatMap(({ findings, commits }): Line[] => [
    ...findings.flatMap(({ object, name, kind, fields }): Line[] => [
      { parts: [{ text: `≠ ${object} ${kind}`, style: ["red", "bold"] }, `: ${name}`] },
      ...fields.map(({ field, added, removed }) => ({
        parts: [`${field}: applied was ${listed(added, 2)}, there is ${listed(removed, 2)}`],
        isDetail: true,
      })),
    ]),
    ...commits.slice(0, 1).map(({ by }) => ({ parts: [`the last commit was ${by}'s`], isDetail: true })),
  ]);
}
