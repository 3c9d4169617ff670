import type { Tell } from "./tell";

/** How long a person is left without a word, and how long one question may take, in milliseconds. */
export interface Patience {
  untilWord: number;
  untilAnswer: number;
}

/** The AWS provider repeats what AWS fails with up to 25 times, which takes minutes, and says nothing meanwhile. */
const PATIENCE: Patience = { untilWord: 15_000, untilAnswer: 60_000 };

/** A question that waits for its answer. */
interface Waiting {
  /** "DescribeVpcs: VPC vpc-0123". */
  what: string;
  since: number;
  giveUp: () => void;
}

/**
 * Watches questions that somebody else repeats: says what is waited for, and gives up on one that takes too long.
 * Nothing is given up before a first answer: until then the AWS provider may be on its way to this machine.
 */
export class Watch {
  private readonly waiting = new Set<Waiting>();
  private answered = 0;
  private answeredAt: number | undefined;
  private saidAt = performance.now();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly tell: Tell,
    private readonly patience: Patience = PATIENCE,
  ) {}

  /**
   * The answer, or the error where it takes too long.
   * @param tooLate makes that error, from the seconds that it took
   */
  async over<T>(what: string, ask: () => Promise<T>, tooLate: (seconds: number) => Error): Promise<T> {
    this.timer ??= setInterval(() => this.look(), this.patience.untilWord / 5).unref();
    const since = performance.now();
    let question: Waiting | undefined;
    const late = new Promise<never>((_, reject) => {
      question = { what, since, giveUp: () => reject(tooLate(secondsSince(since))) };
      this.waiting.add(question);
    });
    try {
      const answer = await Promise.race([ask(), late]);
      this.answered += 1;
      this.answeredAt ??= performance.now();
      return answer;
    } finally {
      if (question !== undefined) this.waiting.delete(question);
    }
  }

  close(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const [oldest] = this.waiting;
    if (oldest === undefined) return;
    const now = performance.now();
    if (now - this.saidAt > this.patience.untilWord) {
      this.saidAt = now;
      this.tell.info(
        this.answeredAt === undefined
          ? `waiting for the first answer of the AWS provider for ${secondsSince(oldest.since)} s (its plugin may have to ` +
              `be downloaded first): ${oldest.what}`
          : `still reading AWS through data sources: ${this.answered} answers, and waiting for ${oldest.what} for ` +
              `${secondsSince(oldest.since)} s`,
      );
    }
    if (this.answeredAt === undefined) return;
    for (const question of this.waiting) {
      const from = Math.max(question.since, this.answeredAt);
      if (now - from > this.patience.untilAnswer) question.giveUp();
    }
  }
}

function secondsSince(since: number): number {
  return Math.round((performance.now() - since) / 1000);
}
