import { request } from "undici";
import { proxyNote } from "../../lib/net/proxy";
import { HostError } from "./error";

/** How a host's API is asked. */
export interface Access {
  /** GITHUB_API_URL or CI_API_V4_URL: without a slash at its end. */
  url: string;
  headers: Record<string, string>;
  /** The variable that the token is in, for messages. */
  tokenFrom: string;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

type Method = "GET" | "POST" | "PATCH" | "PUT";

const TIMEOUT_MS = 30_000;
const MAX_SHOWN = 300;

/**
 * Asks a host's API. Redirects are not followed: what follows one could carry the token elsewhere.
 * @param path from the API's address on, "/repos/…"
 * @throws HostError where the answer is none of 2xx; never with the token in it
 */
export async function ask(access: Access, method: Method, path: string, body?: object): Promise<Answer> {
  const what = `${method} ${path.split("?")[0]}`;
  let answer: Answer;
  try {
    const {
      statusCode,
      headers,
      body: content,
    } = await request(`${access.url}${path}`, {
      method,
      headers: { ...access.headers, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    answer = { status: statusCode, headers, text: await content.text() };
  } catch (error) {
    const { hostname } = new URL(access.url);
    throw new HostError(
      `${what}: no answer from ${access.url}: ${(error as Error).message}${proxyNote(hostname)}`,
    );
  }
  if (answer.status >= 200 && answer.status < 300) return answer;
  const hint =
    answer.status === 401 || answer.status === 403
      ? `. The token in ${access.tokenFrom} may not do that, or is used up for now`
      : "";
  throw new HostError(
    `${what} was answered with ${answer.status}: ${said(answer.text)}${hint}`,
    answer.status,
  );
}

/**
 * One thing that a host has.
 * @throws HostError
 */
export async function read<T>(access: Access, path: string): Promise<T> {
  return parsed(access, path, (await ask(access, "GET", path)).text) as T;
}

/**
 * Every element of a list that comes page by page.
 * @param path with its question mark
 * @param pick the elements of a page
 */
export async function* pages<T>(
  access: Access,
  path: string,
  pick: (page: unknown) => T[] = (page) => page as T[],
): AsyncGenerator<T> {
  for (let page = 1; ; page += 1) {
    const { headers, text } = await ask(access, "GET", `${path}&per_page=100&page=${page}`);
    yield* pick(parsed(access, path, text));
    // Both hosts name a next page in `Link`, and nothing else tells a last page that is full from another one.
    if (!/\brel="?next"?/.test(String(headers["link"] ?? ""))) return;
  }
}

function parsed({ url }: Access, path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HostError(`GET ${path.split("?")[0]}: the answer is not JSON. Is ${url} the API's address?`);
  }
}

/** What a host says of a refusal, as far as it may be shown. */
function said(text: string): string {
  let message = text;
  try {
    const { message: inner, error } = JSON.parse(text) as { message?: unknown; error?: unknown };
    const found = inner ?? error;
    if (found !== undefined) message = typeof found === "string" ? found : JSON.stringify(found);
  } catch {
    // Not JSON: a proxy's page.
  }
  // eslint-disable-next-line no-control-regex -- they are what must not reach a terminal
  return message.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").slice(0, MAX_SHOWN);
}
