/** Time that passes only when nothing is left to do at a moment of it. */
export class VirtualTime {
  private timers: { at: number; turn: number; fire: () => void }[] = [];
  private turns = 0;
  private realWork = new Set<Promise<unknown>>();

  /** @param time the first moment, epoch milliseconds */
  constructor(private time: number) {}

  readonly now = (): number => this.time;

  /** Lets virtual milliseconds pass. */
  readonly wait = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => this.at(this.time + milliseconds, resolve));

  /** Does something at a time; at once, if that is over. */
  at(time: number, fire: () => void): void {
    const timer = { at: Math.max(time, this.time), turn: this.turns++, fire };
    const index = this.timers.findLastIndex(({ at }) => at <= timer.at);
    this.timers.splice(index + 1, 0, timer);
  }

  /** Work that takes real time: virtual time stands still until it has ended. */
  async real<T>(work: Promise<T>): Promise<T> {
    this.realWork.add(work);
    try {
      return await work;
    } finally {
      this.realWork.delete(work);
    }
  }

  /** Lets time pass until there is nothing more to wait for, or until a moment. */
  async run(until = Infinity): Promise<void> {
    while (await this.step(until));
    if (until !== Infinity) this.time = Math.max(this.time, until);
  }

  /** Lets time pass until some work has ended. */
  async until<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => void (isOver = true);
    work.then(over, over);
    await this.settled();
    while (!isOver && (await this.step(Infinity)));
    if (!isOver) throw new Error("what is waited for never ends");
    return work;
  }

  /** To the next moment at which something happens. @returns whether there is one by then */
  private async step(until: number): Promise<boolean> {
    await this.settled();
    const next = this.timers[0];
    if (next === undefined || next.at > until) return false;
    this.timers.shift();
    this.time = next.at;
    next.fire();
    await this.settled();
    return true;
  }

  /** Until everything that this moment has started waits for time, or has ended. */
  private async settled(): Promise<void> {
    do {
      await Promise.allSettled(this.realWork);
      // All promises that can go on have done so before this comes round.
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.realWork.size > 0);
  }
}
