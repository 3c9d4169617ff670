import { GetObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { LedgerError } from "./errors";
import type { LedgerStore, Stored } from "./store";

const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;

/**
 * A document in S3, written conditionally. S3 answers 412 where the object is another by now, 409 where a
 * write of somebody else's has just got in between, and 404 where it was deleted since.
 * Source: S3 documentation, conditional writes.
 */
export class S3Store implements LedgerStore {
  readonly address: string;
  private readonly client: S3Client;

  constructor(
    private readonly bucket: string,
    private readonly key: string,
    region?: string,
  ) {
    this.address = `s3://${bucket}/${key}`;
    this.client = new S3Client({
      ...(region !== undefined && { region }),
      requestHandler: {
        connectionTimeout: CONNECTION_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        throwOnRequestTimeout: true,
      },
    });
  }

  async read(): Promise<Stored | undefined> {
    try {
      const { Body, ETag } = await this.client.send(
        new GetObjectCommand({ Bucket: this.bucket, Key: this.key }),
      );
      if (Body === undefined || ETag === undefined) throw new Error("the answer has no body or no ETag");
      return { content: await Body.transformToString("utf-8"), version: ETag };
    } catch (error) {
      if (error instanceof S3ServiceException && error.name === "NoSuchKey") return undefined;
      throw this.failure("read", error);
    }
  }

  async write(content: string, version: string | undefined): Promise<string | undefined> {
    try {
      const { ETag } = await this.client.send(
        new PutObjectCommand({
          Bucket: this.bucket,
          Key: this.key,
          Body: content,
          ContentType: "application/json",
          ...(version === undefined ? { IfNoneMatch: "*" } : { IfMatch: version }),
        }),
      );
      if (ETag === undefined) throw new Error("the answer has no ETag");
      return ETag;
    } catch (error) {
      if (error instanceof S3ServiceException) {
        const { name, $metadata } = error;
        const status = $metadata.httpStatusCode;
        if (status === 412 || status === 409 || name === "NoSuchKey") return undefined;
      }
      throw this.failure("write", error);
    }
  }

  private failure(verb: "read" | "write", error: unknown): LedgerError {
    const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
    const advice = /AccessDenied|Forbidden/.test(name)
      ? `The role needs s3:GetObject and s3:PutObject on it, and s3:ListBucket on the bucket: without that, a ` +
        "ledger that is not there yet looks like one that may not be read"
      : "It is tried again with the next event or schedule; check that the bucket exists and can be reached";
    return new LedgerError(
      "LEDGER_UNREACHABLE",
      `can't ${verb} the ledger ${this.address}: ${message} (${name}). ${advice}`,
      error,
    );
  }
}
