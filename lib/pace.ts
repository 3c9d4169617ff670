/** Time, so that a test need not wait for it. */
export interface Clock {
  /** Milliseconds from some fixed point. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/**
 * A token bucket, as EC2 itself counts requests. A taker who finds it empty goes into debt and waits until
 * the debt is refilled, so takers leave in the order in which they came.
 */
export class TokenBucket {
  private tokens: number;
  private refilledAt: number;

  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
    private readonly clock: Clock,
  ) {
    this.tokens = burst;
    this.refilledAt = clock.now();
  }

  /** Takes `count` tokens without waiting: for requests that turned out to have been made already. */
  charge(count: number): void {
    const now = this.clock.now();
    this.tokens =
      Math.min(this.burst, this.tokens + ((now - this.refilledAt) / 1000) * this.perSecond) - count;
    this.refilledAt = now;
  }

  /** Takes `count` tokens and waits until the bucket can afford them. */
  async take(count: number): Promise<void> {
    this.charge(count);
    if (this.tokens < 0) await this.clock.sleep((-this.tokens / this.perSecond) * 1000);
  }

  /** Lets nobody leave for so many seconds. */
  pause(seconds: number): void {
    this.charge(seconds * this.perSecond);
  }
}

/** At most so many at once; the others wait in line. */
export class Slots {
  private readonly waiting: (() => void)[] = [];
  private taken = 0;

  constructor(private readonly size: number) {}

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.taken < this.size) this.taken += 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.taken -= 1;
    }
  }
}
