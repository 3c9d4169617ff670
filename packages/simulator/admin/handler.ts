import type { IncomingMessage, ServerResponse } from "node:http";
import { FaultError } from "../faults/fault";
import type { Faults } from "../faults/injection";
import { parseFaults } from "../faults/read";
import type { Firewall } from "../firewall";
import type { SessionRequest } from "../sessions/table";
import { isLocal } from "../page/handler";

const MAX_BODY = 1024 * 1024;

/** What the paths below /admin do; each answers with what becomes JSON. */
const COMMANDS: Record<string, (faults: Faults, firewall: Firewall, body: string, name?: string) => unknown> =
  {
    "GET /admin/faults": (faults) => ({ faults: faults.list(), fired: faults.fired }),
    "POST /admin/faults": (faults, _, body) => ({ added: faults.addAll(parseFaults(body, "request body")) }),
    "DELETE /admin/faults": (faults) => {
      faults.clear();
      return {};
    },
    "POST /admin/release": (faults, _firewall, _body, name) => {
      faults.release(name);
      return {};
    },
    "GET /admin/sessions": (_, { sessions }) => ({ sessions: sessions.all() }),
    "POST /admin/sessions": (_, { sessions }, body) => {
      try {
        return sessions.open(sessionRequest(body));
      } catch (error) {
        throw new FaultError("/admin/sessions", (error as Error).message);
      }
    },
    "POST /admin/fail-over": (_, { ha }) => {
      if (!ha) throw new FaultError("/admin/fail-over", "this firewall is not in an HA pair");
      try {
        ha.failOver();
      } catch (error) {
        throw new FaultError("/admin/fail-over", (error as Error).message);
      }
      return { states: ha.members.map(({ state }) => state) };
    },
  };

const SESSION_KEYS = {
  text: ["from", "to", "source", "destination", "application", "vsys"],
  number: ["protocol", "port", "sourcePort"],
};

/** @throws Error that names what is missing, of the wrong kind or unknown */
function sessionRequest(body: string): SessionRequest {
  const request = JSON.parse(body) as Record<string, unknown>;
  for (const [key, value] of Object.entries(request)) {
    const isRight = SESSION_KEYS.text.includes(key)
      ? typeof value === "string"
      : SESSION_KEYS.number.includes(key) && typeof value === "number";
    if (!isRight) throw new Error(`${key} is unknown or of the wrong kind: ${JSON.stringify(SESSION_KEYS)}`);
  }
  for (const key of ["from", "to", "source", "destination", "port"]) {
    if (request[key] === undefined) throw new Error(`${key} is missing`);
  }
  return request as unknown as SessionRequest;
}

/**
 * Serves /admin to this machine only; other paths go to `other`. A POST must be application/json: a web
 * page elsewhere can't send that here without being asked first.
 */
export function adminHandler(
  firewall: Firewall,
  faults: Faults,
  other: (request: IncomingMessage, response: ServerResponse) => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const [path = "", query = ""] = (request.url ?? "/").split(/\?(.*)/s);
    if (!path.startsWith("/admin/")) {
      other(request, response);
      return;
    }
    const command = COMMANDS[`${request.method ?? ""} ${path}`];
    if (!isLocal(request)) send(response, 403, { error: "only for this machine, as localhost or 127.0.0.1" });
    else if (!command) send(response, 404, { error: `there are ${Object.keys(COMMANDS).join(", ")}` });
    else if (request.method === "POST" && !/^application\/json\b/.test(request.headers["content-type"] ?? ""))
      send(response, 415, { error: "send it as content-type: application/json" });
    else {
      const name = new URLSearchParams(query).get("fault") ?? undefined;
      read(request)
        .then((body) => send(response, 200, command(faults, firewall, body, name)))
        .catch((error: unknown) => {
          if (error instanceof FaultError) send(response, 400, { error: error.message });
          else response.destroy();
        });
    }
  };
}

async function read(request: IncomingMessage): Promise<string> {
  let body = "";
  request.setEncoding("utf8");
  for await (const chunk of request as AsyncIterable<string>) {
    body += chunk;
    if (body.length > MAX_BODY) throw new FaultError("request body", "more than 1 MB");
  }
  return body;
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.statusCode = status;
  response.setHeader("content-type", "application/json; charset=UTF-8");
  response.setHeader("cache-control", "no-store");
  response.end(`${JSON.stringify(value)}\n`);
}
