import { recordIn, listIn, optionalText } from "../aws/cloudtrail/fields";
import { cloudTrailRecord, type CloudTrailRecord } from "../aws/cloudtrail/record";

/** One thing that the function was called with. */
export interface Arrival {
  /** The SQS message that it came in. */
  message?: string;
  /** A record of CloudTrail, or a call to look at all groups; neither: it can't be read. */
  record?: CloudTrailRecord;
  refresh?: true;
  /** It has not come before, as far as SQS knows. */
  isFirst: boolean;
  body: unknown;
}

/** What the schedule, and the deployment once, say. */
export const REFRESH_MESSAGE = { guard: "refresh" } as const;

/** Everything in one invocation: EventBridge's events, bare or in SQS and SNS, and our own message. */
export function arrivalsIn(input: unknown): Arrival[] {
  const records = recordIn(input)["Records"];
  if (records === undefined) return [{ ...arrivalOf(input), isFirst: true }];
  return listIn(records).map((each) => {
    const { messageId, body, attributes } = recordIn(each);
    const message = optionalText(messageId);
    const isFirst = Number(recordIn(attributes)["ApproximateReceiveCount"] ?? 1) === 1;
    return { ...arrivalOf(body), isFirst, ...(message !== undefined && { message }) };
  });
}

function arrivalOf(body: unknown): Omit<Arrival, "isFirst"> {
  let value = body;
  for (let depth = 0; depth < 3; depth++) {
    if (typeof value === "string") value = parsed(value);
    const { Type: type, Message: inner } = recordIn(value);
    if (type !== "Notification") break;
    value = inner;
  }
  const event = recordIn(value);
  if (event["guard"] === REFRESH_MESSAGE.guard) return { refresh: true, body };
  const record = cloudTrailRecord(recordIn(event["detail"]));
  return record.name === undefined ? { body } : { record, body };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
