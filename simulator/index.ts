import { EventEmitter, once } from "node:events";
import { createWriteStream } from "node:fs";
import type { WriteStream } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";
import type { Job } from "./commit/jobs";
import { DEFAULT_CONFIG } from "./default-config";
import { Firewall } from "./firewall";
import { Holds } from "./http/holds";
import type { HeldRequest, Hold } from "./http/holds";
import type { RequestRecord } from "./http/record";
import { apiHandler } from "./http/server";
import { pageHandler } from "./page/handler";
import type { XmlElement } from "./xml/element";
import { print } from "./xml/print";
import { selectElements } from "./xpath/select";

export type { Job, JobResult, JobStatus } from "./commit/jobs";
export type { HeldRequest, Hold } from "./http/holds";
export type { RequestRecord } from "./http/record";

export interface SimulatorOptions {
  /** HTTPS; 0, the default, takes any free port. */
  port?: number;
  httpPort?: number;
  /** Where to listen; 127.0.0.1 unless said otherwise. */
  host?: string;
  /** Administrators with all rights; admin/admin unless given. */
  users?: { name: string; password: string }[];
  /** XML text of a <config>: the running configuration at the start. */
  config?: string;
  /** How long a commit job runs; 0, the default, ends it right after the answer that names it. */
  commitSeconds?: number;
  /** A file that gets one line of JSON for each request. */
  record?: string;
  /** "11.1.2" unless given. */
  swVersion?: string;
  /** API keys expire after this; a new one then also ends the old ones. */
  keyLifetimeSeconds?: number;
}

/**
 * A PAN-OS firewall to talk to over real sockets. Emits "request" with a RequestRecord for each request
 * served, and "job" with a Job whenever one changes its status.
 */
export class Simulator extends EventEmitter {
  /** Everything served so far. */
  readonly requests: RequestRecord[] = [];
  private readonly holds = new Holds();
  private recording: WriteStream | undefined;

  private constructor(
    private readonly firewall: Firewall,
    private readonly servers: { https: https.Server; http: http.Server },
    /** PEM of the self-signed certificate; a client can trust it as a CA. */
    readonly certificate: string,
    readonly host: string,
  ) {
    super();
    // One listener for each open page.
    this.setMaxListeners(0);
  }

  static async start(options: SimulatorOptions = {}): Promise<Simulator> {
    const host = options.host ?? "127.0.0.1";
    const firewall = new Firewall({
      users: options.users ?? [{ name: "admin", password: "admin" }],
      config: options.config ?? DEFAULT_CONFIG,
      commitSeconds: options.commitSeconds ?? 0,
      swVersion: options.swVersion ?? "11.1.2",
      keyLifetimeSeconds: options.keyLifetimeSeconds ?? 0,
    });
    const { cert, private: key } = await certificateFor(host);
    const servers = { https: https.createServer({ cert, key }), http: http.createServer() };
    const simulator = new Simulator(firewall, servers, cert, host);
    await simulator.listen(options);
    return simulator;
  }

  get port(): number {
    return portOf(this.servers.https);
  }

  get httpPort(): number {
    return portOf(this.servers.http);
  }

  get url(): string {
    return `https://${this.host}:${this.port}`;
  }

  get httpUrl(): string {
    return `http://${this.host}:${this.httpPort}`;
  }

  get jobs(): readonly Job[] {
    return this.firewall.jobs.jobs;
  }

  /** What matches in the candidate as XML, without marks of change; "" when nothing does. */
  candidate(xpath: string): string {
    return canonical(this.firewall.candidate.root, xpath);
  }

  /** What matches in the running configuration as XML; "" when nothing does. */
  running(xpath: string): string {
    return canonical(this.firewall.running, xpath);
  }

  /** Names of the security rules, in order. */
  candidateRules(vsys = "vsys1"): string[] {
    return this.ruleNames(this.firewall.candidate.root, vsys);
  }

  runningRules(vsys = "vsys1"): string[] {
    return this.ruleNames(this.firewall.running, vsys);
  }

  /** Holds the next request that `match` accepts: before it acts, or after it acted but before its answer. */
  hold(match: (request: HeldRequest) => boolean, when: "before" | "after" = "before"): Hold {
    return this.holds.hold(match, when);
  }

  /** The next commit job ends in FAIL with these detail lines. */
  failNextCommit(details: string[]): void {
    this.firewall.commits.failNext(details);
  }

  async stop(): Promise<void> {
    this.firewall.jobs.stop();
    this.holds.dropAll();
    await Promise.all(
      Object.values(this.servers).map(async (server) => {
        if (!server.listening) return;
        const closed = once(server, "close");
        server.close();
        server.closeAllConnections();
        await closed;
      }),
    );
    const { recording } = this;
    if (recording) await new Promise<void>((resolve) => recording.end(resolve));
  }

  private async listen({ port = 0, httpPort = 0, record }: SimulatorOptions): Promise<void> {
    if (record !== undefined) {
      this.recording = createWriteStream(record, { flags: "a" });
      await once(this.recording, "open");
    }
    this.firewall.jobs.on("job", (job: Job) => this.emit("job", job));
    const page = pageHandler(this.firewall, this.requests, this);
    const handler = apiHandler(this.firewall, this.holds, (entry) => this.note(entry), page);
    for (const [server, wanted] of [
      [this.servers.https, port],
      [this.servers.http, httpPort],
    ] as const) {
      server.on("request", handler);
      // Longer than clients keep an idle connection, so that it isn't closed under a request of theirs.
      server.keepAliveTimeout = 60_000;
      server.listen(wanted, this.host);
      await once(server, "listening").catch(async (error: unknown) => {
        await this.stop();
        throw error;
      });
    }
  }

  private note(entry: RequestRecord): void {
    this.requests.push(entry);
    this.recording?.write(`${JSON.stringify(entry)}\n`);
    this.emit("request", entry);
  }

  private ruleNames(config: XmlElement, vsys: string): string[] {
    const rules = this.firewall.vsys(config, vsys)?.at("rulebase", "security", "rules");
    return rules?.entries().map((entry) => entry.name ?? "") ?? [];
  }
}

/** Starts a firewall that listens on loopback; stop it with `stop()`. */
export function startSimulator(options?: SimulatorOptions): Promise<Simulator> {
  return Simulator.start(options);
}

function portOf(server: http.Server | https.Server): number {
  return (server.address() as AddressInfo).port;
}

function canonical(config: XmlElement, xpath: string): string {
  return selectElements(config, xpath)
    .map((element) => print(element))
    .join("");
}

async function certificateFor(host: string): Promise<{ cert: string; private: string }> {
  return generate([{ name: "commonName", value: "PA-VM" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
          ...(/^[\d.]+$/.test(host) && host !== "127.0.0.1" ? [{ type: 7 as const, ip: host }] : []),
        ],
      },
    ],
  });
}
