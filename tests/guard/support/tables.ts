import { DynamoDB, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";

/** Makes the guard's tables, `guard` and `approvals`, with the keys that the deployment gives them. */
export async function makeTables(access: DynamoDBClientConfig): Promise<DynamoDBDocument> {
  const dynamo = new DynamoDB(access);
  for (const [TableName, keys] of Object.entries({ guard: ["id"], approvals: ["by", "id"] })) {
    await dynamo.createTable({
      ...{ TableName, BillingMode: "PAY_PER_REQUEST" },
      KeySchema: keys.map((AttributeName, index) => ({
        AttributeName,
        KeyType: index === 0 ? "HASH" : "RANGE",
      })),
      AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    });
  }
  return DynamoDBDocument.from(dynamo);
}
