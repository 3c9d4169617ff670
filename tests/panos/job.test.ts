import { expect } from "chai";
import { commitChanges, type CommitOptions } from "../../panos/commit";
import { waitForJob, type Job } from "../../panos/job";
import { PanosError } from "../../panos/error";
import { pushGroup, type PushOptions } from "../../panos/push";
import { DROP, failure, type ScriptedAnswer, type ScriptedDevice, scriptedDevice } from "./scripted";

const QUICK = { retries: 0 };
const NEVER = new Promise<ScriptedAnswer>(() => undefined);
const ENQUEUED = `<response status="success" code="19"><result><msg><line>Commit job enqueued with jobid 4</line></msg><job>4</job></result></response>`;
const NOT_FOUND = `<response status="error"><msg><line>job 4 not found</line></msg></response>`;

function job(
  status: string,
  result: string,
  progress: number,
  details = "",
  user = "aws-panos",
  type = "Commit",
): string {
  return `<job><tenq>t</tenq><id>4</id><user>${user}</user><type>${type}</type><status>${status}</status><result>${result}</result><progress>${progress}</progress><details>${details}</details><warnings></warnings></job>`;
}

const answer = (jobs: string) => `<response status="success"><result>${jobs}</result></response>`;
const OK = answer(job("FIN", "OK", 100, "<line>Configuration committed successfully</line>"));

