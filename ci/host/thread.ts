import { ask, pages, type Access } from "./api";
import { HostError } from "./error";

/** Something with a text on a host: a comment or an issue. */
interface Post {
  id: number;
  body: string;
}

/** Where posts are: the comments of a pull request, or the open issues of a project. */
export interface Thread {
  /** All posts of ours. Of others' none: anyone could write our marker. */
  posts(): AsyncIterable<Post>;
  create(body: string): Promise<void>;
  /** @throws HostError with 404 where the post is gone */
  update(id: number, body: string): Promise<void>;
  /** Of issues: what they were opened for is over. */
  close?(id: number, body: string): Promise<void>;
}

interface GithubPost {
  body?: string | null;
  user: { login: string } | null;
}

/**
 * Comments of a pull request, which are those of an issue (GitHub REST API, "Issue comments").
 * @param repository "owner/name"
 * @param author whose posts are ours: "github-actions[bot]" for a job's own token
 */
export function githubComments(access: Access, repository: string, pull: string, author: string): Thread {
  const all = `/repos/${repository}/issues`;
  return {
    async *posts() {
      for await (const { id, body, user } of pages<GithubPost & { id: number }>(
        access,
        `${all}/${pull}/comments?`,
      )) {
        if (user?.login === author) yield { id, body: body ?? "" };
      }
    },
    async create(body) {
      await ask(access, "POST", `${all}/${pull}/comments`, { body });
    },
    async update(id, body) {
      await ask(access, "PATCH", `${all}/comments/${id}`, { body });
    },
  };
}

/** Open issues of a repository (GitHub REST API, "Issues"; its list has pull requests too). */
export function githubIssues(access: Access, repository: string, title: string, author: string): Thread {
  const all = `/repos/${repository}/issues`;
  const change = async (id: number, content: object) => {
    await ask(access, "PATCH", `${all}/${id}`, content);
  };
  return {
    async *posts() {
      type Issue = GithubPost & { number: number; pull_request?: object };
      for await (const { number, body, user, pull_request } of pages<Issue>(access, `${all}?state=open`)) {
        if (user?.login === author && pull_request === undefined) yield { id: number, body: body ?? "" };
      }
    },
    async create(body) {
      await ask(access, "POST", all, { title, body });
    },
    update: (id, body) => change(id, { body }),
    close: (id, body) => change(id, { body, state: "closed", state_reason: "completed" }),
  };
}

/** Whose a GitLab token is (GitLab REST API, "Users"). */
async function gitlabUser(access: Access): Promise<number> {
  return (JSON.parse((await ask(access, "GET", "/user")).text) as { id: number }).id;
}

/** Notes of a merge request (GitLab REST API, "Notes"). */
export function gitlabNotes(access: Access, project: string, mergeRequest: string): Thread {
  const all = `/projects/${project}/merge_requests/${mergeRequest}/notes`;
  return {
    async *posts() {
      const ours = await gitlabUser(access);
      type Note = Post & { author: { id: number } };
      for await (const { id, body, author } of pages<Note>(access, `${all}?sort=asc&order_by=created_at`)) {
        if (author.id === ours) yield { id, body };
      }
    },
    async create(body) {
      await ask(access, "POST", all, { body });
    },
    async update(id, body) {
      await ask(access, "PUT", `${all}/${id}`, { body });
    },
  };
}

/** Open issues of a project (GitLab REST API, "Issues"). */
export function gitlabIssues(access: Access, project: string, title: string): Thread {
  const all = `/projects/${project}/issues`;
  const change = async (id: number, content: object) => {
    await ask(access, "PUT", `${all}/${id}`, content);
  };
  return {
    async *posts() {
      const ours = await gitlabUser(access);
      type Issue = { iid: number; description: string | null };
      for await (const { iid, description } of pages<Issue>(
        access,
        `${all}?state=opened&author_id=${ours}`,
      )) {
        yield { id: iid, body: description ?? "" };
      }
    },
    async create(body) {
      await ask(access, "POST", all, { title, description: body });
    },
    update: (id, body) => change(id, { description: body }),
    close: (id, body) => change(id, { description: body, state_event: "close" }),
  };
}

/**
 * Puts a text where the last one of its kind is, or makes a new post.
 * @param isOurs whether a post is of this kind: by its first line, a hidden marker
 * @param text of the new body; told the old one, where there is one. Undefined: there is nothing to say
 * @returns what was done
 */
export async function publish(
  thread: Thread,
  isOurs: (body: string) => boolean,
  text: (old?: string) => string | undefined,
): Promise<"made" | "updated" | "nothing"> {
  for await (const { id, body } of thread.posts()) {
    if (!isOurs(body)) continue;
    const next = text(body);
    if (next === undefined) return "nothing";
    try {
      await thread.update(id, next);
      return "updated";
    } catch (error) {
      // Somebody deleted it meanwhile.
      if (!(error instanceof HostError && error.status === 404)) throw error;
      break;
    }
  }
  const first = text();
  if (first === undefined) return "nothing";
  await thread.create(first);
  return "made";
}
