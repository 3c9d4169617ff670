import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { S3 } from "@aws-sdk/client-s3";
import { STS } from "@aws-sdk/client-sts";
import type { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { expect } from "chai";
import type { RunResult } from "../../packages/pulumi/stack";
import type { Approval } from "../../guard/approvals/approval";
import { DynamoApprovals } from "../../guard/approvals/dynamo";
import { begin } from "../../guard/record/observe";
import { DynamoRecords, recordKey } from "../../guard/record/store";
import { ACCOUNT } from "../guard/support/cloudtrail";
import { makeTables } from "../guard/support/tables";
import { account, groupId, ruleOf, type Permission } from "../support/account";
import { Ec2Server } from "../support/ec2-server";
import { freePort } from "../support/free-port";
import { Lab, PROJECT_DIR, said, succeeded } from "../support/lab";
import { awsJsonServer, listen, stop, urlOf } from "../support/local-server";
import { needsMoto, Moto } from "../support/moto";

process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const DATABASE: Permission = { group: 3, port: 3306 };

const POLICY = `mode: enforce
rules:
  - { name: ssh, when: { traffic: [tcp/22] }, then: hold, approvers: 2 }
  - { name: database, when: { traffic: [tcp/3306] }, then: revert }
approvers:
  roles: ["arn:aws:iam::${ACCOUNT}:role/reviewer"]
  namedSessions: ["arn:aws:iam::${ACCOUNT}:role/admin"]
`;
const REGION = "eu-central-1";
const SITE = { account: ACCOUNT, region: REGION };

describe("e2e: what waits for an approval", function () {
  const moto = needsMoto();
  if (moto === undefined) return;
  this.timeout(180_000);
  let server: Moto;
  let lab: Lab;
  let client: DynamoDBDocument;
  const people = new Map<string, Record<string, string>>();

  before(async () => {
    server = await Moto.start(moto);
    client = await makeTables(server.access());
    await new S3({ ...server.access(), forcePathStyle: true }).createBucket({
      ...{ Bucket: "approvals", CreateBucketConfiguration: { LocationConstraint: REGION } },
    });
    const sts = new STS(server.access());
    for (const RoleSessionName of ["alice", "bob", "mallory"]) {
      const RoleArn = `arn:aws:iam::${ACCOUNT}:role/reviewer`;
      const { Credentials } = await sts.assumeRole({ RoleArn, RoleSessionName });
      people.set(RoleSessionName, {
        AWS_ACCESS_KEY_ID: Credentials?.AccessKeyId ?? "",
        AWS_SECRET_ACCESS_KEY: Credentials?.SecretAccessKey ?? "",
        AWS_SESSION_TOKEN: Credentials?.SessionToken ?? "",
      });
    }
    lab = await Lab.open();
  });
  after(async () => {
    await lab?.close();
    await server?.stop();
  });

  /** Runs what a person types or copies, in the folder of the stack file. */
  async function types(who: string, command: string, env: Record<string, string> = {}) {
    const { scripts } = JSON.parse(readFileSync(join(PROJECT_DIR, "package.json"), "utf8")) as {
      scripts: { approve: string };
    };
    const words = scripts.approve
      .split(" ")
      .map((word) => (/\.c?[jt]s$/.test(word) ? join(PROJECT_DIR, word) : word));
    const script = words.join(" ");
    const child = spawn("sh", ["-c", command.replace(/^npm run approve --/, script)], {
      ...{ cwd: lab.directory, stdio: ["ignore", "pipe", "pipe"] },
      env: { ...process.env, ...server.env, ...people.get(who), ...env },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    }
    const [code] = (await once(child, "close")) as [number];
    return { code, output };
  }

  /** What a run warned of; outputs also show what is no longer so. */
  const warned = ({ diagnostics }: RunResult) => diagnostics.map(({ message }) => message).join("\n");
  const permission = ({ port }: Permission) => `--permission 'ingress tcp/${port} 203.0.113.0/24'`;
  const commandFor = (asked: Permission, store = "approvals") =>
    `npm run approve -- --store ${store} --region ${REGION} --group ${groupId(asked.group)} ${permission(asked)}`;
  const approvalsIn = async () => (await client.scan({ TableName: "approvals" })).Items as Approval[];

  it("is withheld and said until others than who made it approve it, also where approvals can't be read", async () => {
    const inventory = { ...account([WEB, SSH, DATABASE]), accountId: ACCOUNT };
    await lab.setAccount(inventory);
    // The guard has seen mallory make the rules for SSH and the database.
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/admin/mallory`;
    const by = { type: "AssumedRole", id: "AROAX:mallory", arn, role: "admin", session: "mallory" };
    const origin = { event: "event-1", at: "2026-11-21T02:14:07.000Z", by };
    for (const { id, ingress } of inventory.securityGroups.slice(1)) {
      await new DynamoRecords("guard", client).withRecord(recordKey(SITE, id), (record) => {
        begin(
          record,
          "2026-11-21T02:30:00.000Z",
          ingress.map((rule) => ({ ...rule, direction: "ingress", origin })),
        );
        return Promise.resolve({ keep: record, result: undefined });
      });
    }
    const policy = join(lab.directory, "guard.yaml");
    await writeFile(policy, POLICY);
    const guard = { policy, table: "guard", approvals: "approvals" };
    const settings = { "aws:region": REGION, "aws-panos-rules:guard": guard };
    const stack = await lab.stack({ settings, env: server.env });

    const previewed = said(succeeded(await stack.preview()));
    for (const [asked, missing, line] of [
      [SSH, "2 of 2 people's approvals", "guard.yaml:3 ssh"],
      [DATABASE, "an approval", "guard.yaml:4 database"],
    ] as const) {
      expect(previewed).to.include(
        `TCP port ${asked.port}, is withheld: it waits for ${missing}: ${line}. ${commandFor(asked)} --once --until 24h`,
      );
    }
    const approved = await types("bob", `${commandFor(DATABASE)} --once --until 24h`);
    expect(approved.output).to.match(
      /^bob approves opening ingress tcp\/3306 203\.0\.113\.0\/24 of sg-0a0003 for anybody else, once, until 20/,
    );
    for (const who of ["alice", "mallory"]) {
      const { code, output } = await types(
        who,
        `npm run approve -- --stack dev --group ${groupId(2)} ${permission(SSH)} --until 7d`,
      );
      expect(code, output).to.equal(0);
    }
    const kept = (await approvalsIn()).map(({ by, group, once }) => [
      by.replace(/^role\/\d+\/reviewer\/AROA\w+:/, ""),
      group,
      once,
    ]);
    expect(kept).to.have.deep.members([
      ["bob", groupId(3), true],
      ["alice", groupId(2), false],
      ["mallory", groupId(2), false],
    ]);
    const [one] = (await approvalsIn()).filter(({ group }) => group === groupId(2));
    const ended = {
      ...one!,
      id: "ended",
      by: `role/${ACCOUNT}/reviewer/AROAX:carol`,
      until: "2026-11-21T00:00:00.000Z",
    };
    await new DynamoApprovals("approvals", client).add(ended);

    const first = await lab.during(async () => succeeded(await stack.up()));
    expect(said(first.result)).to.include(
      "is withheld: it waits for 1 of 2 people's approvals: guard.yaml:3 ssh",
    );
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(DATABASE)]);

    expect((await types("bob", `${commandFor(SSH)} --once --until 24h`)).code).to.equal(0);
    const second = await lab.during(async () => succeeded(await stack.up()));
    expect(warned(second.result)).not.to.include("is withheld");
    expect(second.commits).to.equal(1);
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH), ruleOf(DATABASE)]);

    const denies = awsJsonServer("DynamoDB_20120810", () => ({
      __type: "com.amazon.coral.service#AccessDeniedException",
      message: "not authorized to perform: dynamodb:Scan",
    }));
    await listen(denies);
    const denied = { AWS_ENDPOINT_URL_DYNAMODB: urlOf(denies) };
    const third = said(succeeded(await stack.up({ env: denied })));
    await stop(denies);
    expect(third)
      .to.include("approvals can't be read in the table approvals: AccessDeniedException: not authorized")
      .and.include("Everything that would need an approval is withheld")
      .and.include("the guard's records can't be read: ")
      .and.include("waits for 2 of 2 people's approvals (approvals can't be read): guard.yaml:4 database");
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);

    const nowhere = { AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${await freePort()}` };
    const down = said(succeeded(await stack.preview({ env: nowhere })));
    expect(down).to.include("approvals can't be read in the table approvals: ").and.include("ECONNREFUSED");
    expect(down).to.include("3 of 3 people's approvals (approvals can't be read): guard.yaml:3 ssh");

    const store = "s3://approvals/guard/";
    for (const who of ["alice", "bob"]) {
      const { output } = await types(who, `${commandFor(SSH, store)} --once --until 24h`);
      expect(output).to.include(`It is kept in ${store} as `);
    }
    await lab.configure({
      settings: { ...settings, "aws-panos-rules:guard": { ...guard, approvals: store } },
    });
    const last = warned(succeeded(await stack.up()));
    expect(last)
      .to.include("waits for an approval: guard.yaml:4 database")
      .and.not.to.include("guard.yaml:3 ssh");
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
  });

  it("is not approved where AWS doesn't say who approves, or the store can't be written", async () => {
    const before = await approvalsIn();
    const sts = await Ec2Server.start();
    sts.refuse = () => ({ status: 403, code: "ExpiredToken", message: "the token has expired" });
    const unknown = await types("alice", `${commandFor(SSH)} --until 24h`, { AWS_ENDPOINT_URL_STS: sts.url });
    await sts.close();
    expect(unknown).to.deep.include({ code: 1 });
    expect(unknown.output).to.include(
      "nothing was approved: AWS doesn't say who you are (ExpiredToken: the token has expired). Check your AWS",
    );
    const elsewhere = await types("alice", `${commandFor(SSH, "no-such-table")} --until 24h`);
    expect(elsewhere).to.deep.include({ code: 1 });
    expect(elsewhere.output).to.include(
      "approvals can't be written in the table no-such-table: ResourceNotFound",
    );
    expect(await approvalsIn()).to.deep.equal(before);
  });
});
