import { expect } from "chai";
import { Workshop } from "./harness";

describe("engine: data sources", () => {
  let shop: Workshop;
  before(async () => {
    shop = await Workshop.open("config:\n  aws:region: eu-west-1\n");
  });
  after(() => {
    shop.close();
  });

  it("are answered by the caller's handlers, in preview and in update", async () => {
    const invokes = [{ token: "aws:ec2/getVpc:getVpc", args: { id: "vpc-1" } }];
    const result = await shop.made({ invokes }, { skipPreview: false });
    expect(result.code).to.equal(0);
    const state = shop.state();
    expect(state["things-dev"]?.outputs?.["aws:ec2/getVpc:getVpc"]).to.deep.equal({
      id: "vpc-1",
      cidrBlock: "10.0.0.0/16",
    });
    // The package's default provider is in the state, as with the CLI.
    expect(state["default"]?.type).to.equal("pulumi:providers:aws");
    expect(state["default"]?.inputs).to.deep.equal({ region: "eu-west-1" });
  });

  it("fail as with the CLI where the handler fails or nobody answers, naming the token", async () => {
    const failing = await shop.up({ invokes: [{ token: "aws:ec2/getSubnet:getSubnet", args: {} }] });
    expect(failing.code).to.equal(1);
    expect(failing.stdout).to.include("no such subnet");
    const unknown = await shop.up({ invokes: [{ token: "aws:s3/getBucket:getBucket", args: {} }] });
    expect(unknown.code).to.equal(1);
    expect(unknown.stdout).to.include("aws:s3/getBucket:getBucket");
  });
});
