import { pages, read, type Access } from "./api";
import type { Counted } from "./counted";

/** GitLab REST API, "List merge requests associated with a commit". */
interface MergeRequest {
  iid: number;
  state: string;
  /** The last commit of its branch. */
  sha: string;
  merge_commit_sha: string | null;
  squash_commit_sha: string | null;
  merged_at: string | null;
  source_project_id: number;
  target_project_id: number;
}

interface Pipeline {
  id: number;
  sha: string;
  /** What started it: "merge_request_event", "push", "web", … */
  source: string;
  project_id: number;
}

interface Job {
  id: number;
  name: string;
  finished_at: string | null;
  artifacts_file?: object;
}

/**
 * The job `review` of the merge request that became this commit, as those who approved it saw it: the last of the
 * project's own pipelines for that merge request and its last commit that ended before the first approval; where nobody
 * approved, before the merge.
 * @param project its id, as the path has it
 * @returns the job's id
 */
export async function gitlabReview(access: Access, project: string, sha: string): Promise<Counted<number>> {
  const ofProject = `/projects/${project}`;
  const became = ({ state, sha: head, merge_commit_sha, squash_commit_sha }: MergeRequest) =>
    state === "merged" && [head, merge_commit_sha, squash_commit_sha].includes(sha);
  const path = `${ofProject}/repository/commits/${encodeURIComponent(sha)}/merge_requests?`;
  let request: MergeRequest | undefined;
  for await (const each of pages<MergeRequest>(access, path)) if (became(each)) request ??= each;
  if (request === undefined) return { refused: [] };
  if (request.source_project_id !== request.target_project_id) {
    return { refused: [`merge request ${request.iid} came from a fork, whose reviews do not count`] };
  }
  const ofRequest = `${ofProject}/merge_requests/${request.iid}`;
  const seen = await seenUntil(access, ofRequest, request);
  const refused: string[] = [];
  for await (const { id } of pages<{ id: number }>(access, `${ofRequest}/pipelines?`)) {
    const stranger = await strangerThan(access, ofProject, id, request);
    // Of a job that was started again, the approved one is the earlier.
    const jobs = pages<Job>(access, `${ofProject}/pipelines/${id}/jobs?include_retried=true`);
    for await (const { id: job, name, finished_at: ended, artifacts_file: file } of jobs) {
      if (name !== "review" || file === undefined) continue;
      const problem =
        stranger ??
        (ended === null || !(Date.parse(ended) < seen.time)
          ? `it had not ended before ${seen.what}`
          : undefined);
      if (problem === undefined) return { found: job };
      refused.push(`the review of job ${job} does not count: ${problem}`);
    }
  }
  return { refused };
}

/**
 * The last job `apply` of a branch that went through. A branch's own latest artifacts, which GitLab offers as well, are
 * those of its latest pipeline that went through, and a night's has no `apply`.
 * @param project its id, as the path has it
 * @returns the job's id; whether it has artifacts still, asking for them tells
 */
export async function gitlabSnapshots(
  access: Access,
  project: string,
  branch: string,
): Promise<Counted<number>> {
  type Listed = { id: number; name: string; ref: string; tag: boolean };
  // The newest comes first (GitLab REST API, "List project jobs").
  for await (const job of pages<Listed>(access, `/projects/${project}/jobs?scope[]=success`)) {
    if (job.name === "apply" && job.ref === branch && !job.tag) return { found: job.id };
  }
  return { refused: [] };
}

/** Why a pipeline is none of the project's own for the last commit of the merge request; undefined: it is one. */
async function strangerThan(
  access: Access,
  ofProject: string,
  id: number,
  { sha: head, target_project_id: own }: MergeRequest,
): Promise<string | undefined> {
  const { sha, source, project_id } = await read<Pipeline>(access, `${ofProject}/pipelines/${id}`);
  if (project_id !== own) return "its pipeline is another project's";
  if (source !== "merge_request_event")
    return `its pipeline was started by ${source}, not by the merge request`;
  if (sha === head) return undefined;
  // A pipeline of merged results runs on a commit that joins the branch with its target.
  const commit = `${ofProject}/repository/commits/${encodeURIComponent(sha)}`;
  const { parent_ids: parents } = await read<{ parent_ids: string[] }>(access, commit);
  return parents.includes(head) ? undefined : "it is of another commit";
}

/** The note that GitLab itself writes when somebody approves. */
const APPROVED = "approved this merge request";

/** Until when a review must have been made for whoever let the change pass to have seen it. */
async function seenUntil(access: Access, ofRequest: string, { merged_at: merged }: MergeRequest) {
  type Approvals = { approved_by?: { user: { id: number }; approved_at?: string | null }[] };
  const { approved_by: approvals = [] } = await read<Approvals>(access, `${ofRequest}/approvals`);
  if (approvals.length === 0) return { time: Date.parse(merged ?? ""), what: "the merge request was merged" };
  const noted = new Map<number, string>();
  if (approvals.some(({ approved_at: at }) => !at)) {
    // GitLab tells the time of an approval since version 18; before, only its notes do.
    type Note = { system: boolean; body: string; created_at: string; author: { id: number } };
    for await (const note of pages<Note>(access, `${ofRequest}/notes?sort=asc&order_by=created_at`)) {
      if (note.system && note.body === APPROVED) noted.set(note.author.id, note.created_at);
    }
  }
  // An approval without a time compares as false with everything: nothing counts then.
  const times = approvals.map(({ user, approved_at: at }) => Date.parse((at || noted.get(user.id)) ?? ""));
  return { time: Math.min(...times), what: "the merge request was approved" };
}
