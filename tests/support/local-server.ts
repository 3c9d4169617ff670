import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Has a server listen on a free port of this machine alone. */
export async function listen(server: Server): Promise<void> {
  await once(server.listen(0, "127.0.0.1"), "listening");
}

/** Ends a server and whatever is connected to it. */
export async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await once(server.close(), "close");
}

export function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Identity and region for the AWS SDK, and nothing of the machine's own AWS settings. */
export const AWS_ACCESS = {
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_REGION: "eu-central-1",
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_EC2_METADATA_DISABLED: "true",
};

/**
 * A service that speaks AWS's JSON 1.1 protocol.
 * @param target what comes before the action in x-amz-target
 * @param answer one with `__type` is an error
 */
export function awsJsonServer(
  target: string,
  answer: (action: string, question: unknown, incoming: IncomingMessage) => object,
): Server {
  return createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const action = String(incoming.headers["x-amz-target"]).replace(`${target}.`, "");
      const answered = answer(action, JSON.parse(Buffer.concat(chunks).toString()), incoming);
      outgoing
        .writeHead("__type" in answered ? 400 : 200, { "content-type": "application/x-amz-json-1.1" })
        .end(JSON.stringify(answered));
    });
  });
}
