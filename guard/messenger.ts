import { randomUUID } from "node:crypto";
import type { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { legible } from "./rules";
import { scanned } from "./scan";
import type { Said } from "./tell";

/** Where people, and what the team runs, are told. */
export type Channel = "topic" | "webhook";

/** Sends messages; rejects where it can't, and when the signal ends it. */
export type Send = (messages: readonly Said[], signal: AbortSignal) => Promise<void>;

/** So long a decision waits for its message at most. */
const LIMIT_MS = 1500;
/** For so long after a failure nothing more is tried, or each of many decisions would wait. */
const PAUSE_MS = 30_000;
const PREFIX = "untold#";
const BATCH = 10;

interface Kept {
  id: string;
  channel: Channel;
  message: string;
}

/**
 * Sends messages so that a decision neither waits for it nor is lost with it: what can't be sent in time is
 * kept in the guard's table, and sent when the schedule comes. A message may arrive twice.
 */
export class Messenger {
  private readonly pausedUntil = new Map<Channel, number>();

  constructor(
    private readonly channels: Readonly<Partial<Record<Channel, Send>>>,
    private readonly table: string,
    private readonly client: DynamoDBDocument,
    private readonly log: (line: string) => void,
  ) {}

  /** Sends or keeps. @throws Error where they can't be kept either */
  async send(channel: Channel, messages: readonly Said[]): Promise<void> {
    if (messages.length === 0 || this.channels[channel] === undefined) return;
    const isPaused = Date.now() < (this.pausedUntil.get(channel) ?? 0);
    if (!isPaused && (await this.isSent(channel, messages))) return;
    const at = new Date().toISOString();
    await Promise.all(
      messages.map((message) => {
        const kept: Kept = {
          id: `${PREFIX}${at}#${randomUUID()}`,
          channel,
          message: JSON.stringify(message),
        };
        return this.client.put({ TableName: this.table, Item: kept });
      }),
    );
  }

  /** Sends what is kept; what can't be sent now either stays. */
  async sendKept(): Promise<void> {
    const found = await scanned<Kept>(this.client, {
      TableName: this.table,
      ConsistentRead: true,
      FilterExpression: "begins_with(id, :prefix)",
      ExpressionAttributeValues: { ":prefix": PREFIX },
    });
    found.sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const channel of Object.keys(this.channels) as Channel[]) {
      const own = found.filter((each) => each.channel === channel);
      for (let first = 0; first < own.length; first += BATCH) {
        const batch = own.slice(first, first + BATCH);
        const messages = batch.map(({ message }) => JSON.parse(message) as Said);
        if (!(await this.isSent(channel, messages))) break;
        await Promise.all(batch.map(({ id }) => this.client.delete({ TableName: this.table, Key: { id } })));
      }
    }
  }

  private async isSent(channel: Channel, messages: readonly Said[]): Promise<boolean> {
    const signal = AbortSignal.timeout(LIMIT_MS);
    try {
      await this.channels[channel]?.(messages, signal);
      this.pausedUntil.delete(channel);
      return true;
    } catch (error) {
      this.pausedUntil.set(channel, Date.now() + PAUSE_MS);
      const reason = signal.aborted ? `it takes longer than ${LIMIT_MS} ms` : (error as Error).message;
      const what = { channel, messages: messages.length, reason: legible(reason, 500) };
      this.log(JSON.stringify({ guard: "untold", ...what, next: "kept, and sent when the schedule comes" }));
      return false;
    }
  }
}
