import { expect } from "chai";
import { InventoryError } from "../../inventory";
import type { DataSource } from "../../inventory/data-sources";
import { oneSecurityGroupRule } from "../../inventory/data-sources";
import { LookupReader } from "../../inventory/reader";

/** Milliseconds in place of a person's patience. */
const SOON = { untilWord: 20, untilAnswer: 150 };

describe("questions to data sources", () => {
  let said: string[];
  let reader: LookupReader | undefined;

  beforeEach(() => (said = []));
  afterEach(() => reader?.close());

  const made = () => {
    const hear = (text: string) => said.push(text);
    return (reader = new LookupReader(undefined, undefined, { info: hear, warn: hear }, SOON));
  };
  const source = (
    call: DataSource<object, string>["call"],
    more: Partial<DataSource<object, string>> = {},
  ) => ({
    ...{ call, what: "VPC", actions: ["ec2:DescribeVpcs"] },
    ...more,
  });
  const never = source(() => new Promise(() => undefined));
  const failure = async (asked: Promise<unknown>) => {
    const error: unknown = await asked.catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(InventoryError);
    return error as InventoryError;
  };

  it("say what is waited for, and are given up by the action's name", async () => {
    const asking = made();
    await asking.ask(
      source(() => Promise.resolve("first")),
      {},
    );
    const error = await failure(asking.ask(never, { id: "vpc-1" }));
    expect(error.message)
      .to.match(/^AWS inventory: reading VPC vpc-1: DescribeVpcs has no answer after \d+ s\./)
      .and.include("aws:maxRetries");
    expect(error.details.permission).to.equal("ec2:DescribeVpcs");
    expect(said[0]).to.match(/^still reading AWS .*: 1 answers, and waiting for DescribeVpcs \(VPC vpc-1\)/);
    // Whoever asks after that is told the same, and nothing is asked any more.
    expect(
      await failure(
        asking.ask(
          source(() => Promise.resolve("second")),
          { id: "vpc-2" },
        ),
      ),
    ).to.equal(error);
  });

  it("are not given up before a first answer, while the plugin may be on its way", async () => {
    const asking = made();
    const late = source(
      () => new Promise((resolve) => setTimeout(() => resolve("late"), 3 * SOON.untilAnswer)),
    );
    expect(await asking.ask(late, {})).to.equal("late");
    expect(said[0]).to.include("its plugin may have to be downloaded first").and.include("DescribeVpcs");
  });

  it("explain the error that the plugin shows of a rule that was revoked meanwhile", async () => {
    const call = () => Promise.reject(new Error("no matching Security Group Rule found"));
    const asking = made();
    const gone = { ...oneSecurityGroupRule, call };
    expect(await asking.find(gone, { securityGroupRuleId: "sgr-1" })).to.equal(undefined);
    expect(said).to.have.length(1);
    expect(said[0]).to.include("sgr-1 went while AWS was being read").and.include("no failure of this run");
  });

  it("end the run where a rule may not be read", async () => {
    const call = () => Promise.reject(new Error("api error UnauthorizedOperation: no"));
    const denied = { ...oneSecurityGroupRule, call };
    expect((await failure(made().find(denied, { securityGroupRuleId: "sgr-1" }))).code).to.equal(
      "ACCESS_DENIED",
    );
  });

  for (const [words, code, advice] of [
    [
      "rpc error: configuring Terraform AWS Provider: AWS account ID not allowed: 222222222222",
      "ACCOUNT_REFUSED",
      "credentials are of account 222222222222, which aws:allowedAccountIds or aws:forbiddenAccountIds rules out",
    ],
    [
      "Default provider for 'aws' disabled. 'aws:ec2/getVpcs:getVpcs' must use an explicit provider.",
      "LOOKUP_FAILED",
      "Set aws-panos-rules:inventory to ec2",
    ],
  ] as const) {
    it(`advise on "${words}"`, async () => {
      const refused = source(() => Promise.reject(new Error(words)));
      const error = await failure(made().ask(refused, {}));
      expect([error.code, error.message.includes(advice)]).to.deep.equal([code, true]);
    });
  }
});
