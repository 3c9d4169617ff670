import { readFile } from "node:fs/promises";
import { InventoryError } from "./errors";
import { quoted } from "./shape";
import type { Inventory } from "./types";
import { FORMAT, checkInventory, sorted } from "./validate";
import { writeAtOnce } from "../lib/atomic-file";

/** More than these would only scroll the first ones away; all are in the error's `details`. */
const MAX_LISTED = 50;

const HOW_TO_RECORD = "record one with: npm run snapshot -- FILE";

/**
 * Reads an inventory from a snapshot file, and trusts nothing in it.
 * @throws InventoryError with every problem of the file, each with its place in it
 */
export async function readSnapshot(file: string): Promise<Inventory> {
  const document = parse(file, await readText(file));
  const format = formatOf(document);
  if (format !== FORMAT) {
    throw new InventoryError(
      "SNAPSHOT_FORMAT",
      `snapshot ${file} has format ${quoted(format)}, this version reads "format": ${FORMAT}; ${HOW_TO_RECORD}`,
    );
  }
  const result = checkInventory(document);
  if ("inventory" in result) return result.inventory;
  const { problems } = result;
  const more = problems.length - MAX_LISTED;
  throw new InventoryError(
    "SNAPSHOT_INVALID",
    [
      `snapshot ${file} has ${problems.length} ${problems.length === 1 ? "problem" : "problems"}:`,
      ...problems.slice(0, MAX_LISTED).map((problem) => `  ${problem}`),
      ...(more > 0 ? [`  … and ${more} more`] : []),
      `mend them, or ${HOW_TO_RECORD}`,
    ].join("\n"),
    { problems },
  );
}

/**
 * Writes an inventory as a snapshot file: sorted, so that two recordings of the same account are the same
 * bytes, and all at once, so that a reader never sees half of one.
 */
export async function writeSnapshot(file: string, inventory: Inventory): Promise<void> {
  try {
    await writeAtOnce(file, `${JSON.stringify(sorted(inventory), null, 2)}\n`);
  } catch (cause) {
    throw new InventoryError("SNAPSHOT_UNREADABLE", `cannot write snapshot ${file}: ${reason(cause)}`, {
      cause,
    });
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new InventoryError(
      "SNAPSHOT_UNREADABLE",
      `cannot read snapshot ${file}: ${reason(cause)}; ${HOW_TO_RECORD}`,
      { cause },
    );
  }
}

function parse(file: string, content: string): unknown {
  try {
    return JSON.parse(content.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new InventoryError(
      "SNAPSHOT_NOT_JSON",
      `snapshot ${file} is not JSON: ${reason(cause)}; ${HOW_TO_RECORD}`,
      { cause },
    );
  }
}

function formatOf(document: unknown): unknown {
  return typeof document === "object" && document !== null && "format" in document
    ? document.format
    : undefined;
}

const REASONS: Record<string, string> = {
  ENOENT: "there is no such file or folder",
  EISDIR: "it is a folder",
  EACCES: "this user may not",
};

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return REASONS[(cause as NodeJS.ErrnoException).code ?? ""] ?? cause.message;
}
