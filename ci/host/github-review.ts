import { pages, read, type Access } from "./api";
import type { Counted } from "./counted";
import { HostError } from "./error";

/** The workflow files that review and apply, where this repository keeps GitHub's workflows. */
const REVIEWS = ".github/workflows/review.yml";
const APPLIES = ".github/workflows/apply.yml";

/** What starts an apply: each takes the workflow file of the commit that is run, none that of a pull request. */
const STARTS_APPLY = ["push", "workflow_dispatch", "schedule"];

/** GitHub REST API, "List artifacts for a repository": the newest come first. */
interface Artifact {
  id: number;
  expired: boolean;
  created_at: string | null;
  workflow_run: {
    id: number;
    head_sha: string;
    head_branch: string;
    repository_id: number;
    head_repository_id: number;
  } | null;
}

/** GitHub REST API, "Get a workflow run". `path` may end in `@` and a ref. */
interface WorkflowRun {
  event: string;
  path: string;
  head_sha: string;
  repository: { id: number };
  head_repository: { id: number } | null;
}

/** GitHub REST API, "List pull requests associated with a commit". */
interface Pull {
  number: number;
  merged_at: string | null;
  merge_commit_sha: string | null;
  head: { sha: string };
}

/** GitHub REST API, "List reviews for a pull request". */
interface Approval {
  state: string;
  submitted_at: string | null;
  commit_id: string | null;
  user: { login: string } | null;
}

/** GitHub REST API, "Get repository permissions for a user": a role of one's own is told as the one that it builds on. */
interface Permission {
  permission: string;
}

/** What an earlier run of this repository published. */
export interface Published {
  runId: number;
  artifactId: number;
}

/** Whose approval doesn't count with GitHub: of those who may not write. Anybody may leave one. */
const MAY_NOT_WRITE = ["read", "none"];

/**
 * The review of the pull request that became this commit, as those who approved it saw it: the last that this
 * repository's own workflow made, for the pull request's last commit, before the first approval of that commit; where
 * nobody approved, before the merge. The artifact is named by its id, because a run that is started again adds another
 * of the same name.
 */
export async function githubReview(
  access: Access,
  repository: string,
  sha: string,
): Promise<Counted<Published>> {
  const merged: Pull[] = [];
  for await (const pull of pages<Pull>(access, `/repos/${repository}/commits/${sha}/pulls?`)) {
    if (pull.merged_at !== null && pull.merge_commit_sha === sha) merged.push(pull);
  }
  const [pull] = merged;
  if (pull === undefined) return { refused: [] };
  const seen = await seenUntil(access, repository, pull);
  const refused: string[] = [];
  for await (const artifact of artifacts(access, repository, "review")) {
    const { id, expired, created_at: made, workflow_run: run } = artifact;
    if (run === null || run.head_sha !== pull.head.sha) continue;
    const problem =
      (expired ? "it has expired" : undefined) ??
      (made === null || !(Date.parse(made) < seen.time)
        ? `it was not made before ${seen.what}`
        : undefined) ??
      (await strangerThan(access, repository, run.id, pull.head.sha));
    if (problem === undefined) return { found: { runId: run.id, artifactId: id } };
    refused.push(`the review of run ${run.id} does not count: ${problem}`);
  }
  return { refused };
}

/** Until when a review must have been made for whoever let the change pass to have seen it. */
async function seenUntil(access: Access, repository: string, { number, merged_at: merged, head }: Pull) {
  const approvals: number[] = [];
  for await (const approval of pages<Approval>(access, `/repos/${repository}/pulls/${number}/reviews?`)) {
    const { state, commit_id: commit, submitted_at: submitted, user } = approval;
    if (state !== "APPROVED" || commit !== head.sha) continue;
    if (await mayWrite(access, repository, user?.login)) approvals.push(Date.parse(submitted ?? ""));
  }
  // An approval without a time compares as false with everything: nothing counts then.
  if (approvals.length > 0) return { time: Math.min(...approvals), what: "the pull request was approved" };
  return { time: Date.parse(merged ?? ""), what: "the pull request was merged" };
}

