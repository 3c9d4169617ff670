import { PanosError, type PanosErrorCode } from "./error";

/** Refusals of a request whose key was taken. */
const KEY_TAKEN: ReadonlySet<PanosErrorCode> = new Set(["FORBIDDEN", "BUSY", "REFUSED"]);

/**
 * Lets the first request with a given key go alone. If that key isn't taken, or nobody answers, all that are asked in
 * the same moment fail with it, instead of trying it too: accounts are locked after a few wrong attempts.
 */
export class FirstRequest {
  /** Undefined: none was sent, or the last one that was didn't get through. */
  private first: Promise<void> | undefined;

  async alone<T>(send: () => Promise<T>): Promise<T> {
    if (this.first !== undefined) {
      await this.first;
      return send();
    }
    const sent = send();
    const first = sent.then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof PanosError && KEY_TAKEN.has(error.code)) return;
        if (this.first === first) this.first = undefined;
        throw error;
      },
    );
    first.catch(() => undefined);
    this.first = first;
    return sent;
  }
}
