import { expect } from "chai";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { approve } from "../../commands/approve/approve";
import { askedIn } from "../../commands/approve/asked";
import { approveTable } from "../../commands/approve/table";
import { parse } from "../../commands/framework/parse";
import { EXIT, UsageError } from "../../commands/framework";
import { Ec2Server } from "../support/ec2-server";
import { withEnvironment } from "../support/environment";
import { expectReadableRun } from "../support/golden";
import { S3Server } from "../support/s3-server";
import { FakeTerminal, runIn } from "../support/terminal";

const NOW = new Date("2026-11-21T02:14:00Z");
const read = (text: string) => {
  const args = text.split(" ").map((each) => each.replaceAll("_", " "));
  const given = parse(args, approveTable.options, undefined);
  if (given === "help") throw new Error("it was no question");
  return askedIn(given, NOW);
};

describe("npm run approve", () => {
  it("reads who, what and until when", () => {
    expect(
      read(
        "--store approvals --group sg-0a --permission ingress_tcp/22_203.0.113.7/24 --until 24h --once --for alice",
      ),
    ).to.deep.include({
      ...{ store: "approvals", group: "sg-0a", for: "alice", once: true, until: "2026-11-22T02:14:00.000Z" },
      permission: {
        ...{ kind: "opens", direction: "ingress", text: "tcp/22", end: "203.0.113.0/24" },
        traffic: { protocol: "tcp", fromPort: 22, toPort: 22 },
      },
    });
    expect(
      read(
        "--stack prod --group sg-0a --ticket CHG-1234 --permission any_0.0.0.0/0 --until 2026-12-01T00:00:00Z",
      ),
    ).to.deep.include({ ticket: "CHG-1234", once: false });
    const list = `--store approvals --group sg-0a --permission tcp/22_pl-0a --until 1h --entries ${"0".repeat(64)}`;
    expect(read(list)).to.have.deep.property("permission", {
      ...{ kind: "opens", direction: "ingress", text: "tcp/22", end: "pl-0a", entries: "0".repeat(64) },
      traffic: { protocol: "tcp", fromPort: 22, toPort: 22 },
    });
    expect(read("--tag firewall-approved=yes --rule sgr-0a")).to.deep.equal({
      ...{ tag: "firewall-approved=yes", rule: "sgr-0a", region: undefined },
    });
  });

  it("says everything that is wrong at once", () => {
    const wrong = "--group web --permission tcp/22 --until 2020-01-01T00:00:00Z";
    for (const problem of ["--stack NAME", "--group:", "--permission", "--until:"]) {
      expect(() => read(wrong)).to.throw(UsageError, problem);
    }
    const ticket = "--store approvals --group sg-0a --ticket CHG-1234 --until 1h";
    expect(() => read(ticket)).to.throw(UsageError, "--ticket alone approves nothing");
    expect(() => read("--tag a=b --rule web")).to.throw(UsageError, "--rule: give");
    expect(() => read("--groop sg-0a")).to.throw(UsageError, "there is no --groop: did you mean --group?");
  });

  it("says who approves what, and where that is kept", async () => {
    const [s3, aws] = await Promise.all([S3Server.start(), Ec2Server.start()]);
    const restore = withEnvironment({ ...s3.env, AWS_ENDPOINT_URL_STS: aws.url });
    const { input } = new FakeTerminal();
    try {
      await expectReadableRun(join(__dirname, "golden"), "approved", async ({ output, environment }) => {
        const args =
          "--store s3://approvals/firewall --group sg-0ab9c37e7cf290ea4 --permission ingress_tcp/22_203.0.113.7/24 " +
          "--until 2099-12-01T00:00:00Z --ticket CHG-1234 --for alice --once";
        const given = args.split(" ").map((each) => each.replaceAll("_", " "));
        const errors = new FakeTerminal();
        const masked = new PassThrough();
        const terminal = { input, errors: errors.output, folder: ".", environment };
        const shown = Object.assign(masked, {
          isTTY: true,
          columns: (output as { columns?: number }).columns,
        });
        const code = await approve.run(given, { ...terminal, output: shown });
        expect([code, errors.seen]).to.deep.equal([0, ""]);
        output.write(
          String(masked.read()).replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, "1".repeat(36)),
        );
      });
      expect([...s3.objects.keys()]).to.have.length(4);
    } finally {
      restore();
      await Promise.all([s3.stop(), aws.close()]);
    }
  });

  it("ends with 64 where arguments are wrong, and shows how to use it", async () => {
    const { code, text } = await runIn(".", approve, [], {}, "no secret is here");
    expect(code).to.equal(EXIT.usage);
    expect(text).to.include("npx aws-panos approve --stack NAME");
  });
});
