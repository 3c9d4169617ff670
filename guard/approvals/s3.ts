import type { S3 } from "@aws-sdk/client-s3";
import { Slots } from "../../lib/pace";
import { storeFailure } from "./dynamo";
import type { Approval } from "./approval";
import type { Kept } from "./read";
import type { ApprovalStore } from "./store";

/** No approval takes more. A larger object is left unread. */
const MOST_BYTES = 16_384;
const AT_ONCE = 16;

/**
 * Approvals as objects of a bucket, `<prefix><identity>/<id>.json`: IAM can let everybody write under their own
 * identity alone, and who approved is what the object's key says, not its content.
 */
export class S3Approvals implements ApprovalStore {
  readonly name: string;

  /** @param prefix ends in a slash, or is empty */
  constructor(
    private readonly bucket: string,
    private readonly prefix: string,
    private readonly client: S3,
  ) {
    this.name = `s3://${bucket}/${prefix}`;
  }

  async all(): Promise<Kept[]> {
    try {
      const found: { Key: string; Size: number }[] = [];
      const place = { Bucket: this.bucket, Prefix: this.prefix };
      for (let next: string | undefined, more = true; more; more = next !== undefined) {
        const { Contents = [], NextContinuationToken } = await this.client.listObjectsV2({
          ...place,
          ...(next !== undefined && { ContinuationToken: next }),
        });
        for (const { Key, Size = 0 } of Contents) if (Key !== undefined) found.push({ Key, Size });
        next = NextContinuationToken;
      }
      const slots = new Slots(AT_ONCE);
      const kept = await Promise.all(found.map(({ Key, Size }) => slots.use(() => this.read(Key, Size))));
      return kept.filter((each) => each !== undefined);
    } catch (error) {
      throw storeFailure(this.name, "read", error, "s3:ListBucket and s3:GetObject");
    }
  }

  async add(approval: Approval): Promise<void> {
    try {
      await this.client.putObject({
        Bucket: this.bucket,
        Key: `${this.prefix}${approval.by}/${approval.id}.json`,
        Body: JSON.stringify(approval),
        ContentType: "application/json",
        IfNoneMatch: "*",
      });
    } catch (error) {
      throw storeFailure(this.name, "write", error, "s3:PutObject under your own identity");
    }
  }

  /** One object; undefined where it is none of an approval (`used/`: marks of an earlier version), or gone by now. */
  private async read(Key: string, size: number): Promise<Kept | undefined> {
    const [, by, id] = /^(.+)\/([^/]+)\.json$/.exec(Key.slice(this.prefix.length)) ?? [];
    if (by === undefined || id === undefined || by === "used") return undefined;
    if (size > MOST_BYTES) return { by, id, value: undefined };
    try {
      const { Body } = await this.client.getObject({ Bucket: this.bucket, Key });
      return { by, id, value: parsed((await Body?.transformToString()) ?? "") };
    } catch (error) {
      if ((error as Error).name === "NoSuchKey") return undefined;
      throw error;
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
