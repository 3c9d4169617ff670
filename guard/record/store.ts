import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import type { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { GuardError } from "../error";
import { siteText, type Site } from "../reach";
import { scanned } from "../scan";
import { smaller } from "./compact";
import { emptyRecord, type GroupRecord } from "./types";

/** DynamoDB's limit for an item, less its other attributes. */
const MOST_BYTES = 390_000;
/** Longer than a handling takes; after that its holder is dead. */
const LEASE_MS = 30_000;
const RETRY_MS = 50;

/** What a group's record is kept under: its site first, whose records are begun and ended together. */
export function recordKey(site: Site, group: string): string {
  return `${siteText(site)}/${group}`;
}

export interface RecordStore {
  /**
   * Works on a group's record alone: nobody else does at the same time.
   * @param group as `recordKey` names it, here and below
   * @param work gives the record to keep; undefined: there is to be none
   * @throws GuardError `BUSY` where somebody else goes on with it
   */
  withRecord<T>(
    group: string,
    work: (record: GroupRecord) => Promise<{ keep: GroupRecord | undefined; result: T }>,
  ): Promise<T>;
  /** Records as they are, by group; those that there are. */
  read(groups: readonly string[]): Promise<Map<string, GroupRecord>>;
  /** Groups that there are records of. */
  known(): Promise<string[]>;
}

/**
 * Records in a DynamoDB table with the key `id`. A group's is one item: its content packed, and a lease of
 * who works on it.
 */
export class DynamoRecords implements RecordStore {
  constructor(
    private readonly table: string,
    private readonly client: DynamoDBDocument,
    private readonly patienceMs = 10_000,
  ) {}

  async withRecord<T>(
    group: string,
    work: (record: GroupRecord) => Promise<{ keep: GroupRecord | undefined; result: T }>,
  ): Promise<T> {
    const lease = randomUUID();
    const item = await this.leased(group, lease);
    const mine = { ConditionExpression: "lease = :lease", ExpressionAttributeValues: { ":lease": lease } };
    const place = { TableName: this.table, Key: { id: key(group) } };
    try {
      const { keep, result } = await work(unpacked(item["body"]));
      if (keep === undefined) await this.client.delete({ ...place, ...mine });
      else {
        await this.client.update({
          ...place,
          UpdateExpression: "SET body = :body REMOVE lease, leaseUntil",
          ConditionExpression: mine.ConditionExpression,
          ExpressionAttributeValues: { ":lease": lease, ":body": packed(group, keep) },
        });
      }
      return result;
    } catch (error) {
      if (isRefused(error))
        throw new GuardError("BUSY", `another handling of ${group} took longer than this one`);
      await this.client
        .update({ ...place, UpdateExpression: "REMOVE lease, leaseUntil", ...mine })
        .catch(() => undefined);
      throw error;
    }
  }

  async read(groups: readonly string[]): Promise<Map<string, GroupRecord>> {
    const found = new Map<string, GroupRecord>();
    for (let first = 0; first < groups.length; first += 100) {
      let keys: Record<string, unknown>[] = groups
        .slice(first, first + 100)
        .map((group) => ({ id: key(group) }));
      while (keys.length > 0) {
        const { Responses = {}, UnprocessedKeys = {} } = await this.client.batchGet({
          RequestItems: { [this.table]: { Keys: keys, ConsistentRead: true } },
        });
        for (const item of Responses[this.table] ?? []) {
          found.set(String(item["id"]).slice(PREFIX.length), unpacked(item["body"]));
        }
        keys = (UnprocessedKeys[this.table]?.Keys as Record<string, unknown>[] | undefined) ?? [];
      }
    }
    return found;
  }

  async known(): Promise<string[]> {
    const found = await scanned<{ id: string }>(this.client, {
      TableName: this.table,
      ProjectionExpression: "id",
      FilterExpression: "begins_with(id, :prefix)",
      ExpressionAttributeValues: { ":prefix": PREFIX },
    });
    return found.map(({ id }) => id.slice(PREFIX.length));
  }

  private async leased(group: string, lease: string): Promise<Record<string, unknown>> {
    for (const end = Date.now() + this.patienceMs; ; await delay(RETRY_MS)) {
      const now = Date.now();
      try {
        const { Attributes = {} } = await this.client.update({
          TableName: this.table,
          Key: { id: key(group) },
          UpdateExpression: "SET lease = :lease, leaseUntil = :until",
          ConditionExpression: "attribute_not_exists(lease) OR leaseUntil < :now",
          ExpressionAttributeValues: { ":lease": lease, ":until": now + LEASE_MS, ":now": now },
          ReturnValues: "ALL_NEW",
        });
        return Attributes;
      } catch (error) {
        if (!isRefused(error)) throw error;
        if (now > end)
          throw new GuardError("BUSY", `another handling of ${group} goes on; this event is tried again`);
      }
    }
  }
}

const PREFIX = "group#";

function key(group: string): string {
  return `${PREFIX}${group}`;
}

/** As much of a record as an item holds: it never keeps the guard from undoing a change. */
function packed(group: string, record: GroupRecord): Uint8Array {
  const whole = gzipSync(JSON.stringify(record));
  if (whole.length <= MOST_BYTES) return whole;
  for (const less of smaller(record)) {
    const body = gzipSync(JSON.stringify(less));
    if (body.length <= MOST_BYTES) return body;
  }
  throw new GuardError(
    "RECORD",
    `the record of ${group} takes more than the ${MOST_BYTES} bytes of an item in DynamoDB. Split the group: its ` +
      "changes can't be undone any more",
  );
}

function unpacked(body: unknown): GroupRecord {
  if (!(body instanceof Uint8Array)) return emptyRecord();
  // One that an earlier version kept may lack a field.
  return { ...emptyRecord(), ...(JSON.parse(gunzipSync(body).toString()) as Partial<GroupRecord>) };
}

/** Whether a condition didn't hold. */
export function isRefused(error: unknown): boolean {
  return error instanceof Error && error.name === "ConditionalCheckFailedException";
}
