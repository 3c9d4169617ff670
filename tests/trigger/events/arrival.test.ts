import { expect } from "chai";
import fc from "fast-check";
import { readArrivals, SCHEDULE_MESSAGE, WAKE_MESSAGE } from "../../../trigger/events/arrival";
import {
  callEvent,
  envelope,
  IDS,
  logFileKey,
  s3Notification,
  snsBody,
  sqsInput,
  stateEvent,
} from "../../support/cloudtrail";

const WATCH = { ownRoles: [], tagKeys: [] };

const arrived = (input: unknown) => readArrivals(input, WATCH).map((arrival) => arrival.arrived);

const STOP = callEvent("StopInstances", { instancesSet: { items: [{ instanceId: IDS.instance }] } });
const KEY = logFileKey();
const FILE = { file: { bucket: "trail", key: KEY } };

describe("an invocation's input", () => {
  it("is EventBridge's event itself", () => {
    const [only, ...others] = arrived(STOP);
    expect(only).to.have.nested.property("change.what", "StopInstances");
    expect(others).to.be.empty;
  });

  it("is messages of a queue, each with its id", () => {
    const arrivals = readArrivals(sqsInput(STOP, stateEvent("running")), WATCH);
    expect(arrivals.map(({ message }) => message)).to.deep.equal(["message-0", "message-1"]);
    expect(arrivals[1]?.arrived).to.have.nested.property("change.what", "running");
  });

  it("is any of them wrapped by SNS", () => {
    expect(arrived(sqsInput(snsBody(STOP)))[0]).to.have.nested.property("change.what", "StopInstances");
    expect(arrived(sqsInput(snsBody(s3Notification("trail", KEY))))).to.deep.equal([FILE]);
    const toLambda = { Records: [{ EventSource: "aws:sns", Sns: snsBody(STOP) }] };
    expect(arrived(toLambda)[0]).to.have.nested.property("change.what", "StopInstances");
  });

  for (const state of ["pending", "running", "stopping", "stopped", "shutting-down", "terminated"]) {
    it(`is an instance that is now ${state}`, () => {
      expect(arrived(stateEvent(state))[0]).to.have.deep.nested.property("change.subjects", [IDS.instance]);
      expect(arrived(stateEvent(state))[0]).to.have.nested.property("change.what", state);
    });
  }

  describe("names log files of CloudTrail", () => {
    it("in S3's notification, bare or in a queue, several at once", () => {
      expect(arrived(s3Notification("trail", KEY, KEY))).to.deep.equal([FILE, FILE]);
      expect(arrived(sqsInput(s3Notification("trail", KEY)))).to.deep.equal([FILE]);
    });

    it("in EventBridge's event for a new object, and in CloudTrail's own notification", () => {
      const created = { version: "0", bucket: { name: "trail" }, object: { key: KEY, size: 5 } };
      expect(arrived(envelope("Object Created", "aws.s3", created))).to.deep.equal([FILE]);
      expect(arrived(sqsInput(snsBody({ s3Bucket: "trail", s3ObjectKey: [KEY] })))).to.deep.equal([FILE]);
    });

    it("whose keys S3 encodes", () => {
      const [file] = arrived(s3Notification("trail", `of+%C3%BCs%2B/${KEY}`));
      expect(file).to.deep.equal({ file: { bucket: "trail", key: `of üs+/${KEY}` } });
    });

    it("under any prefix of the bucket's", () => {
      for (const prefix of ["CloudTrail", "CloudTrail-Digest", "a/CloudTrail-Insight/b"]) {
        const key = `${prefix}/${KEY}`;
        expect(arrived(s3Notification("trail", key))).to.deep.equal([{ file: { bucket: "trail", key } }]);
      }
    });

    it("and none that are digests, Insights, anything else, or gone", () => {
      const others = [
        logFileKey("CloudTrail-Digest"),
        logFileKey("CloudTrail-Insight"),
        "AWSLogs/readme.txt",
        // A prefix of the bucket's, whatever it is called.
        `CloudTrail/${logFileKey("CloudTrail-Digest")}`,
        `logs/CloudTrail/${logFileKey("CloudTrail-Insight")}`,
        `CloudTrail/${logFileKey("CloudTrail-Aggregated")}`,
        logFileKey("CloudTrail-Digest").replace("/CloudTrail-Digest/", "/CloudTrail/"),
      ];
      for (const key of others) {
        expect(arrived(s3Notification("trail", key))).to.deep.equal([{ dropped: "not a CloudTrail file" }]);
      }
      const { Records: records } = s3Notification("trail", KEY);
      const gone = { Records: records.map((record) => ({ ...record, eventName: "ObjectRemoved:Delete" })) };
      expect(arrived(gone)).to.deep.equal([{ dropped: "another kind of event" }]);
    });
  });

  it("is the schedule, by a message of ours or as EventBridge's own", () => {
    expect(arrived(SCHEDULE_MESSAGE)).to.deep.equal([{ signal: "schedule" }]);
    expect(arrived(sqsInput(SCHEDULE_MESSAGE))).to.deep.equal([{ signal: "schedule" }]);
    expect(arrived(envelope("Scheduled Event", "aws.events", {}))).to.deep.equal([{ signal: "schedule" }]);
  });

  it("is a message to ourselves", () => {
    expect(arrived(sqsInput(WAKE_MESSAGE))).to.deep.equal([{ signal: "wake" }]);
  });

  it("is the end of a build, not its beginning", () => {
    const build = "arn:aws:codebuild:eu-central-1:123456789012:build/panos:8745a7a9";
    const change = (status: string) =>
      envelope("CodeBuild Build State Change", "aws.codebuild", {
        "build-status": status,
        "project-name": "panos",
        "build-id": build,
      });
    for (const end of ["SUCCEEDED", "FAILED", "STOPPED", "TIMED_OUT", "FAULT"]) {
      expect(arrived(change(end))).to.deep.equal([{ buildEnded: build }]);
    }
    expect(arrived(change("IN_PROGRESS"))).to.deep.equal([{ dropped: "another kind of event" }]);
  });

  it("may hold what we have no use for", () => {
    expect(arrived(envelope("AWS Console Sign In via CloudTrail", "aws.signin", {}))).to.deep.equal([
      { dropped: "another kind of event" },
    ]);
    expect(arrived({ Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "trail" })).to.deep.equal([
      { dropped: "test message" },
    ]);
    expect(arrived(sqsInput({ Records: [] }))).to.deep.equal([{ dropped: "empty" }]);
  });

  it("may be malformed, which spoils nothing beside it", () => {
    const bad = ["{", "null", "[]", "7", "{}", { detail: {} }, { Records: [null] }, { "detail-type": 7 }];
    const arrivals = readArrivals(sqsInput(...bad, STOP), WATCH);
    expect(arrivals.slice(0, -1).every((arrival) => "malformed" in arrival.arrived)).to.be.true;
    expect(arrivals.at(-1)?.arrived).to.have.property("change");
  });

  it("keeps what was bad by itself, for the dead-letter queue", () => {
    const good = s3Notification("trail", KEY).Records[0];
    const bad = s3Notification("trail", "%E0%A4%A").Records[0];
    const [, second] = readArrivals(sqsInput({ Records: [good, bad] }), WATCH);
    expect(second).to.deep.equal({
      message: "message-0",
      body: { Records: [bad] },
      arrived: { malformed: "a notification whose key can't be decoded" },
    });
  });

  it("does not follow wrappings for ever", () => {
    let message: unknown = STOP;
    for (let times = 0; times < 10; times++) message = snsBody(message);
    expect(arrived(message)).to.deep.equal([{ malformed: "wrapped too often" }]);
  });

  it("never throws, whatever it is", () => {
    const known = fc.constantFrom("Records", "Type", "Message", "detail-type", "detail", "s3", "eventSource");
    const values = fc.oneof(fc.anything(), fc.json(), fc.constantFrom("aws:s3", "aws:sqs", "Notification"));
    const inputs = fc.oneof(fc.anything(), fc.dictionary(known, values));
    fc.assert(
      fc.property(inputs, (input) => void readArrivals(input, WATCH)),
      { numRuns: 1000 },
    );
    fc.assert(fc.property(inputs, (input) => void readArrivals({ Records: [input] }, WATCH)));
  });
});
