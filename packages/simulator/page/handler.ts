import { randomBytes } from "node:crypto";
import type { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Firewall } from "../firewall";
import type { RequestRecord } from "../http/record";
import { pageHtml } from "./html";
import { pageState } from "./state";

/**
 * Serves the page at `/`, its data at `/state`, and `/events`, which says when the data changed. There
 * is no login, so only this machine gets it, and only under a name of its own (a web page elsewhere
 * could otherwise point a name of its own here).
 */
export function pageHandler(
  firewall: Firewall,
  requests: readonly RequestRecord[],
  changes: EventEmitter,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const path = (request.url ?? "/").replace(/\?.*$/s, "");
    response.setHeader("cache-control", "no-store");
    response.setHeader("x-content-type-options", "nosniff");
    if (!isLocal(request)) return refuse(response, 403, "only for this machine, as localhost or 127.0.0.1");
    if (request.method !== "GET") return refuse(response, 405, "only GET");
    switch (path) {
      case "/":
        return page(response);
      case "/state":
        response.setHeader("content-type", "application/json; charset=UTF-8");
        response.end(JSON.stringify(pageState(firewall, requests)));
        return;
      case "/events":
        return stream(response, changes);
      default:
        return refuse(response, 404, "not found");
    }
  };
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader("content-type", "text/plain; charset=UTF-8");
  response.end(`${text}\n`);
}

/** Whether a request comes from this machine, under a name of its own. */
export function isLocal(request: IncomingMessage): boolean {
  const from = request.socket.remoteAddress ?? "";
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  return /^(::ffff:)?127\.|^::1$/.test(from) && ["localhost", "127.0.0.1", "[::1]"].includes(host);
}

function page(response: ServerResponse): void {
  const nonce = randomBytes(16).toString("base64");
  response.setHeader("content-type", "text/html; charset=UTF-8");
  response.setHeader(
    "content-security-policy",
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'`,
  );
  response.end(pageHtml(nonce));
}

const CHANGES = ["request", "job", "pair"];

function stream(response: ServerResponse, changes: EventEmitter): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write("data: changed\n\n");
  const tell = (): void => void response.write("data: changed\n\n");
  for (const change of CHANGES) changes.on(change, tell);
  response.on("close", () => {
    for (const change of CHANGES) changes.off(change, tell);
  });
}
