import { randomUUID } from "node:crypto";
import { link, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LedgerError } from "./errors";
import type { LedgerStore, Stored } from "./store";

/** Old versions that are kept: a writer who lags that far behind would find its own number free again. */
const KEPT = 200;

/**
 * A document in a folder, each version a file of its own number. A version is made by a hard link, which
 * fails where the number is taken: so of two writers one gets through, and a killed one leaves no lock.
 */
export class FileStore implements LedgerStore {
  readonly address: string;

  constructor(private readonly folder: string) {
    this.address = `file://${folder}`;
  }

  async read(): Promise<Stored | undefined> {
    try {
      await mkdir(this.folder, { recursive: true });
      const newest = (await this.versions()).at(-1);
      if (newest === undefined) return undefined;
      return { content: await readFile(this.file(newest), "utf8"), version: String(newest) };
    } catch (error) {
      throw this.failure("read", error);
    }
  }

  async write(content: string, version: string | undefined): Promise<string | undefined> {
    const next = Number(version ?? 0) + 1;
    const unfinished = join(this.folder, `${randomUUID()}.tmp`);
    try {
      await writeFile(unfinished, content);
      await link(unfinished, this.file(next));
      await this.forget(next - KEPT);
      return String(next);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
      throw this.failure("write", error);
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  private async versions(): Promise<number[]> {
    const numbers = (await readdir(this.folder)).map((name) => /^(\d+)\.json$/.exec(name)?.[1]);
    return numbers
      .filter((number) => number !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
  }

  private async forget(upTo: number): Promise<void> {
    const old = (await this.versions()).filter((number) => number <= upTo);
    await Promise.all(old.map((number) => rm(this.file(number), { force: true })));
  }

  private file(version: number): string {
    return join(this.folder, `${version}.json`);
  }

  private failure(verb: string, error: unknown): LedgerError {
    const { message } = error as Error;
    return new LedgerError(
      "LEDGER_UNREACHABLE",
      `can't ${verb} the ledger ${this.address}: ${message}`,
      error,
    );
  }
}
