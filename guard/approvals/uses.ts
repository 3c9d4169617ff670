import type { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { GuardError } from "../error";
import { isRefused } from "../record/store";
import { legible } from "../rules";
import type { Approval, CountingApproval, Use } from "./approval";

/** What approvals that are good once were used for. Only the guard writes it: never who approves. */
export interface UseLedger {
  /** The uses of these, by `useKey`. @throws GuardError `APPROVALS` */
  of(approvals: readonly Pick<Approval, "by" | "id">[]): Promise<Map<string, Use>>;
  /**
   * Uses one up for a change.
   * @returns false where another change has used it by now
   * @throws GuardError `APPROVALS`
   */
  use(approval: Pick<Approval, "by" | "id">, use: Use): Promise<boolean>;
}

/** An approval's id is its writer's choice, so it tells it apart only together with the writer. */
export function useKey({ by, id }: Pick<Approval, "by" | "id">): string {
  return `${by}/${id}`;
}

const PREFIX = "used#";
const PAGE = 100;

/** Uses among the guard's records, in its own table with the key `id`, where only its role may write. */
export class DynamoUses implements UseLedger {
  constructor(
    private readonly table: string,
    private readonly client: DynamoDBDocument,
  ) {}

  async of(approvals: readonly Pick<Approval, "by" | "id">[]): Promise<Map<string, Use>> {
    const found = new Map<string, Use>();
    const ids = [...new Set(approvals.map(useKey))];
    try {
      for (let first = 0; first < ids.length; first += PAGE) {
        let keys: Record<string, unknown>[] = ids
          .slice(first, first + PAGE)
          .map((id) => ({ id: `${PREFIX}${id}` }));
        while (keys.length > 0) {
          const { Responses = {}, UnprocessedKeys = {} } = await this.client.batchGet({
            RequestItems: { [this.table]: { Keys: keys, ConsistentRead: true } },
          });
          for (const { id, event, rule, at } of Responses[this.table] ?? [])
            found.set(String(id).slice(PREFIX.length), {
              event: String(event),
              rule: String(rule),
              at: String(at),
            });
          keys = (UnprocessedKeys[this.table]?.Keys as Record<string, unknown>[] | undefined) ?? [];
        }
      }
      return found;
    } catch (error) {
      throw this.failure("read", error);
    }
  }

  async use(approval: Pick<Approval, "by" | "id">, use: Use): Promise<boolean> {
    try {
      await this.client.put({
        TableName: this.table,
        Item: { id: `${PREFIX}${useKey(approval)}`, ...use },
        ConditionExpression: "attribute_not_exists(id) OR #event = :event",
        ExpressionAttributeNames: { "#event": "event" },
        ExpressionAttributeValues: { ":event": use.event },
      });
      return true;
    } catch (error) {
      if (isRefused(error)) return false;
      throw this.failure("write", error);
    }
  }

  private failure(verb: string, error: unknown): GuardError {
    const { name, message } = error as Error;
    return new GuardError(
      "APPROVALS",
      `which approvals are used up can't be ${verb === "read" ? "read" : "written"} in the table ${this.table}: ` +
        legible(`${name}: ${message}`, 400),
      { cause: error },
    );
  }
}

/** Those that are good once with what they were used for. */
export function withUses(
  approvals: readonly CountingApproval[],
  uses: ReadonlyMap<string, Use>,
): CountingApproval[] {
  return approvals.map((approval) => {
    const used = approval.once ? uses.get(useKey(approval)) : undefined;
    return used === undefined ? approval : { ...approval, used };
  });
}
