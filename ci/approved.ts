/**
 * Finds what earlier jobs published: the review of the pull request that was merged, and the snapshots of the last
 * apply. They are data to compare with, never anything to run.
 */
import { appendFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { command, lines, refuse, runOnTerminal, table } from "../commands/framework";
import { makeFolder } from "../lib/saving";
import { ask } from "./host/api";
import type { Counted } from "./host/counted";
import { HostError } from "./host/error";
import { githubReview, githubSnapshots } from "./host/github-review";
import { gitlabReview, gitlabSnapshots } from "./host/gitlab-review";
import { hostOf, type Host } from "./host/place";
import { notDone } from "./not-done";

const REVIEW = { from: "reviews/change", files: ["review.json", "inventory.json", "rulebase.json"] };
const SNAPSHOTS = { from: "reviews/snapshots", files: ["inventory.json", "rulebase.json"] };

const TABLE = table({
  name: "approved",
  start: "node --require ./typescript.cjs ci/approved.ts",
  options: {},
  summary: "Finds what earlier jobs published, to compare with.",
  usage: ["review SHA [FOLDER]", "snapshots BRANCH [FOLDER]"],
  operands: { takes: "review SHA | snapshots BRANCH, and where to", most: 3 },
  details: [
    "On GitHub it is named, as run-id and artifact-id in GITHUB_OUTPUT; on GitLab the files come at once, to FOLDER.",
  ],
  exits: { fine: "found, or said that there is none" },
});

export const approved = command(TABLE, async ({ operands }, { output, folder, environment }) => {
  const say = lines(output);
  const [what = "", of = "", into = ""] = operands;
  const isReview = what === "review";
  refuse(
    ((!isReview && what !== "snapshots") || of === "") && "say what, of which commit or branch, and where to",
  );
  const host = hostOf(environment);
  if ("problem" in host) return notDone(host, "Not looked for", output);
  const none = (refused: string[]) =>
    [NONE[isReview ? "review" : "snapshots"], ...refused].forEach((text) => say(text));
  if (host.kind === "github") {
    const { access, repository } = host;
    const result = await (isReview ? githubReview : githubSnapshots)(access, repository, of);
    const file = environment["GITHUB_OUTPUT"] ?? "";
    const { runId = "", artifactId = "" } = "found" in result ? result.found : {};
    if (file !== "") await appendFile(file, `run-id=${runId}\nartifact-id=${artifactId}\n`);
    if ("found" in result) say(`It is artifact ${artifactId} of run ${runId}`);
    else none(result.refused);
    return "fine";
  }
  const job = await (isReview ? gitlabReview : gitlabSnapshots)(host.access, host.project, of);
  const result =
    "refused" in job
      ? job
      : await take(host, job.found, isReview ? REVIEW : SNAPSHOTS, resolve(folder, into));
  if ("found" in result) say(`It is in ${into}`);
  else none(result.refused);
  return "fine";
});

const NONE = {
  review: "There is no review of this commit's pull request that counts",
  snapshots: "No apply has published snapshots, or they have expired",
};

type Gitlab = Extract<Host, { kind: "gitlab" }>;

/** Files of a job's artifacts: all of them, or none. */
async function take(
  { access, project }: Gitlab,
  job: number,
  { from, files }: { from: string; files: string[] },
  into: string,
): Promise<Counted<string>> {
  await makeFolder(into);
  try {
    for (const file of files) {
      const { text } = await ask(access, "GET", `/projects/${project}/jobs/${job}/artifacts/${from}/${file}`);
      await writeFile(join(into, file), text);
    }
    return { found: into };
  } catch (error) {
    await Promise.all(files.map((file) => rm(join(into, file), { force: true })));
    if (error instanceof HostError && error.status === 404) return { refused: [] };
    throw error;
  }
}

if (require.main === module) runOnTerminal(approved);
