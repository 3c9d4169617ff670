/** A document, and what names this state of it. */
export interface Stored {
  content: string;
  version: string;
}

/** Where a document is. A write goes through only if nobody else has written since it was read. */
export interface LedgerStore {
  /** For messages. */
  readonly address: string;
  /**
   * @returns undefined where there is none yet
   * @throws LedgerError
   */
  read(): Promise<Stored | undefined>;
  /**
   * @param version of what was read; undefined where there was none
   * @returns the new version; undefined where somebody else has written, or might just be writing
   * @throws LedgerError where it is not known whether it got through
   */
  write(content: string, version: string | undefined): Promise<string | undefined>;
}
