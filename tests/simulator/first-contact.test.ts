import { expect } from "chai";
import { startSimulator } from "../../packages/simulator/index";
import type { Simulator } from "../../packages/simulator/index";
import { Client, RULES, ruleXml, send } from "./stock-client";

describe("simulator: a stock client's first contact", () => {
  let simulator: Simulator;
  let client: Client;

  before(async () => {
    simulator = await startSimulator();
    client = await Client.login(simulator);
  });
  after(() => simulator.stop());

  it("logs in, adds, reads, moves and deletes a rule, commits and follows the job", async () => {
    expect((await client.set(RULES, ruleXml("r1"))).code).to.equal("20");
    expect(simulator.candidateRules()).to.deep.equal(["cleanup", "r1"]);
    const moved = await client.config("move", `${RULES}/entry[@name='r1']`, {
      where: "before",
      dst: "cleanup",
    });
    expect(moved.text).to.equal(
      `<response status="success" code="20"><msg>command succeeded</msg></response>`,
    );
    expect(simulator.candidateRules()).to.deep.equal(["r1", "cleanup"]);
    expect(simulator.runningRules()).to.deep.equal(["cleanup"]);

    const job = await client.commitAndWait();
    expect(job.value("result")).to.equal("OK");
    expect(job.value("progress")).to.equal("100");
    expect(simulator.runningRules()).to.deep.equal(["r1", "cleanup"]);

    expect((await client.delete(`${RULES}/entry[@name="r1"]`)).code).to.equal("20");
    expect((await client.commitAndWait()).value("result")).to.equal("OK");
    expect(simulator.runningRules()).to.deep.equal(["cleanup"]);
  });

  it("answers keygen with PAN-OS's spacing, for GET and POST", async () => {
    for (const method of ["GET", "POST"] as const) {
      const reply = await send(simulator, { type: "keygen", user: "admin", password: "admin" }, { method });
      expect(reply.text).to.match(
        /^<response status = 'success'><result><key>[A-Za-z0-9=]+<\/key><\/result><\/response>$/,
      );
      expect(reply.contentType).to.equal("application/xml; charset=UTF-8");
    }
  });

  it("refuses a wrong password and a wrong key with 403 and a reason phrase", async () => {
    const wrong = [
      await send(simulator, { type: "keygen", user: "admin", password: "no" }),
      await send(
        simulator,
        { type: "op", cmd: "<show><system><info/></system></show>" },
        { key: "nonsense" },
      ),
    ];
    for (const reply of wrong) {
      expect(reply.httpStatus).to.equal(403);
      expect(reply.httpReason).to.equal("Invalid Credential");
      expect(reply.text).to.equal(
        "<response status = 'error' code = '403'><result><msg>Invalid Credential</msg></result></response>",
      );
    }
  });
});
