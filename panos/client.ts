import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "undici";
import { readAnswer, type Answer } from "./answer";
import type { Connection } from "./connection";
import { PanosError, type PanosErrorDetails } from "./error";
import { retryDelay } from "./retry";
import { textAt, type XmlElement } from "./xml";

/** The vendor's documentation asks for at most five concurrent calls. */
const CONCURRENT_CALLS = 5;
const DEADLINE_MS = 120_000;

/** One operation of a multi-config request. */
export interface Operation {
  action: "set" | "edit" | "delete" | "move";
  xpath: string;
  /** The element's XML, for set and edit. */
  element?: string;
  where?: "before" | "after" | "top" | "bottom";
  dst?: string;
}

export interface ClientOptions {
  /** How long one call may take with all its retries, in milliseconds. */
  deadlineMs?: number;
  /** How often a call is repeated at most, where repeating is safe. */
  retries?: number;
}

type Parameters = Record<string, string>;

interface Call {
  details: PanosErrorDetails;
  /** Whether doing it twice is the same as once, so that it may be repeated after a lost answer. */
  repeatable: boolean;
}

/**
 * A client of a firewall's XML API, usable without Pulumi. At most five requests run at once; a refused key
 * is renewed once for everybody who waits; reads are repeated after connection errors, writes only where
 * the device can't have carried them out. Every method throws PanosError.
 */
export class PanosClient {
  private readonly pool: Pool;
  private readonly retries: number;
  private readonly deadlineMs: number;
  private key: Promise<string> | undefined;

  constructor(
    readonly connection: Connection,
    options: ClientOptions = {},
  ) {
    const { protocol, hostname, port, skipVerifyCertificate } = connection;
    const host = hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname;
    const ca = certificates(connection);
    this.pool = new Pool(`${protocol}://${host}:${port}`, {
      connections: CONCURRENT_CALLS,
      pipelining: 1,
      connect: {
        rejectUnauthorized: !skipVerifyCertificate,
        timeout: 10_000,
        ...(ca !== undefined && { ca }),
      },
    });
    this.retries = options.retries ?? 4;
    this.deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  }

  /** Reads from the candidate. Returns `<result>`'s element, or undefined where nothing is there. */
  async get(xpath: string): Promise<XmlElement | undefined> {
    const answer = await this.config("get", { xpath }, true);
    return answer.code === "7" ? undefined : answer.result;
  }

  /** Reads one node from the running configuration; undefined where nothing is there. */
  async show(xpath: string): Promise<XmlElement | undefined> {
    try {
      const answer = await this.config("show", { xpath }, true);
      return answer.code === "7" ? undefined : answer.result;
    } catch (error) {
      // An absent node is an error without a code here, unlike in get.
      if (error instanceof PanosError && error.lines.some((line) => /no such node/i.test(line)))
        return undefined;
      throw error;
    }
  }

  /** Merges an element into the candidate: lists grow, nothing is taken away. */
  async set(xpath: string, element: string): Promise<void> {
    await this.config("set", { xpath, element }, false);
  }

  /** Replaces the node that `xpath` names, which `element` repeats; creates it where it is absent. */
  async edit(xpath: string, element: string): Promise<void> {
    await this.config("edit", { xpath, element }, false);
  }

  async delete(xpath: string): Promise<void> {
    await this.config("delete", { xpath }, false);
  }

  async move(xpath: string, where: NonNullable<Operation["where"]>, dst?: string): Promise<void> {
    await this.config("move", { xpath, where, ...(dst !== undefined && { dst }) }, false);
  }

  /**
   * Several writes as one transaction: all of them or none.
   * @throws PanosError whose `operationId` is the index of the operation that failed, as text
   */
  async multiConfig(operations: readonly Operation[]): Promise<void> {
    const element = operations.map(multiConfigElement).join("");
    await this.config("multi-config", { element: `<multi-config>${element}</multi-config>` }, false);
  }

  /**
   * An operational command.
   * @param cmd its XML
   * @param repeatable whether it only asks, so that it may be repeated after a lost answer
   */
  async op(cmd: string, repeatable: boolean, vsys?: string): Promise<Answer> {
    const parameters = { type: "op", cmd, ...(vsys !== undefined && { vsys }) };
    return this.call(parameters, { repeatable, details: { action: `op ${cmd.slice(0, 120)}` } });
  }

  /**
   * Enqueues a commit.
   * @param cmd the `<commit>` command's XML
   * @returns the job's id, or undefined where there was nothing to commit
   */
  async commit(cmd: string): Promise<string | undefined> {
    const answer = await this.call(
      { type: "commit", cmd, ...(cmd.includes("<partial>") && { action: "partial" }) },
      { repeatable: false, details: { action: "commit" } },
    );
    return textAt(answer.result, "job") || undefined;
  }

  /** Closes the connections; calls under way are finished first. */
  async close(): Promise<void> {
    await this.pool.close();
  }

  private config(action: string, parameters: Parameters, repeatable: boolean): Promise<Answer> {
    const { xpath } = parameters;
    const details = { action, ...(xpath !== undefined && { xpath }) };
    return this.call({ type: "config", action, ...parameters }, { repeatable, details });
  }

