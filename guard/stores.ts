import { DynamoApprovals } from "./approvals/dynamo";
import { S3Approvals } from "./approvals/s3";
import type { Place } from "../aws/place";
import type { ApprovalStore } from "./approvals/store";
import { DynamoUses, type UseLedger } from "./approvals/uses";
import { DynamoRecords, type RecordStore } from "./record/store";

/** A service that doesn't answer is one that can't be read, and not a run that never ends. */
export const REQUESTS = { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true };

/** The flags that lead `npm run approve` to the store. */
export function approveFlags(address: string, { region }: Place): string {
  return `--store ${address}${region === undefined ? "" : ` --region ${region}`}`;
}

/** Opens the store of approvals. The SDK is loaded only where there is a guard. */
export async function approvalStore(address: string, place: Place): Promise<ApprovalStore> {
  const [, bucket, path = ""] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(address) ?? [];
  if (bucket === undefined) {
    return new DynamoApprovals(address, await documents(place));
  }
  const { S3 } = await import("@aws-sdk/client-s3");
  const prefix = path === "" || path.endsWith("/") ? path : `${path}/`;
  return new S3Approvals(bucket, prefix, new S3({ ...place, requestHandler: REQUESTS }));
}

/** Opens the guard's table: its records, and what approvals were used for. */
export async function guardTable(
  table: string,
  place: Place,
): Promise<{ records: RecordStore; uses: UseLedger }> {
  const client = await documents(place);
  return { records: new DynamoRecords(table, client), uses: new DynamoUses(table, client) };
}

export async function documents(place: Place) {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const [{ DynamoDBClient }, { DynamoDBDocument }] = await Promise.all([
    import("@aws-sdk/client-dynamodb"),
    import("@aws-sdk/lib-dynamodb"),
  ]);
  const marshallOptions = { removeUndefinedValues: true };
  const client = new DynamoDBClient({ ...place, maxAttempts: 5, requestHandler: REQUESTS });
  return DynamoDBDocument.from(client, { marshallOptions });
}
