/** One run of some work, shared by all who ask for its result; a failure isn't remembered. */
export class Shared<T> {
  private running: Promise<T> | undefined;

  constructor(private readonly work: () => Promise<T>) {}

  get(): Promise<T> {
    const running = (this.running ??= this.work());
    running.catch(() => this.forget(running));
    return running;
  }

  /** Makes the next `get` run it again, unless it has been since. */
  forget(running: Promise<T>): void {
    if (this.running === running) this.running = undefined;
  }

  /** The same, whichever it was. */
  forgetAll(): void {
    this.running = undefined;
  }
}