/**
 * Whether somebody may write to the repository. The association that GitHub tells with an approval says something else:
 * a member of the organization may only be let read, and one whose membership is private is told as a stranger. Of whom
 * it isn't known, it counts: an approval more only has fewer reviews count.
 */
async function mayWrite(access: Access, repository: string, login: string | undefined): Promise<boolean> {
  if (login === undefined) return true;
  const path = `/repos/${repository}/collaborators/${encodeURIComponent(login)}/permission`;
  try {
    const { permission } = await read<Permission>(access, path);
    return !MAY_NOT_WRITE.includes(permission);
  } catch (error) {
    if (error instanceof HostError && (error.status === 403 || error.status === 404)) return true;
    throw error;
  }
}

/** Why a run is none of this repository's own reviews; undefined: it is one. */
async function strangerThan(
  access: Access,
  repository: string,
  id: number,
  head: string,
): Promise<string | undefined> {
  const run = await read<WorkflowRun>(access, `/repos/${repository}/actions/runs/${id}`);
  if (run.head_repository?.id !== run.repository.id) return "it was made in a fork's name";
  if (run.event !== "pull_request") return `it was made by the event ${run.event}, not by a pull request`;
  if (run.path.split("@")[0] !== REVIEWS) return `it was made by ${run.path}, not by ${REVIEWS}`;
  if (run.head_sha !== head) return "it is of another commit";
  return undefined;
}

/**
 * The artifact that the last apply of this repository's own branch published. Any run may publish one of that name, and
 * more than one kind has the branch's: a fork's, that of a pull request from the branch into another one, whose workflow
 * file is the other one's, and that of a tag of that name.
 */
export async function githubSnapshots(
  access: Access,
  repository: string,
  branch: string,
): Promise<Counted<Published>> {
  const refused: string[] = [];
  for await (const { id, expired, workflow_run: run } of artifacts(access, repository, "snapshots")) {
    if (expired || run === null || run.head_branch !== branch) continue;
    if (run.head_repository_id !== run.repository_id) continue;
    const problem = await noApplyBecause(access, repository, run.id, branch);
    if (problem === undefined) return { found: { runId: run.id, artifactId: id } };
    refused.push(`the snapshots of run ${run.id} do not count: ${problem}`);
  }
  return { refused };
}

/** Why a run is no apply of this repository's own branch; undefined: it is one. */
async function noApplyBecause(
  access: Access,
  repository: string,
  id: number,
  branch: string,
): Promise<string | undefined> {
  const run = await read<WorkflowRun>(access, `/repos/${repository}/actions/runs/${id}`);
  if (run.head_repository?.id !== run.repository.id) return "they were made in a fork's name";
  if (!STARTS_APPLY.includes(run.event)) return `they were made by the event ${run.event}`;
  if (run.path.split("@")[0] !== APPLIES) return `they were made by ${run.path}, not by ${APPLIES}`;
  const tip = await read<{ commit: { sha: string } }>(
    access,
    `/repos/${repository}/branches/${encodeURIComponent(branch)}`,
  );
  // "ahead", "identical": the branch has the commit (GitHub REST API, "Compare two commits").
  const { status } = await read<{ status: string }>(
    access,
    `/repos/${repository}/compare/${run.head_sha}...${tip.commit.sha}?per_page=1`,
  );
  if (["ahead", "identical"].includes(status)) return undefined;
  return `they are of a commit that the branch ${branch} does not have`;
}

function artifacts(access: Access, repository: string, name: string): AsyncGenerator<Artifact> {
  return pages(access, `/repos/${repository}/actions/artifacts?name=${name}`, (page) => {
    return (page as { artifacts: Artifact[] }).artifacts;
  });
}
