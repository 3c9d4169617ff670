import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;
type Kind = "https" | "http";

const KINDS: readonly Kind[] = ["https", "http"];

/** The two servers of a firewall, which can close for a while and come back on the same ports. */
export class Listeners {
  private readonly servers: Record<Kind, https.Server | http.Server>;
  private readonly ports: Record<Kind, number>;
  private isOver = false;

  constructor(
    private readonly host: string,
    certificate: { cert: string; key: string },
    ports: Record<Kind, number>,
    handlers: Record<Kind, Handler>,
  ) {
    this.ports = { ...ports };
    this.servers = { https: https.createServer(certificate), http: http.createServer() };
    for (const kind of KINDS) {
      this.servers[kind].on("request", handlers[kind]);
      // Longer than clients keep an idle connection, so that it isn't closed under a request of theirs.
      this.servers[kind].keepAliveTimeout = 60_000;
    }
  }

  /** Where it listens, or listened last. */
  port(kind: Kind): number {
    return this.ports[kind];
  }

  /** @throws the socket's error when a port can't be had */
  async open(): Promise<void> {
    for (const kind of KINDS) {
      const server = this.servers[kind];
      server.listen(this.ports[kind], this.host);
      await once(server, "listening");
      this.ports[kind] = (server.address() as AddressInfo).port;
    }
  }

  /** Like `open`, and waits for ports that somebody else took in the meantime. */
  async reopen(): Promise<void> {
    for (let attempt = 1; !this.isOver; attempt++) {
      try {
        await this.open();
        if (this.isOver) await this.close();
        return;
      } catch (error) {
        await this.close();
        const { code } = error as NodeJS.ErrnoException;
        if (code !== "EADDRINUSE" || attempt === 100) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** Refuses new connections and ends those there are. */
  async close(): Promise<void> {
    await Promise.all(
      KINDS.map(async (kind) => {
        const server = this.servers[kind];
        if (!server.listening) return;
        const closed = once(server, "close");
        server.close();
        server.closeAllConnections();
        await closed;
      }),
    );
  }

  /** Closes for good. */
  stop(): Promise<void> {
    this.isOver = true;
    return this.close();
  }
}
