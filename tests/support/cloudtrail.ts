import { gzipSync } from "node:zlib";
import { readLogFile } from "../../trigger/events/log-file";

/** The ids that fixtures are about. */
export const IDS = {
  instance: "i-0123456789abcdef0",
  instance2: "i-0123456789abcdef1",
  group: "sg-0123456789abcdef0",
  group2: "sg-0123456789abcdef1",
  rule: "sgr-0123456789abcdef0",
  rule2: "sgr-0123456789abcdef1",
  interface: "eni-0123456789abcdef0",
  attachment: "eni-attach-0123456789abcdef0",
  routeTable: "rtb-0123456789abcdef0",
  association: "rtbassoc-0123456789abcdef0",
  subnet: "subnet-0123456789abcdef0",
  vpc: "vpc-0123456789abcdef0",
  endpoint: "vpce-0123456789abcdef0",
  service: "vpce-svc-0123456789abcdef0",
  transitGateway: "tgw-0123456789abcdef0",
  transitTable: "tgw-rtb-0123456789abcdef0",
  transitAttachment: "tgw-attach-0123456789abcdef0",
  prefixList: "pl-0123456789abcdef0",
  gateway: "igw-0123456789abcdef0",
  vpnGateway: "vgw-0123456789abcdef0",
  peering: "pcx-0123456789abcdef0",
  allocation: "eipalloc-0123456789abcdef0",
  resolver: "ipam-pl-resolver-0123456789abcdef0",
} as const;

export const ACCOUNT = "123456789012";
export const REGION = "eu-central-1";

let serial = 0;

/** A UUID that no other fixture of this process has. */
function eventId(): string {
  return `3f2a0000-0000-4000-8000-${(++serial).toString(16).padStart(12, "0")}`;
}

export const ALICE = {
  type: "IAMUser",
  principalId: "AIDAEXAMPLE",
  arn: `arn:aws:iam::${ACCOUNT}:user/alice`,
  accountId: ACCOUNT,
  userName: "alice",
};

/** A session of a role, as CloudTrail records one. */
export function sessionOf(role: string, session: string): Record<string, unknown> {
  return {
    type: "AssumedRole",
    principalId: `AROAEXAMPLE:${session}`,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}`,
    accountId: ACCOUNT,
    sessionContext: {
      sessionIssuer: {
        type: "Role",
        principalId: "AROAEXAMPLE",
        arn: `arn:aws:iam::${ACCOUNT}:role/${role}`,
        accountId: ACCOUNT,
        userName: role,
      },
      attributes: { mfaAuthenticated: "false", creationDate: "2026-03-01T09:00:00Z" },
    },
  };
}

/** A record of CloudTrail for a call of EC2's API that succeeded. */
export function callRecord(
  eventName: string,
  requestParameters: unknown,
  fields: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    eventVersion: "1.11",
    userIdentity: ALICE,
    eventTime: "2026-03-01T10:00:00Z",
    eventSource: "ec2.amazonaws.com",
    eventName,
    awsRegion: REGION,
    sourceIPAddress: "198.51.100.7",
    userAgent: "aws-cli/2.27.0",
    requestParameters,
    responseElements: { requestId: "59dbff89-35bd-4eac-99ed-be587EXAMPLE", _return: true },
    requestID: "59dbff89-35bd-4eac-99ed-be587EXAMPLE",
    eventID: eventId(),
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: ACCOUNT,
    eventCategory: "Management",
    ...fields,
  };
}

/** EventBridge's envelope. */
export function envelope(
  detailType: string,
  source: string,
  detail: unknown,
  fields: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    version: "0",
    id: eventId(),
    "detail-type": detailType,
    source,
    account: ACCOUNT,
    time: "2026-03-01T10:00:01Z",
    region: REGION,
    resources: [],
    detail,
    ...fields,
  };
}

/** A call's event, as EventBridge delivers it. */
export function callEvent(...call: Parameters<typeof callRecord>): Record<string, unknown> {
  return envelope("AWS API Call via CloudTrail", "aws.ec2", callRecord(...call));
}

/** EC2's own notification of an instance's state. */
export function stateEvent(state: string, instance: string = IDS.instance): Record<string, unknown> {
  const detail = { "instance-id": instance, state };
  return envelope("EC2 Instance State-change Notification", "aws.ec2", detail, {
    resources: [`arn:aws:ec2:${REGION}:${ACCOUNT}:instance/${instance}`],
  });
}

/** Lambda's input with these messages of a queue; a body that is no string becomes JSON. */
export function sqsInput(...bodies: unknown[]): { Records: Record<string, unknown>[] } {
  return {
    Records: bodies.map((body, index) => ({
      messageId: `message-${index}`,
      receiptHandle: "AQEBEXAMPLE",
      body: typeof body === "string" ? body : JSON.stringify(body),
      attributes: { ApproximateReceiveCount: "1", SentTimestamp: "1772359201000" },
      messageAttributes: {},
      eventSource: "aws:sqs",
      eventSourceARN: `arn:aws:sqs:${REGION}:${ACCOUNT}:events`,
      awsRegion: REGION,
    })),
  };
}

/** What SNS sends to a queue. */
export function snsBody(message: unknown): Record<string, unknown> {
  return {
    Type: "Notification",
    MessageId: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    TopicArn: `arn:aws:sns:${REGION}:${ACCOUNT}:files`,
    Message: typeof message === "string" ? message : JSON.stringify(message),
    Timestamp: "2026-03-01T10:00:02.000Z",
  };
}

/** S3's notification of these files; keys as S3 encodes them. */
export function s3Notification(bucket: string, ...keys: string[]): { Records: Record<string, unknown>[] } {
  return {
    Records: keys.map((key) => ({
      eventVersion: "2.1",
      eventSource: "aws:s3",
      awsRegion: REGION,
      eventTime: "2026-03-01T10:05:00.000Z",
      eventName: "ObjectCreated:Put",
      s3: { s3SchemaVersion: "1.0", bucket: { name: bucket }, object: { key, size: 1024 } },
    })),
  };
}

/** The key of a log file. */
export function logFileKey(folder = "CloudTrail", unique = "x1Y2z3"): string {
  return (
    `AWSLogs/${ACCOUNT}/${folder}/${REGION}/2026/03/01/` +
    `${ACCOUNT}_${folder}_${REGION}_20260301T1005Z_${unique}.json.gz`
  );
}

/** A log file's content. */
export function logFile(records: unknown[]): Buffer {
  return gzipSync(JSON.stringify({ Records: records }));
}

/** What a log file holds. @param each sees every record in place of keeping it */
export function recordsOf(bytes: Uint8Array, each?: (index: number) => void): unknown[] {
  const records: unknown[] = [];
  let index = 0;
  for (const record of readLogFile(bytes)) {
    if (each === undefined) records.push(record);
    else each(index++);
  }
  return records;
}
