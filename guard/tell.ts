import type { SNS } from "@aws-sdk/client-sns";
import type { Notice } from "./notice";
import { counted } from "../lib/text";

/** What people and the log are told. */
export interface Said {
  summary: string;
  escalated: boolean;
  outcome?: string;
}

/** SNS's limits: of a subject, of a message in a batch of ten, of messages in a batch. */
const SUBJECT = 100;
const MESSAGE = 25_000;
const BATCH = 10;

/** Publishes a message for each: a sentence, then the same facts. @throws Error where one is refused */
export async function publish(
  notices: readonly Said[],
  { sns, topic, signal }: { sns: Pick<SNS, "publishBatch">; topic: string; signal: AbortSignal },
): Promise<void> {
  for (let first = 0; first < notices.length; first += BATCH) {
    const batch: readonly Told[] = notices.slice(first, first + BATCH);
    const entries = batch.map((notice, index) => ({
      Id: String(index),
      Subject: subjectOf(notice),
      Message: messageText(notice).slice(0, MESSAGE),
      // To subscribe to part of it.
      MessageAttributes: Object.fromEntries(
        Object.entries({
          decision: notice.decision,
          outcome: notice.outcome,
          escalated: String(notice.escalated),
        })
          .filter(([, value]) => value !== undefined)
          .map(([key, value]) => [key, { DataType: "String", StringValue: value }]),
      ),
    }));
    const { Failed = [] } = await sns.publishBatch(
      { TopicArn: topic, PublishBatchRequestEntries: entries },
      { abortSignal: signal },
    );
    if (Failed.length > 0)
      throw new Error(`SNS refused ${counted(Failed.length, "message")}: ${Failed[0]?.Message}`);
  }
}

type Told = Said & Partial<Omit<Notice, keyof Said>>;

/** So many decisions of one event are told one by one in its message. */
const SHOWN = 20;

/** One message for each event, whatever it did at once: of several decisions, the first that needs a look leads. */
export function oneOfEach(notices: readonly Told[]): Told[] {
  const byEvent = new Map<string, Told[]>();
  for (const notice of notices) {
    const key = notice.event === undefined ? `${byEvent.size}` : `${notice.event.id} ${notice.group?.id}`;
    byEvent.set(key, [...(byEvent.get(key) ?? []), notice]);
  }
  return [...byEvent.values()].map((all) => {
    const [first] = all;
    if (all.length === 1 || first === undefined) return first!;
    const leading = all.find(({ escalated }) => escalated) ?? all.find(({ approve }) => approve) ?? first;
    const more = all.length > SHOWN ? [`and ${all.length - SHOWN} more`] : [];
    return {
      ...leading,
      summary: [...all.slice(0, SHOWN).map(({ summary }) => summary), ...more].join("\n"),
      escalated: all.some(({ escalated }) => escalated),
      what: [...all.slice(0, SHOWN).flatMap(({ what = [] }) => what), ...more],
    };
  });
}

/** SNS takes printable ASCII in subjects. */
function subjectOf({
  outcome = "isolation",
  group,
  escalated,
}: Said & Pick<Partial<Notice>, "group">): string {
  const text = `${escalated ? "LOOK: " : ""}guard: ${outcome} ${group?.id ?? ""}`;
  return text
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, SUBJECT)
    .trim();
}

/** The sentence, and the facts behind it, a line each. */
export function messageText({ summary, ...rest }: Told): string {
  const lines = [
    ["who", rest.who],
    ["from", [rest.from, rest.with].filter((each) => each !== undefined).join(", ")],
    ["what", rest.what?.join("; ")],
    ["event", rest.event && `${rest.event.name} at ${rest.event.at} (${rest.event.id})`],
    ["policy", rest.policy && `${rest.policy}: ${rest.decision}`],
    ["done", rest.outcome],
    ["approve", rest.approve],
  ].flatMap(([key, value]) =>
    value === undefined || value === "" ? [] : [`${String(key).padEnd(8)}${value}`],
  );
  return [summary, "", ...lines].join("\n");
}