describe("commit jobs", () => {
  let device: ScriptedDevice;
  afterEach(() => device.close());

  /** A device that gives these answers, one after the other; the last one goes on. */
  async function answering(
    ...answers: (ScriptedAnswer | Promise<ScriptedAnswer>)[]
  ): Promise<ScriptedDevice> {
    return (device = await scriptedDevice(() => (answers.length > 1 ? answers.shift() : answers[0]) ?? DROP));
  }

  const COMMON = {
    administrator: "aws-panos",
    scope: "own",
    description: "d",
    timeoutSeconds: 30,
  } as const;
  const commit = (options: Partial<CommitOptions> = {}, client = device.client({}, QUICK)) =>
    commitChanges(client, { ...COMMON, ...options });
  const push = (options: Partial<PushOptions> = {}, client = device.client({}, QUICK)) =>
    pushGroup(client, { ...COMMON, group: "cloud", ...options });
  const asked = () => device.requests.filter(({ parameters }) => parameters.get("type") === "commit").length;

  it("tell their progress until they have finished", async () => {
    await answering(answer(job("PEND", "PEND", 0)), answer(job("ACT", "PEND", 55)), OK);
    const told: string[] = [];
    const onProgress = ({ status, progress }: Job) => told.push(`${status} ${progress}`);
    await waitForJob(device.client({}, QUICK), "4", { timeoutSeconds: 30, onProgress });
    expect(told).to.deep.equal(["PEND 0", "ACT 55", "FIN 100"]);
  });

  const TIMED_OUT = '<response status="error" code="22"><msg><line>Session timed out</line></msg></response>';
  const KEYGEN = "<response status = 'success'><result><key>NEW==</key></result></response>";

  it("are followed on where the device ends its session with us, with the same key or a new login", async () => {
    await answering(answer(job("ACT", "PEND", 10)), TIMED_OUT, TIMED_OUT, TIMED_OUT, OK);
    const end = await waitForJob(device.client({}, QUICK), "4", { timeoutSeconds: 30 });
    expect(end.result).to.equal("OK");
    await device.close();

    let polls = 0;
    let logins = 0;
    device = await scriptedDevice(({ parameters, headers }) => {
      if (parameters.get("type") === "keygen") return logins++ === 0 ? KEYGEN.replace("NEW", "OLD") : KEYGEN;
      if (parameters.get("type") === "config") return NOT_FOUND;
      return polls++ > 0 && headers["x-pan-key"] === "OLD=="
        ? TIMED_OUT
        : polls > 2
          ? OK
          : answer(job("ACT", "PEND", 10));
    });
    const client = device.client({ username: "u", password: "p" }, QUICK);
    expect((await waitForJob(client, "4", { timeoutSeconds: 30 })).result).to.equal("OK");
    expect(logins).to.equal(2);
  });

  it("are looked for where that was the answer to the commit, before it is asked for again", async () => {
    await answering(TIMED_OUT, answer(job("ACT", "PEND", 10)), OK);
    expect((await commit())?.id).to.equal("4");
    expect(asked()).to.equal(1);
  });

  it("go on when the key ends, which is said", async () => {
    const expired =
      "<response status = 'error' code = '400'><result><msg>Key Expired</msg></result></response>";
    await answering(ENQUEUED, answer(job("ACT", "PEND", 10)), expired);
    const error = await failure(commit());
    expect(error.code).to.equal("KEY_EXPIRED");
    expect(error.message).to.include("commit job 4 can't be followed to its end, and goes on");
  });

  it("fail with the device's own details", async () => {
    await answering(
      ENQUEUED,
      answer(job("FIN", "FAIL", 100, "<line>Validation Error:</line><line> a is bad</line>")),
    );
    const error = await failure(commit());
    expect(error.code).to.equal("JOB");
    expect(error.message).to.contain("Validation Error:; a is bad");
  });

  it("go on through lost connections and a web server that is coming up again", async () => {
    await answering(ENQUEUED, answer(job("ACT", "PEND", 10)), DROP, { status: 503, body: "starting" }, OK);
    expect((await commit())?.result).to.equal("OK");
  });

  it("are never taken to be done because of an answer about another one", async () => {
    await answering(OK);
    const error = await failure(waitForJob(device.client({}, QUICK), "5", { timeoutSeconds: 0 }));
    expect(error.message).to.contain("asked for job 5").and.contain("job 4");
  });

  it("that a restart made the device forget are said to be lost, not failed and not done", async () => {
    await answering(ENQUEUED, answer(job("ACT", "PEND", 10)), NOT_FOUND);
    expect((await commit())?.result).to.equal("LOST");
  });

  it("that take too long are named with where they stand", async () => {
    await answering(ENQUEUED, answer(job("ACT", "PEND", 42)));
    const error = await failure(commit({ timeoutSeconds: 0 }));
    expect(error.code).to.equal("TIMEOUT");
    expect(error.message).to.contain("job 4").and.contain("42 %");
  });

  it("are looked for, not started twice, where the answer to the commit was lost", async () => {
    await answering(DROP, answer(job("ACT", "PEND", 10)), OK);
    expect((await commit())?.id).to.equal("4");
    expect(asked()).to.equal(1);
  });

  for (const [what, type, ask] of [
    ["commit", "Commit", commit],
    ["push", "CommitAll", push],
  ] as const) {
    it(`are looked for, not taken to have failed, where the answer to the ${what} didn't come in time`, async () => {
      const state = (status: string, result: string) =>
        answer(job(status, result, 10, "", "aws-panos", type));
      await answering(NEVER, state("ACT", "PEND"), state("FIN", "OK"));
      expect((await ask({}, device.client({}, { ...QUICK, deadlineMs: 250 })))?.id).to.equal("4");
      expect(asked()).to.equal(1);
    });
  }

  describe("of a push", () => {
    const ended = (...results: string[]) =>
      answer(
        job("FIN", "FAIL", 100, "", "aws-panos", "CommitAll").replace(
          "</job>",
          `<devices>${results.map((result, at) => `<entry><serial-no>${at}</serial-no><result>${result}</result></entry>`).join("")}</devices></job>`,
        ),
      );
    const results = (found: Job | undefined) => found?.devices.map(({ result }) => result);

    it("are followed until each firewall has ended, through lost connections", async () => {
      await answering(ENQUEUED, ended("PEND", "OK"), DROP, ended("", "OK"), ended("FAIL", "OK"));
      expect(results(await push())).to.deep.equal(["FAIL", "OK"]);
    });

    it("end as they are known when the time is over", async () => {
      await answering(ENQUEUED, ended("PEND", "OK"));
      expect(results(await push({ timeoutSeconds: 0 }))).to.deep.equal(["PEND", "OK"]);
      expect(device.requests).to.have.length(2);
    });

    it("end as they are known where the other one of a pair has taken over", async () => {
      const duringOutage = () => Promise.reject(new PanosError("UNSUPPORTED", "the other one is active"));
      await answering(ENQUEUED, ended("PEND"), DROP);
      expect(results(await push({ duringOutage }))).to.deep.equal(["PEND"]);
    });

    it("end as they are known where a restart made the device forget them", async () => {
      await answering(ENQUEUED, ended("PEND"), NOT_FOUND);
      expect(results(await push())).to.deep.equal(["PEND"]);
    });
  });

  it("of somebody else aren't taken for ours: the commit is asked for again", async () => {
    await answering(DROP, answer(job("ACT", "PEND", 10, "", "ann")), ENQUEUED, OK);
    expect((await commit())?.result).to.equal("OK");
    expect(asked()).to.equal(2);
  });

  it("of one administrator exclude everybody else's, the network's and the shared part", async () => {
    await answering('<response status="success" code="13"><msg>nothing</msg></response>');
    expect(await commit({ administrator: "a<b" })).to.equal(undefined);
    expect(device.requests[0]?.parameters.get("cmd")).to.equal(
      "<commit><description>d</description><partial><admin><member>a&lt;b</member></admin>" +
        "<device-and-network>excluded</device-and-network><shared-object>excluded</shared-object></partial></commit>",
    );
    await commit({ scope: "full" });
    expect(device.requests[1]?.parameters.get("cmd")).to.equal(
      "<commit><description>d</description></commit>",
    );
  });
});
