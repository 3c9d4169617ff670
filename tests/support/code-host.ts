import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listen, stop, urlOf } from "./local-server";

/** A comment or an issue, whichever host has it. */
export interface HostedPost {
  id: number;
  author: string;
  body: string;
  title?: string;
  closed?: boolean;
}

/** A job of GitLab's, as it lists them. */
export interface HostedJob {
  id: number;
  name: string;
  status: string;
  ref: string;
  tag: boolean;
}

interface Asked {
  method: string;
  path: string;
  token: string;
}

/** What of a list one page has, and a `Link` to the next one where there is more, as both hosts document them. */
const LARGEST_PAGE = 100;

/**
 * As much of GitHub's REST API (version 2022-11-28) and GitLab's (v4) as comments, issues and artifacts take, on a
 * real socket: pages with `Link`, 404 for what is gone, 403 for a token that may not, 401 for another one.
 */
export class CodeHost {
  readonly token = "h0st-t0ken";
  readonly comments: HostedPost[] = [];
  readonly issues: HostedPost[] = [];
  readonly asked: Asked[] = [];
  /** Answers of the other paths: JSON, or text. */
  readonly answers = new Map<string, unknown>();
  /** The jobs of GitLab's project. */
  readonly jobs: HostedJob[] = [];
  /** Tokens may only read. */
  isReadOnly = false;
  /** Called before a post is changed: somebody else may be faster. */
  beforeUpdate: (id: number) => void = () => undefined;
  private next = 1000;
  private readonly server = createServer((incoming, outgoing) => void this.receive(incoming, outgoing));

  static async start(): Promise<CodeHost> {
    const host = new CodeHost();
    await listen(host.server);
    return host;
  }

  stop(): Promise<void> {
    return stop(this.server);
  }

  get url(): string {
    return urlOf(this.server);
  }

  /** The environment of a job of GitHub's. */
  github(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return {
      ...{ GITHUB_API_URL: this.url, GITHUB_REPOSITORY: "owner/name", GITHUB_TOKEN: this.token },
      ...{ GITHUB_SERVER_URL: "https://github.example", GITHUB_RUN_ID: "42", ...more },
    };
  }

  /** The environment of a job of GitLab's. */
  gitlab(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return {
      ...{ CI_API_V4_URL: this.url, CI_PROJECT_ID: "5", REVIEW_TOKEN: this.token },
      ...{ CI_MERGE_REQUEST_IID: "7", CI_JOB_URL: "https://gitlab.example/-/jobs/9", ...more },
    };
  }

  private async receive(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of incoming) text += String(chunk);
    const url = new URL(incoming.url ?? "", this.url);
    const method = incoming.method ?? "";
    const bearer = incoming.headers.authorization?.replace("Bearer ", "");
    const token = String(bearer ?? incoming.headers["private-token"]);
    this.asked.push({ method, path: url.pathname, token });
    const body = (text === "" ? {} : JSON.parse(text)) as Record<string, string>;
    const answer =
      token !== this.token
        ? refused(401, "Bad credentials")
        : method !== "GET" && this.isReadOnly
          ? refused(403, "Resource not accessible by integration")
          : this.answer(method, url, body);
    const { status = 200, headers = {}, content } = answer;
    outgoing.writeHead(status, headers).end(typeof content === "string" ? content : JSON.stringify(content));
  }

  private answer(method: string, url: URL, body: Record<string, string>): Answer {
    const { pathname } = url;
    const github =
      /^\/repos\/owner\/name\/issues(?<number>\/7)?(?<comments>\/comments)?(\/(?<id>\d+))?$/.exec(pathname);
    const gitlab =
      /^\/projects\/5(?<number>\/merge_requests\/7)?\/(?<what>notes|issues)(\/(?<id>\d+))?$/.exec(pathname);
    const { comments, what, id } = (github ?? gitlab)?.groups ?? {};
    if (pathname === "/user") return { content: { id: 77 } };
    if (pathname === "/projects/5/jobs")
      return this.page(url, this.jobsIn(url.searchParams.getAll("scope[]")));
    if ((github ?? gitlab) === null) return this.other(url);
    const isComment = comments !== undefined || what === "notes";
    const posts = isComment ? this.comments : this.issues;
    const show = github ? asGithub : asGitlab;
    if (method === "GET") {
      const open = posts.filter(({ closed }) => !closed);
      return this.page(
        url,
        open.map((post) => show(post, isComment)),
      );
    }
    if (method === "POST") {
      const author = github ? "github-actions[bot]" : "77";
      const post = {
        id: this.next++,
        author,
        body: textIn(body),
        ...(body["title"] && { title: body["title"] }),
      };
      posts.push(post);
      return { status: 201, content: show(post, isComment) };
    }
    if (method !== (github ? "PATCH" : "PUT")) return refused(405, "Method not allowed");
    this.beforeUpdate(Number(id));
    const post = posts.find((each) => each.id === Number(id));
    if (post === undefined) return refused(404, "Not Found");
    post.body = textIn(body);
    if (body["state"] === "closed" || body["state_event"] === "close") post.closed = true;
    return { content: show(post, isComment) };
  }

  /** The newest first, whatever their pipelines came to (GitLab REST API, "List project jobs"). */
  private jobsIn(scope: string[]): HostedJob[] {
    const jobs = this.jobs.filter(({ status }) => scope.length === 0 || scope.includes(status));
    return jobs.sort((a, b) => b.id - a.id);
  }

  private other(url: URL): Answer {
    const content = this.answers.get(url.pathname);
    if (content === undefined) return refused(404, "Not Found");
    return Array.isArray(content) ? this.page(url, content) : { content };
  }

  private page(url: URL, all: unknown[]): Answer {
    const size = Math.min(Number(url.searchParams.get("per_page") ?? 20), LARGEST_PAGE);
    const page = Number(url.searchParams.get("page") ?? 1);
    const next = new URL(url);
    next.searchParams.set("page", String(page + 1));
    return {
      headers: page * size < all.length ? { link: `<${next.href}>; rel="next"` } : {},
      content: all.slice((page - 1) * size, page * size),
    };
  }
}

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  content: unknown;
}

function refused(status: number, message: string): Answer {
  return { status, content: { message } };
}

function textIn({ body, description }: Record<string, string>): string {
  return body ?? description ?? "";
}

function asGithub({ id, author, body }: HostedPost, isComment: boolean): object {
  return { ...(isComment ? { id } : { number: id }), body, user: { login: author } };
}

function asGitlab({ id, author, body }: HostedPost, isComment: boolean): object {
  return isComment ? { id, body, author: { id: Number(author) } } : { iid: id, description: body };
}
