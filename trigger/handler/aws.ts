import { GetObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { cut, plainText } from "../../lib/text";
import { WAKE_MESSAGE, type LogFile } from "../events/arrival";
import { LogFileError, MAX_FILE_BYTES } from "../events/log-file";
import type { DeadLetter, Outbox } from "./dependencies";

const REQUESTS = { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true };

/** A message with its attributes: what every region takes (SQS documentation: quotas; newer ones are larger). */
const MAX_LETTER_BYTES = 250_000;
const MAX_REASON = 500;

/** Where the handler's own queue, its dead letters and its topic are. */
export interface Addresses {
  queueUrl: string;
  deadLetterQueueUrl: string;
  topicArn: string;
}

/** Messages by SQS, and to people by SNS. */
export class AwsOutbox implements Outbox {
  private readonly sqs = new SQSClient({ requestHandler: REQUESTS });
  private readonly sns = new SNSClient({ requestHandler: REQUESTS });

  constructor(private readonly addresses: Addresses) {}

  async wake(seconds: number): Promise<void> {
    await this.sqs.send(
      new SendMessageCommand({
        QueueUrl: this.addresses.queueUrl,
        MessageBody: JSON.stringify(WAKE_MESSAGE),
        DelaySeconds: seconds,
      }),
    );
  }

  async deadLetter({ body, reason }: DeadLetter): Promise<void> {
    await this.sqs.send(
      new SendMessageCommand({
        QueueUrl: this.addresses.deadLetterQueueUrl,
        MessageBody: letterBody(body),
        MessageAttributes: {
          reason: { DataType: "String", StringValue: cut(plainText(reason), MAX_REASON) || "malformed" },
        },
      }),
    );
  }

  async tell({ subject, text }: { subject: string; text: string }): Promise<void> {
    await this.sns.send(
      new PublishCommand({ TopicArn: this.addresses.topicArn, Subject: subject, Message: text }),
    );
  }
}

/** SQS refuses bodies that are empty, too long, or hold what XML 1.0 can't (SQS documentation: SendMessage). */
function letterBody(body: unknown): string {
  const text = typeof body === "string" ? body : (JSON.stringify(body) ?? "");
  const legible = text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
  // A character has at most three bytes for each of its UTF-16 units.
  return (
    cut(legible, Buffer.byteLength(legible) > MAX_LETTER_BYTES ? MAX_LETTER_BYTES / 3 : legible.length) ||
    "(empty)"
  );
}

/** Log files out of S3, wherever their buckets are. */
export class LogFiles {
  private readonly s3 = new S3Client({ requestHandler: REQUESTS, followRegionRedirects: true });

  /** @throws LogFileError where there will never be one; the SDK's own errors where it may be had later */
  async fetch({ bucket, key }: LogFile): Promise<Uint8Array> {
    try {
      const { Body, ContentLength = 0 } = await this.s3.send(
        new GetObjectCommand({ Bucket: bucket, Key: key }),
      );
      if (ContentLength > MAX_FILE_BYTES) {
        // Unread, the answer would keep its connection.
        (Body as { destroy?: () => void } | undefined)?.destroy?.();
        throw new LogFileError(`the file has ${ContentLength} bytes packed, more than ${MAX_FILE_BYTES}`);
      }
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    } catch (error) {
      if (error instanceof S3ServiceException && error.name === "NoSuchKey") {
        throw new LogFileError("the file is gone");
      }
      throw error;
    }
  }
}
