import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { PanosClient, type ClientOptions } from "../../panos/client";
import type { Connection } from "../../panos/connection";
import { PanosError } from "../../panos/error";

/** A request as a scripted device gets it. */
export interface ScriptedRequest {
  url: string;
  headers: IncomingHttpHeaders;
  parameters: URLSearchParams;
}

/** Closes the connection without a word. */
export const DROP = Symbol("drop");

/** What it answers. */
export type ScriptedAnswer =
  string | { status: number; body: string; headers?: Record<string, string> } | typeof DROP;

export interface ScriptedDevice {
  port: number;
  requests: ScriptedRequest[];
  client(connection?: Partial<Connection>, options?: ClientOptions): PanosClient;
  close(): Promise<void>;
}

/** A device on a real socket that answers as a test says: for what the simulator never does by itself. */
export async function scriptedDevice(
  answer: (request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>,
): Promise<ScriptedDevice> {
  const requests: ScriptedRequest[] = [];
  const clients: PanosClient[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const parameters = new URLSearchParams(Buffer.concat(chunks).toString());
      const request = { url: incoming.url ?? "", headers: incoming.headers, parameters };
      requests.push(request);
      void Promise.resolve(answer(request)).then((scripted) => {
        if (scripted === DROP) return void incoming.socket.destroy();
        const { status, body, headers } =
          typeof scripted === "string" ? { status: 200, body: scripted, headers: {} } : scripted;
        outgoing
          .writeHead(status, { "content-type": "application/xml; charset=UTF-8", ...headers })
          .end(body);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    requests,
    client(connection = {}, options = {}) {
      const client = new PanosClient(
        {
          hostname: "127.0.0.1",
          port,
          protocol: "http",
          vsys: "vsys1",
          ...(connection.username === undefined && { apiKey: "key-1" }),
          skipVerifyCertificate: false,
          ...connection,
        },
        options,
      );
      clients.push(client);
      return client;
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The PanosError that a call ends with. */
export async function failure(promise: Promise<unknown>): Promise<PanosError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PanosError)) throw new Error(`expected a PanosError, got ${String(error)}`);
  return error;
}