  /** The one path that every authenticated request takes. */
  private async call(parameters: Parameters, call: Call): Promise<Answer> {
    const deadline = AbortSignal.timeout(this.deadlineMs);
    const sendWith = (value: string) =>
      this.repeated(call.repeatable, deadline, () => this.send(parameters, value, call, deadline));
    const key = this.apiKey();
    // A login repeats itself where that helps; repeating it here too would take minutes, and lock accounts.
    const value = await key;
    try {
      return await sendWith(value);
    } catch (error) {
      if (!(error instanceof PanosError) || error.code !== "credentials" || !this.canRenew()) throw error;
      // Only the first who sees the refusal asks for a new key; the others wait for the same one.
      if (this.key === key) this.key = this.keygen();
      return sendWith(await this.apiKey());
    }
  }

  /** Repeats a request with backoff, as often and where that is safe. */
  private async repeated<T>(
    repeatable: boolean,
    deadline: AbortSignal,
    request: () => Promise<T>,
  ): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await request();
      } catch (error) {
        if (!(error instanceof PanosError)) throw error;
        const wait = attempt < this.retries ? retryDelay(error, attempt, repeatable) : undefined;
        if (wait === undefined) throw error;
        await delay(wait, undefined, { signal: deadline }).catch(() => {
          throw error;
        });
      }
    }
  }

  private apiKey(): Promise<string> {
    const { apiKey } = this.connection;
    this.key ??= apiKey !== undefined ? Promise.resolve(apiKey) : this.keygen();
    const key = this.key;
    // A login that failed must not be remembered: the next call tries again.
    key.catch(() => {
      if (this.key === key) this.key = undefined;
    });
    return key;
  }

  private canRenew(): boolean {
    return this.connection.username !== undefined && this.connection.password !== undefined;
  }

  private async keygen(): Promise<string> {
    const { username = "", password = "" } = this.connection;
    const call: Call = { repeatable: true, details: { action: "keygen" } };
    const deadline = AbortSignal.timeout(this.deadlineMs);
    return this.repeated(call.repeatable, deadline, async () => {
      const login = { type: "keygen", user: username, password };
      const answer = await this.send(login, undefined, call, deadline);
      const key = textAt(answer.result, "key");
      if (key === "") throw new PanosError("not-panos", "the answer to keygen holds no key", call.details);
      return key;
    });
  }

  private async send(
    parameters: Parameters,
    key: string | undefined,
    { details, repeatable }: Call,
    signal: AbortSignal,
  ): Promise<Answer> {
    let status: number;
    let body: string;
    try {
      // Everything goes into the body: a key or a password never appears in a URL.
      const response = await this.pool.request({
        method: "POST",
        path: "/api/",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          ...(key !== undefined && { "x-pan-key": key }),
        },
        body: new URLSearchParams(parameters).toString(),
        headersTimeout: this.deadlineMs,
        bodyTimeout: this.deadlineMs,
        signal,
      });
      status = response.statusCode;
      body = await response.body.text();
    } catch (error) {
      throw transportError(error, this.connection, details, repeatable);
    }
    if (status >= 500) {
      throw new PanosError("ambiguous", `the firewall's web server answered HTTP ${status}`, details);
    }
    return readAnswer(status, body, details);
  }
}

function multiConfigElement({ action, xpath, element, where, dst }: Operation, index: number): string {
  const attributes = { id: String(index), xpath, where, dst };
  const text = Object.entries(attributes)
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(
      ([name, value]) =>
        ` ${name}="${value.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;")}"`,
    )
    .join("");
  return `<${action}${text}>${element ?? ""}</${action}>`;
}

function certificates({ caFile }: Connection): string | undefined {
  if (caFile === undefined) return undefined;
  try {
    return readFileSync(caFile, "utf8");
  } catch (cause) {
    throw new PanosError(
      "settings",
      `panos:caFile ${caFile} can't be read: ${(cause as Error).message}. It takes a file of PEM certificates`,
      { cause },
    );
  }
}

/** Codes of errors in which no byte of the request can have reached the device. */
const NOT_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function transportError(
  cause: unknown,
  { hostname, port }: Connection,
  details: PanosErrorDetails,
  repeatable: boolean,
): PanosError {
  const error = cause as Error & { code?: string };
  const at = `${hostname}:${port}`;
  const code = error.code ?? "";
  if (
    error.name === "TimeoutError" ||
    code === "UND_ERR_HEADERS_TIMEOUT" ||
    code === "UND_ERR_BODY_TIMEOUT"
  ) {
    return new PanosError("timeout", `the firewall at ${at} did not answer in time`, { ...details, cause });
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS_/.test(code)) {
    return new PanosError(
      "certificate",
      `the certificate of ${at} is not trusted (${code}). Set panos:caFile to the certificate of its authority, ` +
        "or panos:skipVerifyCertificate to true where nobody can listen in between",
      { ...details, cause },
    );
  }
  if (NOT_SENT.has(code)) {
    return new PanosError(
      "unreachable",
      `the firewall at ${at} can't be reached (${code}). Check panos:hostname, panos:port and the way there`,
      { ...details, cause },
    );
  }
  const lost = `the connection to ${at} was lost (${code || error.message})`;
  return repeatable
    ? new PanosError("unreachable", lost, { ...details, cause })
    : new PanosError("ambiguous", `${lost} after the request was sent: it may have been carried out`, {
        ...details,
        cause,
      });
}
