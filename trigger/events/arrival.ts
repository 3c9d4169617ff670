import { isRecord } from "../../lib/records";
import { readCloudTrailRecord } from "./cloudtrail";
import { readInstanceState } from "./instance-state";
import { isLogFile } from "./log-file";
import { BUILD_ENDS, BUILD_STATE_CHANGE, CLOUDTRAIL_EVENTS, OBJECT_CREATED, STATE_CHANGE } from "./names";
import type { Verdict, Watch } from "./verdict";

/** The one field of messages of our own. */
const OURS = "aws-panos-rules";

/** What the schedule says: look again, whether or not anything is known to have changed. */
export const SCHEDULE_MESSAGE = { [OURS]: "schedule" } as const;

/** What we say to ourselves, later: see in the ledger what is due. */
export const WAKE_MESSAGE = { [OURS]: "wake" } as const;

/** A log file of CloudTrail, as a notification names it. */
export interface LogFile {
  bucket: string;
  key: string;
}

/** What has arrived: an event and what it comes to, a file to be read, or a call to look. */
type Arrived = Verdict | { file: LogFile } | { signal: "schedule" | "wake" } | { buildEnded: string };

/** One thing that has arrived. */
export interface Arrival {
  /** The SQS message that it came in; several may have come in one. */
  message: string | undefined;
  /** Itself, without its wrapping: what a dead letter holds. */
  body: unknown;
  arrived: Arrived;
}

/** A message in an event in a message: more than ever occurs. */
const MAX_WRAPPINGS = 5;

/**
 * Everything in one invocation's input. Takes EventBridge's events, S3's notifications, CloudTrail's own
 * notifications and messages of our own; bare, or wrapped by SNS and SQS in any order.
 */
export function readArrivals(input: unknown, watch: Watch): Arrival[] {
  return unwrap({ body: input, message: undefined }, watch, 0);
}

type Wrapped = Pick<Arrival, "message" | "body">;

function unwrap(wrapped: Wrapped, watch: Watch, depth: number): Arrival[] {
  const is = (arrived: Arrived): Arrival[] => [{ ...wrapped, arrived }];
  if (depth > MAX_WRAPPINGS) return is({ malformed: "wrapped too often" });
  const within = (body: unknown, message = wrapped.message) => unwrap({ body, message }, watch, depth + 1);
  const { body } = wrapped;
  if (typeof body === "string") {
    const parsed = parse(body);
    return parsed === undefined ? is({ malformed: "not JSON" }) : within(parsed);
  }
  if (!isRecord(body)) return is({ malformed: "no JSON object" });
  const { Records: records } = body;
  if (Array.isArray(records)) {
    if (records.length === 0) return is({ dropped: "empty" });
    return records.flatMap((record: unknown) => {
      if (isRecord(record) && record["eventSource"] === "aws:sqs") {
        const { messageId } = record;
        return within(record["body"], typeof messageId === "string" ? messageId : undefined);
      }
      if (isRecord(record) && record["EventSource"] === "aws:sns" && isRecord(record["Sns"])) {
        return within(record["Sns"]["Message"]);
      }
      // A notification of its own each, so that a dead letter holds nothing but what was bad.
      return [{ message: wrapped.message, body: { Records: [record] }, arrived: readNotification(record) }];
    });
  }
  if (body["Type"] === "Notification" && "Message" in body) return within(body["Message"]);
  const { s3Bucket, s3ObjectKey } = body;
  if (typeof s3Bucket === "string" && Array.isArray(s3ObjectKey)) {
    return s3ObjectKey.map((key: unknown) => ({
      message: wrapped.message,
      body: { s3Bucket, s3ObjectKey: [key] },
      arrived: typeof key === "string" ? logFile(s3Bucket, key) : { malformed: "a file without a key" },
    }));
  }
  return is(readEvent(body, watch));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function readEvent(event: Record<string, unknown>, watch: Watch): Arrived {
  const ours = event[OURS];
  if (ours === "schedule" || ours === "wake") return { signal: ours };
  if (event["Event"] === "s3:TestEvent") return { dropped: "test message" };
  const type = event["detail-type"];
  if (typeof type !== "string") return { malformed: "no known form of event" };
  if (CLOUDTRAIL_EVENTS.some((known) => known === type)) {
    return readCloudTrailRecord(event["detail"], watch);
  }
  switch (type) {
    case STATE_CHANGE:
      return event["source"] === "aws.ec2" ? readInstanceState(event) : { dropped: "another service" };
    case "Scheduled Event":
      return { signal: "schedule" };
    case OBJECT_CREATED:
      return readObjectCreated(event["detail"]);
    case BUILD_STATE_CHANGE:
      return readBuild(event["detail"]);
    default:
      return { dropped: "another kind of event" };
  }
}

/** One of an S3 notification's records (S3 documentation: event message structure). */
function readNotification(record: unknown): Arrived {
  if (!isRecord(record) || record["eventSource"] !== "aws:s3")
    return { malformed: "no known form of record" };
  const { eventName, s3 } = record;
  if (typeof eventName !== "string" || !eventName.startsWith("ObjectCreated:")) {
    return { dropped: "another kind of event" };
  }
  const object = objectIn(s3);
  if (object === undefined) return NO_FILE;
  try {
    return logFile(object.bucket, decodeURIComponent(object.key.replaceAll("+", " ")));
  } catch {
    return { malformed: "a notification whose key can't be decoded" };
  }
}

/** The same from EventBridge, which does not encode the key. */
function readObjectCreated(detail: unknown): Arrived {
  const object = objectIn(detail);
  return object === undefined ? NO_FILE : logFile(object.bucket, object.key);
}

const NO_FILE = { malformed: "a notification without a file" };

function objectIn(value: unknown): LogFile | undefined {
  const { bucket, object } = isRecord(value) ? value : {};
  const name = isRecord(bucket) ? bucket["name"] : undefined;
  const key = isRecord(object) ? object["key"] : undefined;
  return typeof name === "string" && typeof key === "string" ? { bucket: name, key } : undefined;
}

function logFile(bucket: string, key: string): Arrived {
  return isLogFile(key) ? { file: { bucket, key } } : { dropped: "not a CloudTrail file" };
}

function readBuild(detail: unknown): Arrived {
  if (!isRecord(detail) || typeof detail["build-id"] !== "string") {
    return { malformed: "a build's state change without its id" };
  }
  return BUILD_ENDS.some((status) => status === detail["build-status"])
    ? { buildEnded: detail["build-id"] }
    : { dropped: "another kind of event" };
}
