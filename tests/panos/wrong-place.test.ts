import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { startSimulator, type Simulator } from "../../packages/simulator";
import { PanosClient } from "../../panos/client";
import type { Connection } from "../../panos/connection";
import { PanosError } from "../../panos/error";

/** What listens where the firewall was looked for: by what it does with a connection. */
const OTHERS: Record<string, (socket: Socket) => void> = {
  "closes at once": (socket) => socket.destroy(),
  "closes once it is asked": (socket) => void socket.once("data", () => socket.destroy()),
  "resets the connection": (socket) => void socket.once("data", () => socket.resetAndDestroy()),
  "is an SSH server": (socket) => void socket.write("SSH-2.0-OpenSSH_9.6\r\n"),
  "is a mail server": (socket) => void socket.write("220 mail.example.com ESMTP\r\n"),
  "says nothing": () => undefined,
  "answers in bytes": (socket) => void socket.once("data", () => socket.end(Buffer.alloc(64, 0x16))),
};
const STATUSES = [200, 204, 301, 302, 400, 401, 404, 405, 407, 426, 500, 501, 502, 503, 504];

describe("a wrong place for a firewall", () => {
  let simulator: Simulator;
  const servers: Server[] = [];
  before(async () => {
    simulator = await startSimulator({});
  });
  after(() => simulator.stop());
  afterEach(() => servers.splice(0).forEach((server) => server.close()));

  async function listening(server: Server): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  /** What a first request there fails of, as a run does with all its retries. */
  async function refusal(where: Partial<Connection>): Promise<PanosError> {
    const client = new PanosClient(
      {
        ...{ hostname: "127.0.0.1", port: 443, protocol: "https", vsys: "vsys1", apiKey: "s3cret" },
        ...{ skipVerifyCertificate: true, ...where },
      },
      { retries: 0, deadlineMs: 500 },
    );
    try {
      await client.op("<show><system><info></info></system></show>", true);
    } catch (error) {
      expect(error).to.be.instanceOf(PanosError);
      return error as PanosError;
    } finally {
      void client.close();
    }
    throw new Error("it was taken for one");
  }

  async function isNamed(where: Partial<Connection> & { port: number }): Promise<void> {
    const { message } = await refusal(where);
    expect(message).to.contain("panos:hostname, panos:port and panos:protocol").and.not.contain("s3cret");
  }

  for (const protocol of ["https", "http"] as const) {
    for (const [does, act] of Object.entries(OTHERS)) {
      it(`that ${does} is told by the settings that lead there, over ${protocol}`, async function () {
        this.timeout(15_000);
        const sockets: Socket[] = [];
        const server = createServer((socket) => {
          sockets.push(socket.on("error", () => undefined));
          act(socket);
        });
        const port = await listening(server);
        await isNamed({ protocol, port });
        sockets.forEach((socket) => socket.destroy());
      });
    }
  }

  it("that is the firewall's other port is told by them, too", async () => {
    await isNamed({ protocol: "https", port: simulator.httpPort });
    await isNamed({ protocol: "http", port: simulator.port });
  });

  it("that is a web server is told by them, whatever it answers", async () => {
    for (const status of STATUSES) {
      const server = createHttpServer((_, answer) =>
        answer.writeHead(status, { location: "/login" }).end("<html>"),
      );
      await isNamed({ protocol: "http", port: await listening(server) });
    }
  });

  it("speaks no https: a write is not said to have happened perhaps", async () => {
    const client = new PanosClient(
      {
        ...{ hostname: "127.0.0.1", port: simulator.httpPort, protocol: "https", vsys: "vsys1" },
        ...{ apiKey: "key", skipVerifyCertificate: true },
      },
      { retries: 0 },
    );
    const error = await client.delete("/config/x").catch((cause: unknown) => cause as PanosError);
    expect(error).to.have.property("code", "UNREACHABLE");
    await client.close();
  });

  it("whose certificate has other names is told so: no caFile helps against that", async () => {
    const everywhere = await startSimulator({ host: "0.0.0.0" });
    const folder = await mkdtemp(join(tmpdir(), "ca-"));
    try {
      const caFile = join(folder, "ca.pem");
      await writeFile(caFile, everywhere.certificate);
      const { message } = await refusal({
        ...{ hostname: "127.0.0.2", port: everywhere.port, skipVerifyCertificate: false, caFile },
      });
      expect(message)
        .to.contain("is for other names")
        .and.contain("Set panos:hostname to one")
        .and.not.contain("caFile");
    } finally {
      await everywhere.stop();
      await rm(folder, { recursive: true });
    }
  });
});
