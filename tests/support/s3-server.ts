import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Something that goes wrong with one request. */
export type S3Fault =
  /** The write gets through, but its answer doesn't arrive. */
  | "lost-answer"
  /** Somebody else writes at that very moment. */
  | "conflict"
  | "unavailable";

/**
 * Reads and conditional writes of objects as S3 documents them: 412 where the object is another (or there is
 * one), 404 where there is none to be another, 409 where two meet.
 */
export class S3Server {
  readonly objects = new Map<string, { content: string | Buffer; etag: string }>();
  /** For the next writes, in turn. */
  readonly faults: S3Fault[] = [];
  writes = 0;
  /** How many objects a page of a listing has. */
  pageSize = 1000;
  /** The access keys that requests are signed with. */
  readonly askedBy = new Set<string>();
  /** What it answers to all listings, where it answers none. */
  refusal: string | undefined;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<S3Server> {
    const server = createServer();
    const s3 = new S3Server(server);
    server.on(
      "request",
      (request: IncomingMessage, response: ServerResponse) => void s3.answer(request, response),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return s3;
  }

  /** What makes AWS's SDK talk to it. */
  get env(): Record<string, string> {
    const { port } = this.server.address() as AddressInfo;
    return {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_MAX_ATTEMPTS: "2",
    };
  }

  /** @param name with the bucket's: "/bucket/key" */
  put(name: string, content: string | Buffer): void {
    this.objects.set(name, { content, etag: etagOf(content) });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://s3");
    const name = decodeURIComponent(pathname);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const signed = /Credential=([^/]+)/.exec(request.headers.authorization ?? "");
    if (signed) this.askedBy.add(signed[1]!);
    const known = this.objects.get(name);
    const refuse = (status: number, code: string) => {
      response.writeHead(status, { "content-type": "application/xml" });
      response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
    };
    if (request.method === "GET" && searchParams.get("list-type") === "2") {
      if (this.refusal !== undefined) return refuse(403, this.refusal);
      response.writeHead(200, { "content-type": "application/xml" });
      response.end(this.listing(name.replace(/\/?$/, "/"), searchParams));
      return;
    }
    if (request.method === "GET") {
      if (known === undefined) return refuse(404, "NoSuchKey");
      response.writeHead(200, { etag: known.etag });
      response.end(known.content);
      return;
    }
    this.writes++;
    const fault = this.faults.shift();
    const { "if-match": match, "if-none-match": none } = request.headers;
    if (fault === "unavailable") return refuse(503, "SlowDown");
    if (fault === "conflict") return refuse(409, "ConditionalRequestConflict");
    if (match !== undefined && known === undefined) return refuse(404, "NoSuchKey");
    if ((match !== undefined && match !== known?.etag) || (none === "*" && known !== undefined)) {
      return refuse(412, "PreconditionFailed");
    }
    const content = Buffer.concat(chunks).toString();
    const etag = etagOf(content);
    this.objects.set(name, { content, etag });
    if (fault === "lost-answer") {
      response.destroy();
      return;
    }
    response.writeHead(200, { etag });
    response.end();
  }

  /** A page of ListObjectsV2, which begins after the token of the one before. */
  private listing(bucket: string, asked: URLSearchParams): string {
    const prefix = asked.get("prefix") ?? "";
    const after = asked.get("continuation-token") ?? "";
    const keys = [...this.objects.keys()]
      .filter((name) => name.startsWith(bucket))
      .map((name) => name.slice(bucket.length))
      .filter((key) => key.startsWith(prefix) && key > after)
      .sort();
    const page = keys.slice(0, this.pageSize);
    const isCut = page.length < keys.length;
    const contents = page.map(
      (key) =>
        `<Contents><Key>${key}</Key><Size>${this.objects.get(bucket + key)!.content.length}</Size></Contents>`,
    );
    const next = isCut ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
    return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isCut}</IsTruncated>${contents.join("")}${next}</ListBucketResult>`;
  }
}

function etagOf(content: string | Buffer): string {
  return `"${createHash("md5").update(content).digest("hex")}"`;
}
