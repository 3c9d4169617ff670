/** What was seen, as a file: `npm run evidence -- --save` writes it, a review reads it. */
import { readFile } from "node:fs/promises";
import { fileReason } from "../../lib/file-errors";
import { writeAtOnce } from "../../lib/atomic-file";
import { makePlaceFor } from "../../lib/saving";
import { isRecord } from "../../lib/records";
import { parseBlock } from "../../lib/net/cidr";
import type { Observed } from "./types";

/** A file that can't be used as what was seen. */
class SeenFileError extends Error {
  override readonly name = "SeenFileError";
  readonly code = "SEEN_FILE";
}

/**
 * A flow on each line: a file of a hundred thousand is still one that people can look into.
 * @throws errors of the file system
 */
export async function writeSeen(file: string, { flows, ...rest }: Observed): Promise<void> {
  const head = JSON.stringify(rest, undefined, 1).slice(0, -2);
  const lines = flows.map((flow) => `  ${JSON.stringify(flow)}`);
  await makePlaceFor(file);
  await writeAtOnce(file, `${head},\n "flows": [\n${lines.join(",\n")}\n ]\n}\n`);
}

/** @throws SeenFileError where it is no such file, or of another version */
export async function readSeen(file: string): Promise<Observed> {
  let found: unknown;
  try {
    found = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    const because = error instanceof SyntaxError ? "it is no JSON" : fileReason(error);
    throw new SeenFileError(`${file} can't be used as what was seen: ${because}`, { cause: error });
  }
  const problem = problemOf(found);
  if (problem !== undefined) {
    throw new SeenFileError(
      `${file} can't be used as what was seen: ${problem}; make one with: npm run evidence -- --save ${file}`,
    );
  }
  return found as Observed;
}

/** Trusts nothing in it: whoever reviews a change may have got it from somebody else. */
function problemOf(found: unknown): string | undefined {
  if (!isRecord(found) || found["format"] !== 2) return "it isn't of this version's format";
  const { gaps, interfaces, flows, first, last } = found;
  if (!isListOf(gaps, isText)) return "gaps is no list of texts";
  if (![first, last].every((time) => time === undefined || isTime(time))) return "first or last is no time";
  if (!isRecord(interfaces) || !Object.values(interfaces).every(isInterface))
    return "interfaces is malformed";
  const at = Array.isArray(flows) ? flows.findIndex((flow) => !isFlow(flow, interfaces)) : 0;
  return Array.isArray(flows) && at < 0 ? undefined : `flows[${at}] is malformed`;
}

function isInterface(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { addresses, first, last, ...counts } = value;
  return (
    isListOf(addresses, (text) => isText(text) && parseBlock(text as string) !== undefined) &&
    [first, last].every((time) => time === undefined || isTime(time)) &&
    ["skipped", "missingHours", "unplaced"].every((key) => isCount(counts[key]))
  );
}

function isFlow(value: unknown, interfaces: Record<string, unknown>): boolean {
  if (!isRecord(value)) return false;
  const {
    interfaceId,
    peer,
    protocol,
    direction,
    port,
    peerPort,
    otherPorts = [],
    count,
    first,
    last,
  } = value;
  return (
    isText(interfaceId) &&
    Object.hasOwn(interfaces, interfaceId as string) &&
    isText(peer) &&
    parseBlock(peer as string) !== undefined &&
    isCount(protocol, 255) &&
    ["ingress", "egress", "unknown"].includes(direction as string) &&
    [port, peerPort].every((each) => each === undefined || isCount(each, 65_535)) &&
    isListOf(otherPorts, isPortRange) &&
    isCount(count) &&
    isTime(first) &&
    isTime(last)
  );
}

function isPortRange(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [first, last] = value as unknown[];
  return isCount(last, 65_535) && isCount(first, last as number);
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isCount(value: unknown, most = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

/** In seconds since 1970, as dates can have them. */
function isTime(value: unknown): boolean {
  return isCount(value, 1e11);
}

function isListOf(value: unknown, isMeant: (each: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isMeant);
}
