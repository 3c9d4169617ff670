import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import { filesAt, splitUrl, type Files } from "../../../trigger/runner/files";
import { StackLocks } from "../../../trigger/runner/locks";
import { needsMoto, Moto } from "../../support/moto";

// What the test's own clients say of the Node that runs them.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

/** What holds of every place. */
async function keepsFiles(files: Files): Promise<void> {
  expect(await files.list("some")).to.deep.equal([]);
  expect(await files.read("some/a.json")).to.equal(undefined);
  await files.write("some/a.json", "one");
  await files.write("some/a.json", "two");
  await files.write("some/deep/b.json", "b");
  await files.write("other.json", "o");
  expect(await files.read("some/a.json")).to.equal("two");
  expect(await files.list("some"))
    .to.include("a.json")
    .and.not.include("b.json")
    .and.not.include("other.json");
  await files.remove("some/a.json");
  await files.remove("some/a.json");
  expect(await files.read("some/a.json")).to.equal(undefined);
}

/** Locks as Pulumi leaves them there, and what else may be. */
async function knowsLocks(files: Files): Promise<void> {
  const folder = ".pulumi/locks/organization/rules/prod";
  const content = { pid: 7, username: "anna", hostname: "laptop", timestamp: "2026-11-20T10:00:00Z" };
  await files.write(`${folder}/a.json`, JSON.stringify(content));
  await files.write(`${folder}/b.json`, "not JSON");
  await files.write(`${folder}/b.json.attrs`, "{}");
  await files.write(".pulumi/locks/organization/rules/prod-2/c.json", "{}");
  const locks = new StackLocks(files, "rules", "prod");
  const unknown = { file: "b.json", pid: -1, username: "?", hostname: "?", timestamp: "?" };
  expect(await locks.list()).to.deep.equal([{ file: "a.json", ...content }, unknown]);
  await locks.remove("a.json");
  expect(await locks.list()).to.deep.equal([unknown]);
}

describe("files of the runner", function () {
  this.timeout(60_000);

  it("are kept in a folder, and locks are known there", async () => {
    const folder = await mkdtemp(join(tmpdir(), "aws-panos-files-"));
    const files = filesAt(`file://${folder}/beside`);
    await keepsFiles(files);
    await knowsLocks(files);
    await rm(folder, { recursive: true });
  });

  it("are nowhere else", () => {
    for (const url of ["https://bucket/x", "gs://bucket", "file://x", "s3:"]) {
      expect(() => filesAt(url), url).to.throw("is no place for files");
    }
  });

  it("are beside the ledger", () => {
    const split = (url: string) => Object.values(splitUrl(url)).join(" ");
    expect(split("s3://bucket/state/ledger.json?region=eu-central-1")).to.equal(
      "s3://bucket/state?region=eu-central-1 ledger.json",
    );
    expect(split("s3://bucket/ledger.json")).to.equal("s3://bucket/ ledger.json");
    expect(split("file:///tmp/a/ledger")).to.equal("file:///tmp/a ledger");
  });

  const moto = needsMoto();
  if (moto === undefined) return;

  it("are kept in a bucket, as Pulumi's URL names it, and locks are known there", async () => {
    const server = await Moto.start(moto);
    const before = { ...process.env };
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" });
    try {
      const client = new S3Client({ endpoint: server.url, region: "us-east-1", forcePathStyle: true });
      await client.send(new CreateBucketCommand({ Bucket: "states" }));
      const query = `region=us-east-1&endpoint=${new URL(server.url).host}&disableSSL=true&s3ForcePathStyle=true`;
      const files = filesAt(`s3://states/team?${query}`);
      expect(files.where("run.json")).to.equal("s3://states/team/run.json");
      await keepsFiles(files);
      await knowsLocks(files);
      const missing = await filesAt(`s3://nowhere?${query}`)
        .write("x", "y")
        .catch((error: unknown) => error);
      expect(missing).to.have.property("message").that.includes("s3://nowhere/x can't be used");
    } finally {
      process.env = before;
      await server.stop();
    }
  });
});
