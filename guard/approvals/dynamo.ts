import type { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { GuardError } from "../error";
import { isRefused } from "../record/store";
import { legible } from "../rules";
import { scanned } from "../scan";
import type { Approval } from "./approval";
import type { ApprovalStore } from "./store";

/** How long after its end an approval that nobody used is still there to be read about. */
const KEPT_AFTER_MS = 7 * 86_400_000;

/**
 * Approvals in a DynamoDB table of their own, with the keys `by` and `id`. Because `by` leads the key, IAM
 * can let everybody write under their own `aws:userid` alone (condition key dynamodb:LeadingKeys), so that
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

  async all(): Promise<Approval[]> {
    return this.asked("read", () =>
      scanned<Approval>(this.client, { TableName: this.table, ConsistentRead: true }),
    );
  }

  async add(approval: Approval): Promise<void> {
    const expires = Math.ceil((new Date(approval.until).getTime() + KEPT_AFTER_MS) / 1000);
    await this.asked("write", () =>
      this.client.put({
        TableName: this.table,
        Item: { ...approval, expires },
        ConditionExpression: "attribute_not_exists(id)",
      }),
    );
  }

  async use({ by, id }: Approval, used: NonNullable<Approval["used"]>): Promise<boolean> {
    try {
      // What stands because of it needs it for as long: it expires no more.
      await this.client.update({
        TableName: this.table,
        Key: { by, id },
        UpdateExpression: "SET used = :used REMOVE expires",
        ConditionExpression: "attribute_exists(id) AND (attribute_not_exists(used) OR used = :used)",
        ExpressionAttributeValues: { ":used": used },
      });
      return true;
    } catch (error) {
      if (isRefused(error)) return false;
      throw this.failure("write", error);
    }
  }

  private async asked<T>(verb: "read" | "write", send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      throw this.failure(verb, error);
    }
  }

  private failure(verb: "read" | "write", error: unknown): GuardError {
    return storeFailure(this.name, verb, error, verb === "read" ? "dynamodb:Scan" : "dynamodb:PutItem");
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
