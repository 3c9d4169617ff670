import type { IncomingMessage, ServerResponse } from "node:http";

/** Answers 404 for every path beside the API's. */
export function notFound(_: IncomingMessage, response: ServerResponse): void {
  response.statusCode = 404;
  response.end("not found\n");
}
