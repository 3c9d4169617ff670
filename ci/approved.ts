/**
 * Finds what earlier jobs published: the review of the pull request that was merged, and the snapshots of the last
 * apply. They are data to compare with, never anything to run.
 *
 *   node --require ./typescript.cjs ci/approved.ts review BRANCH|SHA       GitHub: the run that has it, as `run-id` in GITHUB_OUTPUT
 *   node --require ./typescript.cjs ci/approved.ts snapshots BRANCH
 *
 * GitLab's files come at once, into the folder that is named last.
 * Exit code 0: found, or said that there is none; 1: it failed.
 */
import { appendFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { runCommand, type Terminal } from "../terminal";
import { ask, pages } from "./host/api";
import { HostError } from "./host/error";
import { hostOf, type Host } from "./host/place";

const REVIEW_FILES = ["review.json", "inventory.json", "rulebase.json"];
const SNAPSHOT_FILES = ["inventory.json", "rulebase.json"];

/** @returns the exit code */
export async function approved(args: string[], { output, folder, environment }: Terminal): Promise<number> {
  const say = (text: string) => output.write(`${text}\n`);
  const [what = "", of = "", into = ""] = args;
  if (!["review", "snapshots"].includes(what) || of === "") {
    say(
      "say what, of which commit or branch, and where to: ci/approved.ts review SHA [FOLDER] | snapshots BRANCH [FOLDER]",
    );
    return 1;
  }
  const host = hostOf(environment);
  if ("problem" in host) {
    say(`Not looked for: ${host.problem}`);
    return host.isExpected ? 0 : 1;
  }
  try {
    const isReview = what === "review";
    if (host.kind === "github") {
      const run = isReview ? await reviewRun(host, of) : await snapshotRun(host, of);
      say(run === undefined ? NONE[what as keyof typeof NONE] : `It is in run ${run}`);
      const file = environment["GITHUB_OUTPUT"] ?? "";
      if (file !== "") await appendFile(file, `run-id=${run ?? ""}\n`);
      return 0;
    }
    const target = resolve(folder, into);
    const found = isReview ? await takeReview(host, of, target) : await takeSnapshots(host, of, target);
    say(found ? `It is in ${into}` : NONE[what as keyof typeof NONE]);
    return 0;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    say(error.message);
    return 1;
  }
}

const NONE = {
  review: "There is no review of this commit's pull request",
  snapshots: "No apply has published snapshots, or they have expired",
};

type Github = Extract<Host, { kind: "github" }>;
type Gitlab = Extract<Host, { kind: "gitlab" }>;

/** The latest run that reviewed what became this commit: of the head of its merged pull request. */
async function reviewRun({ access, repository }: Github, sha: string): Promise<number | undefined> {
  type Pull = { merged_at: string | null; merge_commit_sha: string | null; head: { sha: string } };
  const merged: Pull[] = [];
  for await (const pull of pages<Pull>(access, `/repos/${repository}/commits/${sha}/pulls?`)) {
    if (pull.merged_at !== null && pull.merge_commit_sha === sha) merged.push(pull);
  }
  const head = merged[0]?.head.sha;
  return head === undefined
    ? undefined
    : latest(access, repository, "review", (run) => run.head_sha === head);
}

/** The run of this repository's own branch that published snapshots last: a fork can have a branch of that name. */
function snapshotRun({ access, repository }: Github, branch: string): Promise<number | undefined> {
  return latest(
    access,
    repository,
    "snapshots",
    (run) => run.head_branch === branch && run.head_repository_id === run.repository_id,
  );
}

/** GitHub REST API, "List artifacts for a repository": the newest come first. */
interface Artifact {
  expired: boolean;
  workflow_run: {
    id: number;
    head_sha: string;
    head_branch: string;
    repository_id: number;
    head_repository_id: number;
  } | null;
}

async function latest(
  access: Github["access"],
  repository: string,
  name: string,
  counts: (run: NonNullable<Artifact["workflow_run"]>) => boolean,
): Promise<number | undefined> {
  const list = pages(access, `/repos/${repository}/actions/artifacts?name=${name}`, (page) => {
    return (page as { artifacts: Artifact[] }).artifacts;
  });
  for await (const { expired, workflow_run: run } of list) {
    if (!expired && run !== null && counts(run)) return run.id;
  }
  return undefined;
}

/** Files of the job `review` in the latest pipeline of the merge request that became this commit. */
async function takeReview(host: Gitlab, sha: string, into: string): Promise<boolean> {
  const { access, project } = host;
  type Merged = { iid: number; state: string; target_branch: string };
  const requests = pages<Merged>(
    access,
    `/projects/${project}/repository/commits/${encodeURIComponent(sha)}/merge_requests?`,
  );
  for await (const { iid, state } of requests) {
    if (state !== "merged") continue;
    for await (const { id } of pages<{ id: number }>(
      access,
      `/projects/${project}/merge_requests/${iid}/pipelines?`,
    )) {
      for await (const job of pages<{ id: number; name: string; artifacts_file?: object }>(
        access,
        `/projects/${project}/pipelines/${id}/jobs?`,
      )) {
        if (job.name !== "review" || job.artifacts_file === undefined) continue;
        return take(
          host,
          REVIEW_FILES,
          into,
          (file) => `/projects/${project}/jobs/${job.id}/artifacts/reviews/change/${file}`,
        );
      }
    }
  }
  return false;
}

/** Files of the job `apply` in the latest pipeline of the branch that went through. */
function takeSnapshots(host: Gitlab, branch: string, into: string): Promise<boolean> {
  const of = `/projects/${host.project}/jobs/artifacts/${encodeURIComponent(branch)}/raw/reviews/snapshots`;
  return take(host, SNAPSHOT_FILES, into, (file) => `${of}/${file}?job=apply`);
}

/** All of them, or none. */
async function take(
  { access }: Gitlab,
  files: string[],
  into: string,
  path: (file: string) => string,
): Promise<boolean> {
  await mkdir(into, { recursive: true });
  try {
    for (const file of files) await writeFile(join(into, file), (await ask(access, "GET", path(file))).text);
    return true;
  } catch (error) {
    await Promise.all(files.map((file) => rm(join(into, file), { force: true })));
    if (error instanceof HostError && error.status === 404) return false;
    throw error;
  }
}

if (require.main === module) runCommand(approved);
