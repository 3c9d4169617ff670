import { readFileSync } from "node:fs";
import type { Access } from "./api";
import { githubComments, githubIssues, gitlabIssues, gitlabNotes, type Thread } from "./thread";

/** Where a job runs: what of its host it may write to. */
export interface Place {
  /** "pull request 7 of owner/name" */
  name: string;
  comments: Thread;
  /** The job's own page; undefined where the host doesn't say. */
  run: string | undefined;
}

export interface NoPlace {
  problem: string;
  /** Whether a job may go on without. */
  isExpected: boolean;
}

/** What `GITHUB_EVENT_PATH` has of a pull request (GitHub documentation, "Webhook events and payloads"). */
interface PullEvent {
  pull_request?: { number: number; head?: { repo: { full_name: string } | null } };
}

/** A host, its API and its project. */
export type Host =
  | { kind: "github"; access: Access; repository: string; author: string }
  | { kind: "gitlab"; access: Access; project: string };

/** The host whose variables the environment has. */
export function hostOf(environment: NodeJS.ProcessEnv): Host | NoPlace {
  const value = (name: string) => environment[name] ?? "";
  if (value("GITHUB_API_URL") !== "") {
    if (value("GITHUB_TOKEN") === "") {
      return { problem: "GITHUB_TOKEN is not set: give the step the job's token", isExpected: false };
    }
    const headers = {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${value("GITHUB_TOKEN")}`,
      "user-agent": "aws-panos-rules",
      "x-github-api-version": "2022-11-28",
    };
    return {
      kind: "github",
      access: { url: value("GITHUB_API_URL"), headers, tokenFrom: "GITHUB_TOKEN" },
      repository: value("GITHUB_REPOSITORY"),
      author: value("COMMENT_AUTHOR") || "github-actions[bot]",
    };
  }
  if (value("CI_API_V4_URL") !== "") {
    if (value("REVIEW_TOKEN") === "") {
      return {
        problem:
          "REVIEW_TOKEN is not set (a project access token with the scope api), or not for this job: a fork's has none",
        isExpected: true,
      };
    }
    const headers = { "private-token": value("REVIEW_TOKEN"), "user-agent": "aws-panos-rules" };
    return {
      kind: "gitlab",
      access: { url: value("CI_API_V4_URL"), headers, tokenFrom: "REVIEW_TOKEN" },
      project: encodeURIComponent(value("CI_PROJECT_ID")),
    };
  }
  return { problem: "this is neither a job of GitHub's nor of GitLab's", isExpected: false };
}

/** The pull request or merge request of a job. */
export function placeOf(environment: NodeJS.ProcessEnv): Place | NoPlace {
  const event = pullEvent(environment);
  if (event !== undefined && isFork(event, environment)) {
    return {
      problem:
        "the pull request comes from a fork, whose jobs may write none. The review is in the job's summary",
      isExpected: true,
    };
  }
  const host = hostOf(environment);
  if ("problem" in host) return host;
  const run = runOf(environment);
  if (host.kind === "github") {
    const { access, repository, author } = host;
    const pull = event?.pull_request?.number;
    if (pull === undefined) return { problem: "this job is of no pull request", isExpected: true };
    const comments = githubComments(access, repository, String(pull), author);
    return { name: `pull request ${pull} of ${repository}`, comments, run };
  }
  const iid = environment["CI_MERGE_REQUEST_IID"] ?? "";
  if (!/^\d+$/.test(iid)) return { problem: "this job is of no merge request", isExpected: true };
  return { name: `merge request ${iid}`, comments: gitlabNotes(host.access, host.project, iid), run };
}

/** The open issues of the job's project, for one with this title. */
export function issuesOf(environment: NodeJS.ProcessEnv, title: string): Thread | NoPlace {
  const host = hostOf(environment);
  if ("problem" in host) return host;
  return host.kind === "github"
    ? githubIssues(host.access, host.repository, title, host.author)
    : gitlabIssues(host.access, host.project, title);
}

/** The address of the run that this job belongs to. */
export function runOf(environment: NodeJS.ProcessEnv): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = environment;
  if (server && repository && id) return `${server}/${repository}/actions/runs/${id}`;
  return environment["CI_JOB_URL"] || undefined;
}

/** A sentence that ends in the run. */
export function linkOf({ run }: Pick<Place, "run">, sentence: string): string {
  return run === undefined ? `${sentence} the job.` : `${sentence} [this run](${run}).`;
}

function pullEvent({ GITHUB_EVENT_PATH: file }: NodeJS.ProcessEnv): PullEvent | undefined {
  return file ? (JSON.parse(readFileSync(file, "utf8")) as PullEvent) : undefined;
}

/** Whether a pull request's branch is in another repository; one that was deleted is. */
function isFork({ pull_request }: PullEvent, { GITHUB_REPOSITORY: own }: NodeJS.ProcessEnv): boolean {
  return pull_request !== undefined && pull_request.head?.repo?.full_name !== own;
}
