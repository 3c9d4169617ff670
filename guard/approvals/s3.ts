import type { S3 } from "@aws-sdk/client-s3";
import { storeFailure } from "./dynamo";
import type { Approval } from "./approval";
import type { ApprovalStore } from "./store";

/**
 * Approvals as objects of a bucket, `<prefix><aws:userid>/<id>.json`: IAM can let everybody write under
 * their own `${aws:userid}/*` alone, and who approved is what the object's key says, not its content. What a
 * `once` was used for is an object of its own, which only one can make.
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

  async all(): Promise<Approval[]> {
    try {
      const keys: string[] = [];
      const place = { Bucket: this.bucket, Prefix: this.prefix };
      for (let next: string | undefined, more = true; more; more = next !== undefined) {
        const { Contents = [], NextContinuationToken } = await this.client.listObjectsV2({
          ...place,
          ...(next !== undefined && { ContinuationToken: next }),
        });
        keys.push(...Contents.flatMap(({ Key }) => Key ?? []));
        next = NextContinuationToken;
      }
      const used = new Set(keys.filter((key) => key.startsWith(`${this.prefix}used/`)));
      const found = keys
        .filter((key) => !used.has(key))
        .map((key) => ({ key, parts: /^([^/]+)\/([^/]+)\.json$/.exec(key.slice(this.prefix.length)) }));
      return await Promise.all(
        found.flatMap(({ key, parts }) => {
          const [, by, id] = parts ?? [];
          if (by === undefined || id === undefined) return [];
          return this.approval(key, by, id, used.has(this.usedKey(id)));
        }),
      );
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
      throw storeFailure(this.name, "write", error, "s3:PutObject under your own aws:userid");
    }
  }

  async use({ id }: Approval, used: NonNullable<Approval["used"]>): Promise<boolean> {
    const place = { Bucket: this.bucket, Key: this.usedKey(id) };
    try {
      await this.client.putObject({ ...place, Body: JSON.stringify(used), IfNoneMatch: "*" });
      return true;
    } catch (error) {
      if ((error as Error).name !== "PreconditionFailed") {
        throw storeFailure(this.name, "write", error, "s3:PutObject");
      }
      const known = JSON.parse(await this.text(place.Key)) as typeof used;
      return known.event === used.event && known.rule === used.rule;
    }
  }

  private async approval(key: string, by: string, id: string, isUsed: boolean): Promise<Approval> {
    const [text, used] = await Promise.all([
      this.text(key),
      isUsed ? this.text(this.usedKey(id)) : undefined,
    ]);
    const approval: Approval = { ...(JSON.parse(text) as Approval), by, id };
    // Whatever the object itself says of it.
    delete approval.used;
    return used === undefined
      ? approval
      : { ...approval, used: JSON.parse(used) as NonNullable<Approval["used"]> };
  }

  private async text(Key: string): Promise<string> {
    const { Body } = await this.client.getObject({ Bucket: this.bucket, Key });
    return (await Body?.transformToString()) ?? "";
  }

  private usedKey(id: string): string {
    return `${this.prefix}used/${id}.json`;
  }
}
