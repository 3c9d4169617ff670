import type { IncomingMessage, ServerResponse } from "node:http";
import type { Credentials } from "../accounts";
import type { Firewall } from "../firewall";
import type { Faults } from "../faults/injection";
import { BadRequest } from "../refusal";
import { answerRequest } from "./api";
import type { Parameters } from "./api";
import { httpError, key as keyAnswer } from "./answers";
import type { Answer } from "./answers";
import type { Holds } from "./holds";
import { multipartFields } from "./upload";
import { recordOf } from "./record";
import type { RequestRecord } from "./record";

const MAX_GET = 2048;
const MAX_POST = 5 * 1024 * 1024;

/** What the API of a firewall needs beside the firewall. */
export interface ApiParts {
  firewall: Firewall;
  holds: Holds;
  faults: Faults;
  note: (record: RequestRecord) => void;
}

/** Answers requests to /api with a firewall; other paths go to `other`. */
export function apiHandler(
  parts: ApiParts,
  other: (request: IncomingMessage, response: ServerResponse) => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const [path = "", query = ""] = (request.url ?? "/").split(/\?(.*)/s);
    if (path !== "/api" && path !== "/api/") {
      other(request, response);
      return;
    }
    serve(parts, request, response, query).catch((error: unknown) => {
      // A client that went away, or the simulator that stops.
      if (response.destroyed || isAbort(error)) {
        response.destroy();
        return;
      }
      // A fault of the simulator's own: say so instead of hanging.
      console.error(error);
      if (!response.headersSent) send(response, httpError(400, "internal error"), 500);
      else response.destroy();
    });
  };
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

async function serve(
  { firewall, holds, faults, note }: ApiParts,
  request: IncomingMessage,
  response: ServerResponse,
  query: string,
): Promise<void> {
  if (request.method !== "GET" && request.method !== "POST") {
    send(response, httpError(400, "Only GET and POST are allowed"), 405);
    return;
  }
  if (request.method === "GET" && (request.url ?? "").length > MAX_GET) {
    send(response, httpError(400, "Request-URI Too Long: use POST"), 414);
    return;
  }
  const body = request.method === "POST" ? await bodyOf(request) : "";
  if (body === undefined) {
    response.setHeader("connection", "close");
    send(response, httpError(400, "Request Entity Too Large"), 413);
    return;
  }
  const { "content-type": contentType = "" } = request.headers;
  const fields = contentType.startsWith("multipart/")
    ? multipartFields(body, contentType)
    : new URLSearchParams(body);
  const parameters = new Map([...new URLSearchParams(query), ...fields]);
  const { started } = firewall;
  let admin = identify(firewall, request, parameters);
  const seen = seenRequest(typeof admin === "string" ? admin : "", parameters);
  if ((await holds.pass(seen, "before")) === "drop") {
    response.destroy();
    return;
  }
  const injection = faults.begin(seen);
  const verdict = await injection.before();
  // What waited over a restart is lost with its connection.
  if (verdict === "drop" || firewall.started !== started) {
    note(recordOf(seen, { status: "none" }, injection.names));
    response.destroy();
    return;
  }
  if (verdict !== "go") {
    note(recordOf(seen, verdict, injection.names));
    send(response, verdict);
    return;
  }
  // A fault may just have ended the key.
  if (injection.names.length > 0) admin = identify(firewall, request, parameters);
  const answer = typeof admin === "string" ? answerFor(firewall, admin, parameters) : admin;
  note(recordOf(seen, answer, injection.names));
  const sent = await injection.after(answer);
  if (sent === "drop" || (await holds.pass(seen, "after")) === "drop") {
    response.destroy();
    return;
  }
  send(response, sent);
}

function answerFor(firewall: Firewall, admin: string, parameters: Parameters): Answer {
  if (parameters.get("type") !== "keygen") return answerRequest(firewall, admin, parameters);
  const password = parameters.get("password") ?? parameters.get("passwd") ?? "";
  try {
    return keyAnswer(firewall.accounts.keygen(admin, password));
  } catch (error) {
    if (error instanceof BadRequest) return httpError(error.httpStatus, error.message);
    throw error;
  }
}

/** Who asks; an answer instead when nobody that is known. */
function identify(firewall: Firewall, request: IncomingMessage, parameters: Parameters): string | Answer {
  if (parameters.get("type") === "keygen") return parameters.get("user") ?? "";
  try {
    return firewall.accounts.authenticate(credentials(request, parameters));
  } catch (error) {
    if (error instanceof BadRequest) return httpError(error.httpStatus, error.message);
    throw error;
  }
}

function credentials(request: IncomingMessage, parameters: Parameters): Credentials {
  const header = request.headers["x-pan-key"];
  const key = parameters.get("key") ?? (Array.isArray(header) ? header[0] : header);
  const basic = /^Basic\s+(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (basic === undefined) return { key };
  const [name = "", password = ""] = Buffer.from(basic, "base64").toString("utf8").split(/:(.*)/s);
  return { key, basic: { name, password } };
}

function seenRequest(admin: string, parameters: Parameters) {
  const pick = (name: string): Record<string, string> => {
    const value = parameters.get(name);
    return value === undefined ? {} : { [name]: value };
  };
  return {
    admin,
    type: parameters.get("type") ?? "",
    ...pick("action"),
    ...pick("xpath"),
    ...pick("cmd"),
    ...pick("target"),
    ...pick("element"),
  };
}

/** The body as text; undefined when it is longer than PAN-OS takes. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_POST) chunks.push(chunk);
  }
  return size > MAX_POST ? undefined : Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, answer: Answer, status = answer.httpStatus): void {
  if (answer.reason !== undefined && status === answer.httpStatus) response.statusMessage = answer.reason;
  if (answer.fileName !== undefined) {
    response.setHeader("content-disposition", `attachment; filename=${answer.fileName}`);
  }
  response.setHeader("content-type", answer.contentType ?? "application/xml; charset=UTF-8");
  response.setHeader("cache-control", "no-store");
  response.statusCode = status;
  if (answer.cut) sendPart(response, Buffer.from(answer.body), answer.cut);
  else response.end(answer.body);
}

function sendPart(
  response: ServerResponse,
  body: Buffer,
  { bytes, announced }: Required<Answer>["cut"],
): void {
  const part = body.subarray(0, bytes);
  if (announced) {
    response.end(part);
    return;
  }
  response.setHeader("content-length", body.length);
  response.flushHeaders();
  response.write(part, () => response.socket?.end());
}
