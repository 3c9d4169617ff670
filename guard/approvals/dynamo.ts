import type { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { GuardError } from "../error";
import { legible } from "../rules";
import { scanned } from "../scan";
import type { Approval } from "./approval";
import type { Kept } from "./read";
import type { ApprovalStore } from "./store";

/** How long after its end an approval is still there to be read about. */
const KEPT_AFTER_MS = 7 * 86_400_000;

/**
 * Approvals in a DynamoDB table of their own, with the keys `by` and `id`. Because `by` leads the key, IAM
 * can let everybody write under their own identity alone (condition key dynamodb:LeadingKeys), so that
 * nobody approves in another's name.
 */
export class DynamoApprovals implements ApprovalStore {
  readonly name: string;

  constructor(
    private readonly table: string,
    private readonly client: DynamoDBDocument,
  ) {
    this.name = `the table ${table}`;
  }

  async all(): Promise<Kept[]> {
    try {
      const items = await scanned<Record<string, unknown>>(this.client, {
        TableName: this.table,
        ConsistentRead: true,
      });
      return items.map((value) => ({ by: String(value["by"]), id: String(value["id"]), value }));
    } catch (error) {
      throw storeFailure(this.name, "read", error, "dynamodb:Scan");
    }
  }

  async add(approval: Approval): Promise<void> {
    // One that is good once is needed for as long as what stands because of it.
    const expires = Math.ceil((new Date(approval.until).getTime() + KEPT_AFTER_MS) / 1000);
    try {
      await this.client.put({
        TableName: this.table,
        Item: approval.once ? approval : { ...approval, expires },
        ConditionExpression: "attribute_not_exists(id)",
      });
    } catch (error) {
      throw storeFailure(this.name, "write", error, "dynamodb:PutItem under your own identity");
    }
  }
}

export function storeFailure(
  name: string,
  verb: "read" | "write",
  error: unknown,
  right: string,
): GuardError {
  const { name: code, message } = error as Error;
  return new GuardError(
    "APPROVALS",
    `approvals can't be ${verb === "read" ? "read" : "written"} in ${name}: ${legible(`${code}: ${message}`, 400)}. ` +
      `Check its name, the region, and that ${right} is allowed on it`,
    { cause: error },
  );
}
