import type { DynamoDBDocument, ScanCommandInput } from "@aws-sdk/lib-dynamodb";

/** Every item that a scan finds, of all its pages. */
export async function scanned<T>(client: DynamoDBDocument, asked: ScanCommandInput): Promise<T[]> {
  const found: T[] = [];
  let from: ScanCommandInput["ExclusiveStartKey"];
  do {
    const { Items = [], LastEvaluatedKey } = await client.scan({
      ...asked,
      ...(from && { ExclusiveStartKey: from }),
    });
    found.push(...(Items as T[]));
    from = LastEvaluatedKey;
  } while (from !== undefined);
  return found;
}
