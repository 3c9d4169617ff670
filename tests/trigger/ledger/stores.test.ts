import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { Ledger } from "../../../trigger/ledger/ledger";
import { recordChanges } from "../../../trigger/ledger/record";
import { openStore } from "../../../trigger/ledger/open";
import { PROJECT_DIR } from "../../support/lab";
import { findMoto, Moto } from "../../support/moto";
import { S3Server } from "../../support/s3-server";
import { change, T0 } from "./ledger-steps";

const open = (address: string) => new Ledger(openStore(address), "prod", delay);
const record = (ledger: Ledger, id: string) =>
  ledger.update((document) => recordChanges(document, [change(id)], T0, 0));

/** Many writers at once, each with a connection of its own: nothing of any is lost. */
async function crowd(address: string): Promise<void> {
  await Promise.all(Array.from({ length: 8 }, (_, n) => record(open(address), `id-${n}`)));
  expect((await open(address).read()).waiting.changes).to.have.length(8);
}

describe("a ledger's address", () => {
  for (const address of ["", "ledger.json", "s3://bucket", "https://bucket/key", "file://host/folder"]) {
    it(`is not ${JSON.stringify(address)}`, () => {
      expect(() => openStore(address))
        .to.throw("s3://BUCKET/KEY")
        .with.property("code", "LEDGER_ADDRESS");
    });
  }
});

describe("a ledger in a folder", () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "aws-panos-ledger-"))));
  afterEach(() => rm(folder, { recursive: true }));

  it("keeps what many write at once", () => crowd(`file://${folder}/ledger`));

  it("keeps what processes write at once", async () => {
    const address = `file://${folder}/ledger`;
    const script = (name: string) => `
      require("./typescript.cjs");
      const { Ledger } = require("./trigger/ledger/ledger.ts");
      const { openStore } = require("./trigger/ledger/open.ts");
      const { recordChanges } = require("./trigger/ledger/record.ts");
      const ledger = new Ledger(openStore("${address}"), "prod", (ms) => new Promise((go) => setTimeout(go, ms)));
      (async () => {
        for (let n = 0; n < 10; n++) {
          const one = { id: "${name}-" + n, at: "2026-03-01T10:00:00Z", what: "x", account: "", region: "", subjects: [] };
          await ledger.update((document) => recordChanges(document, [one], Date.now(), 0));
        }
      })();`;
    await Promise.all(
      ["a", "b", "c"].map((name) =>
        promisify(execFile)(process.execPath, ["-e", script(name)], { cwd: PROJECT_DIR }),
      ),
    );
    expect((await open(address).read()).recent).to.have.length(30);
    expect((await readdir(join(folder, "ledger"))).filter((name) => name.endsWith(".tmp"))).to.be.empty;
  });
});

describe("a ledger in S3", () => {
  const ADDRESS = "s3://bucket/ledger.json";
  let s3: S3Server;
  const previous: NodeJS.ProcessEnv = {};
  const setEnv = (env: Record<string, string>) => {
    for (const [name, value] of Object.entries(env)) {
      previous[name] ??= process.env[name] ?? "";
      process.env[name] = value;
    }
  };
  beforeEach(async () => {
    s3 = await S3Server.start();
    setEnv(s3.env);
  });
  afterEach(async () => {
    await s3.stop();
    for (const [name, value] of Object.entries(previous)) {
      if (value === "") delete process.env[name];
      else process.env[name] = value;
    }
  });

  it("keeps what many write at once", () => crowd(ADDRESS));

  it("is written again where two writers met", async () => {
    s3.faults.push("conflict", "conflict");
    await record(open(ADDRESS), "a");
    expect(s3.writes).to.equal(3);
  });

  it("is begun anew where it was deleted meanwhile", async () => {
    const store = openStore(ADDRESS);
    expect(await store.write("{}", '"gone"')).to.be.undefined;
    await record(open(ADDRESS), "a");
    expect((await open(ADDRESS).read()).waiting.changes).to.have.length(1);
  });

  it("knows its own write again whose answer got lost", async () => {
    await record(open(ADDRESS), "a");
    s3.faults.push("lost-answer");
    let changes = 0;
    await open(ADDRESS).update((document) => {
      changes++;
      return { ...document, preview: `${document.preview ?? ""}+` };
    });
    expect((await open(ADDRESS).read()).preview).to.equal("+");
    expect(changes).to.equal(1);
  });

  it("is said to be out of reach where it stays so", async () => {
    s3.faults.push(...Array.from({ length: 20 }, () => "unavailable" as const));
    const failure = await record(open(ADDRESS), "a").catch((error: Error) => error);
    expect(failure).to.have.property("code", "LEDGER_UNREACHABLE");
    expect((failure as Error).message).to.contain(ADDRESS);
  });

  it("works the same with another's emulation of S3", async function () {
    const moto = findMoto();
    if (moto === undefined) {
      console.log("      skipped: moto is not installed");
      return this.skip();
    }
    const server = await Moto.start(moto);
    try {
      setEnv({ AWS_ENDPOINT_URL_S3: server.url });
      await new S3Client({}).send(
        new CreateBucketCommand({
          Bucket: "bucket",
          CreateBucketConfiguration: { LocationConstraint: "eu-central-1" },
        }),
      );
      await crowd(ADDRESS);
      expect(await openStore(ADDRESS).write("{}", '"0123"')).to.be.undefined;
      expect(await openStore(ADDRESS).write("{}", undefined)).to.be.undefined;
    } finally {
      await server.stop();
    }
  });
});
