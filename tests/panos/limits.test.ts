import { createServer } from "node:http";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import { PanosClient } from "../../panos/client";
import { connectionWarnings, type Connection } from "../../panos/connection";
import { PanosError } from "../../panos/error";
import { parseXml } from "../../panos/xml";

const CONNECTION: Connection = {
  ...{ hostname: "127.0.0.1", port: 1, protocol: "http", vsys: "vsys1", apiKey: "k" },
  skipVerifyCertificate: false,
};

async function failureOf(work: Promise<unknown>): Promise<PanosError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof PanosError) return error;
    throw error;
  }
  throw new Error("it succeeded");
}

/** Sends without an end, until nobody takes any more. */
function endless(response: ServerResponse, sent: (bytes: number) => void): void {
  const chunk = Buffer.alloc(256 * 1024, " ");
  response.writeHead(200, { "content-type": "application/xml" });
  const more = (): void => {
    let taken = true;
    while (taken && !response.destroyed) {
      taken = response.write(chunk);
      sent(chunk.length);
    }
  };
  response.on("drain", more);
  more();
}

describe("answers without an end", () => {
  let server: Server;
  let client: PanosClient;
  let bytes = 0;
  let requests = 0;
  let closed: Promise<void> = Promise.resolve();

  before(async () => {
    server = createServer((request, response) => {
      requests++;
      request.resume();
      closed = new Promise((resolve) => response.once("close", () => resolve()));
      endless(response, (more) => (bytes += more));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    client = new PanosClient({ ...CONNECTION, port: (server.address() as AddressInfo).port }, { retries: 3 });
  });
  after(async () => {
    await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const calls: [string, () => Promise<unknown>, code: string, mib: number][] = [
    ["a write", () => client.set("/config/shared", "<tag/>"), "AMBIGUOUS", 1],
    ["a commit", () => client.commit("<commit></commit>"), "AMBIGUOUS", 1],
    ["a multi-config", () => client.multiConfig([]), "AMBIGUOUS", 16],
    ["a read", () => client.get("/config"), "TOO_LARGE", 128],
  ];
  for (const [what, call, code, mib] of calls) {
    it(`end ${what} at ${mib} MiB with an error that says so, and are asked for once`, async () => {
      [bytes, requests] = [0, 0];
      const error = await failureOf(call());
      expect(error.code).to.equal(code);
      expect(error.message).to.contain(`the answer is longer than ${mib} MiB`);
      await closed;
      expect(requests).to.equal(1);
      // What the sockets' buffers hold beside it.
      expect(bytes).to.be.lessThan((mib + 32) * 1024 * 1024);
    });
  }
});

describe("an element of an answer", () => {
  const withAttributes = (count: number): string =>
    `<response>${`<a${Array.from({ length: count }, (_, at) => ` n${at}="v"`).join("")}/>`}</response>`;

  it("may have 64 attributes, and not more", () => {
    expect(Object.keys(parseXml(withAttributes(64)).children[0]?.attributes ?? {})).to.have.length(64);
    expect(() => parseXml(withAttributes(65))).to.throw("65 attributes, more than 64");
  });
});

describe("panos:caFile", () => {
  const directory = mkdtempSync(join(tmpdir(), "ca-"));
  const fileWith = (content: string | Buffer): string => {
    const file = join(directory, `${Math.random()}.pem`);
    writeFileSync(file, content);
    return file;
  };
  const open = (caFile: string): PanosClient => new PanosClient({ ...CONNECTION, protocol: "https", caFile });

  it("that holds no PEM certificate is an error, not the system's store", () => {
    const key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n";
    for (const content of [
      "",
      " \n",
      "hello",
      Buffer.from([0x30, 0x82, 1, 2]),
      key,
      "-----BEGIN CERTIFICATE-----\n",
    ]) {
      expect(() => open(fileWith(content)), String(content))
        .to.throw(PanosError, "holds no PEM certificate")
        .with.property("code", "SETTINGS");
    }
  });

  it("with a certificate that can't be read is an error that says which", async () => {
    const simulator = await startSimulator();
    try {
      const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
      const file = fileWith(`# ours\n${simulator.certificate}\n${broken}`);
      expect(() => open(file)).to.throw(PanosError, `${file}: its certificate number 2 can't be read`);
      await open(fileWith(`comment\n${simulator.certificate}${simulator.certificate}`)).close();
    } finally {
      await simulator.stop();
    }
  });
});

describe("a connection that somebody on the way can read", () => {
  it("is told: over http, or with a certificate that nobody looks at; a good one isn't", () => {
    expect(connectionWarnings(CONNECTION).join()).to.contain("panos:protocol is http");
    const https: Connection = { ...CONNECTION, protocol: "https" };
    expect(connectionWarnings({ ...https, skipVerifyCertificate: true }).join()).to.contain(
      "panos:skipVerifyCertificate is true",
    );
    expect(connectionWarnings(https)).to.deep.equal([]);
    expect(connectionWarnings({ ...CONNECTION, skipVerifyCertificate: true })).to.have.length(1);
  });
});
