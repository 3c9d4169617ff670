import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

/** A port that is free on every loopback address, as far as one can know. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
