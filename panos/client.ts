import { setTimeout as delay } from "node:timers/promises";
import type { Pool } from "undici";
import { readAnswer, type Answer } from "./answer";
import type { Connection } from "./connection";
import { PanosError, uncertain, type PanosErrorCode, type PanosErrorDetails } from "./error";
import { FirstRequest } from "./first-request";
import { KeyHolder } from "./key";
import { multiConfigXml, type Operation } from "./operation";
import { retryDelay } from "./retry";
import { connectionPool, limitedText, longestAnswer } from "./transport";
import { serverError, transportError } from "./transport-error";
import { textAt, type XmlElement } from "./xml";

const DEADLINE_MS = 120_000;
/** Refusals that another key may help against, or another session with the same one. */
const KEY_REFUSED: ReadonlySet<PanosErrorCode> = new Set(["KEY_EXPIRED", "KEY_REFUSED", "SESSION_TIMED_OUT"]);
const KEY_LIFETIME_XPATH =
  "/config/devices/entry[@name='localhost.localdomain']/deviceconfig/setting/management/api/key/lifetime";

export type { Operation } from "./operation";

export interface ClientOptions {
  /** How long one call may take with all its retries, in milliseconds. */
  deadlineMs?: number;
  /** How often a call is repeated at most, where repeating is safe. */
  retries?: number;
  /** Milliseconds on a clock of the caller's, for the age of keys; the machine's unless given. */
  now?: () => number;
}

type Parameters = Record<string, string>;

interface Call {
  details: PanosErrorDetails;
  /** Whether doing it twice is the same as once, so that it may be repeated after a lost answer. */
  repeatable: boolean;
}

/**
 * A client of a firewall's XML API, usable without Pulumi. At most five requests run at once; a key that was
 * logged in for is renewed shortly before the device ends it, and one that is refused is replaced where
 * there is another, once for everybody who waits; reads are repeated after connection errors, writes only where
 * the device can't have carried them out. Every method throws PanosError.
 */
export class PanosClient {
  private readonly pool: Pool;
  private readonly retries: number;
  private readonly deadlineMs: number;
  private readonly key: KeyHolder;
  private readonly first = new FirstRequest();

  constructor(
    readonly connection: Connection,
    private readonly options: ClientOptions = {},
    /** The firewall that Panorama hands every request on to, and the client of that Panorama. */
    private readonly behind?: { serial: string; panorama: PanosClient },
  ) {
    this.pool = behind?.panorama.pool ?? connectionPool(connection);
    this.retries = options.retries ?? 4;
    this.deadlineMs = options.deadlineMs ?? DEADLINE_MS;
    const source = {
      issue: () => this.issueKey(),
      lifetimeMs: (key: string) => this.keyLifetime(key),
    };
    const now = options.now ?? (() => performance.now());
    this.key = behind?.panorama.key ?? new KeyHolder(connection, source, now);
  }

  /** A client of a firewall that this Panorama manages: over its connections, with its key. It needs no closing. */
  forFirewall(serial: string, vsys: string): PanosClient {
    const connection: Connection = { ...this.connection, vsys };
    delete connection.panorama;
    return new PanosClient(connection, this.options, { serial, panorama: this });
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
    await this.config("multi-config", { element: multiConfigXml(operations) }, false);
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

  /**
   * Enqueues a push on Panorama.
   * @param cmd the `<commit-all>` command's XML
   * @returns the job's id, or undefined where there was nothing to push
   */
  async push(cmd: string): Promise<string | undefined> {
    const answer = await this.call(
      { type: "commit", action: "all", cmd },
      { repeatable: false, details: { action: "push" } },
    );
    return textAt(answer.result, "job") || undefined;
  }

  /**
   * A User-ID message: what is registered at run time, with no commit.
   * @param payload the XML inside `<payload>`
   * @throws PanosError `refused` when the device takes only a part of it: `lines` say what not
   */
  async userId(payload: string): Promise<void> {
    const { vsys } = this.connection;
    const cmd = `<uid-message><version>2.0</version><type>update</type><payload>${payload}</payload></uid-message>`;
    await this.call({ type: "user-id", vsys, cmd }, { repeatable: false, details: { action: "user-id" } });
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
  private call(parameters: Parameters, call: Call): Promise<Answer> {
    const { apiKey, readApiKey } = this.connection;
    const isKeyGiven = apiKey !== undefined || readApiKey !== undefined;
    const send = () => this.sent(parameters, call);
    return isKeyGiven ? this.first.alone(send) : send();
  }

  private async sent(parameters: Parameters, call: Call): Promise<Answer> {
    const deadline = AbortSignal.timeout(this.deadlineMs);
    const sent = this.behind === undefined ? parameters : { ...parameters, target: this.behind.serial };
    const sendWith = (value: string) =>
      this.repeated(call.repeatable, deadline, () => this.send(sent, value, call, deadline));
    // A login repeats itself where that helps; repeating it here too would take minutes, and lock accounts.
    const key = await this.key.current();
    try {
      return await sendWith(key);
    } catch (error) {
      if (!(error instanceof PanosError) || !KEY_REFUSED.has(error.code)) throw error;
      const isTimeout = error.code === "SESSION_TIMED_OUT";
      if (isTimeout && !call.repeatable) throw uncertain(error);
      const other = (await this.key.insteadOf(key)) ?? (isTimeout ? key : undefined);
      if (other === undefined) throw error;
      return sendWith(other);
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

  /**
   * Logs in for a new API key. Where the device limits the life of keys, this ends the older ones of the same
   * administrator (PAN-OS documentation).
   * @returns the key, and how long the device takes it; undefined: for ever, or nobody knows
   */
  async logIn(): Promise<{ value: string; lifetimeMs: number | undefined }> {
    const value = await this.issueKey();
    return { value, lifetimeMs: await this.keyLifetime(value) };
  }

  private issueKey(): Promise<string> {
    const { username = "", password = "" } = this.connection;
    const call: Call = { repeatable: true, details: { action: "keygen" } };
    const deadline = AbortSignal.timeout(this.deadlineMs);
    return this.repeated(call.repeatable, deadline, async () => {
      const login = { type: "keygen", user: username, password };
      const answer = await this.send(login, undefined, call, deadline);
      const key = textAt(answer.result, "key");
      if (key === "") throw new PanosError("NOT_PANOS", "the answer to keygen holds no key", call.details);
      return key;
    });
  }

  /**
   * How long the device takes keys. The setting is in minutes; absent or 0, keys don't expire (PAN-OS
   * documentation, “Configure API Key Lifetime”). It only tells when to renew: without it, a refusal does.
   */
  private async keyLifetime(key: string): Promise<number | undefined> {
    const parameters = { type: "config", action: "show", xpath: KEY_LIFETIME_XPATH };
    const call: Call = { repeatable: true, details: { action: "show", xpath: KEY_LIFETIME_XPATH } };
    const deadline = AbortSignal.timeout(this.deadlineMs);
    try {
      const answer = await this.repeated(true, deadline, () => this.send(parameters, key, call, deadline));
      const minutes = Number(textAt(answer.result, "lifetime"));
      return minutes > 0 ? minutes * 60_000 : undefined;
    } catch (error) {
      if (error instanceof PanosError) return undefined;
      throw error;
    }
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
      body = await limitedText(response.body, longestAnswer(parameters));
    } catch (error) {
      throw transportError(error, this.connection, details, repeatable);
    }
    if (status >= 500) throw serverError(status, this.connection, details);
    const { password } = parameters;
    return readAnswer(status, body, details, [key ?? "", password ?? ""]);
  }
}
