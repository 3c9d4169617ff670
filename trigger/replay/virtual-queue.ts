import type { BatchAnswer } from "../handler/handler";
import type { VirtualTime } from "./virtual-time";

export interface QueueOptions {
  /** How long messages are gathered for a batch, once there is one, in milliseconds. */
  window: number;
  /** How long an invocation may take. */
  timeout: number;
  /** When a message that was not done with comes again. */
  visibility: number;
  /** Invocations at a time. */
  concurrency: number;
  batchSize: number;
}

/** As the trigger is deployed. */
export const DEPLOYED: QueueOptions = {
  window: 10_000,
  timeout: 900_000,
  visibility: 5_400_000,
  concurrency: 2,
  batchSize: 1_000,
};

/** One invocation of the function, with Lambda's input. */
export type Invoke = (input: unknown, id: string, end: number) => Promise<BatchAnswer>;

interface Message {
  messageId: string;
  body: string;
}

/** An SQS queue and the Lambda that it feeds, in virtual time. */
export class VirtualQueue {
  invocations = 0;
  private readonly visible: Message[] = [];
  private running = 0;
  private gathering = false;
  private messages = 0;

  constructor(
    private readonly time: VirtualTime,
    private readonly options: QueueOptions,
    private readonly invoke: Invoke,
  ) {}

  send(body: string, delaySeconds = 0): void {
    const message = { messageId: `m-${++this.messages}`, body };
    if (delaySeconds === 0) this.appear(message);
    else this.time.at(this.time.now() + delaySeconds * 1000, () => this.appear(message));
  }

  private appear(...messages: Message[]): void {
    this.visible.push(...messages);
    this.gather();
  }

  private gather(): void {
    if (this.gathering || this.running >= this.options.concurrency || this.visible.length === 0) return;
    this.gathering = true;
    const isFull = this.visible.length >= this.options.batchSize;
    this.time.at(this.time.now() + (isFull ? 0 : this.options.window), () => {
      this.gathering = false;
      const batch = this.visible.splice(0, this.options.batchSize);
      if (batch.length > 0) void this.deliver(batch);
      this.gather();
    });
  }

  private async deliver(batch: Message[]): Promise<void> {
    const { timeout, visibility } = this.options;
    const received = this.time.now();
    this.running++;
    const input = {
      Records: batch.map(({ messageId, body }) => ({ messageId, body, eventSource: "aws:sqs" })),
    };
    const answered = this.invoke(input, `invocation-${++this.invocations}`, received + timeout).then(
      ({ batchItemFailures }) => new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)),
      () => "failed" as const,
    );
    // Lambda ends an invocation that doesn't end by itself.
    const failed = await Promise.race([answered, this.time.wait(timeout).then(() => "failed" as const)]);
    this.running--;
    const again = failed === "failed" ? batch : batch.filter(({ messageId }) => failed.has(messageId));
    if (again.length > 0) this.time.at(received + visibility, () => this.appear(...again));
    this.gather();
  }
}
