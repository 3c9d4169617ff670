import { isRecord } from "../../lib/records";
import { FORMAT, type LedgerDocument } from "./document";
import { LedgerError } from "./errors";

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const number: Check = (value) => typeof value === "number" && Number.isFinite(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const record =
  (fields: Record<string, Check>): Check =>
  (value) =>
    isRecord(value) && Object.entries(fields).every(([name, check]) => check(value[name]));

const change = record({
  id: text,
  at: text,
  what: text,
  principal: optional(text),
  account: text,
  region: text,
  subjects: list(text),
  revoked: optional(list(text)),
});
const basket = record({
  changes: list(change),
  more: number,
  oldest: optional(number),
  revoked: optional(list(text)),
});

const FIELDS: Record<keyof LedgerDocument, Check> = {
  format: (value) => value === FORMAT,
  stack: text,
  revision: text,
  waiting: basket,
  recent: list(text),
  lease: optional(
    record({
      request: record({ id: text, cause: text, mode: text, deadline: number, revoked: optional(list(text)) }),
      owner: text,
      started: number,
      until: number,
      covers: basket,
      handle: optional(text),
      ends: optional(number),
    }),
  ),
  tryAt: optional(number),
  notBefore: optional(number),
  lookAgain: optional(number),
  trouble: record({
    failures: number,
    outOfTime: number,
    busySince: optional(number),
    held: list(text),
    told: list(text),
  }),
  preview: optional(text),
  notices: list(record({ id: text, subject: text, text })),
};

const LEFT_ALONE = "It is left as it is, and nothing runs until that is mended:";
const TO_START_ANEW =
  "move it away to start an empty one; the next run reads everything again, so that no change is lost.";

/**
 * A ledger's text as a document.
 * @param address where it is, for messages
 * @throws LedgerError
 */
export function parseLedger(content: string, stack: string, address: string): LedgerDocument {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw damaged(address, "it is not JSON");
  }
  if (!isRecord(value)) throw damaged(address, "it is no object");
  if (value["format"] !== FORMAT) {
    throw new LedgerError(
      "LEDGER_FORMAT",
      `the ledger ${address} has format ${JSON.stringify(value["format"])}, this version reads ${FORMAT}. ` +
        `${LEFT_ALONE} deploy the version that wrote it, or ${TO_START_ANEW}`,
    );
  }
  const wrong = Object.entries(FIELDS).find(([name, check]) => !check(value[name]));
  if (wrong !== undefined) throw damaged(address, `its ${wrong[0]} is missing or not what it should be`);
  const document = value as unknown as LedgerDocument;
  if (document.stack !== stack) {
    throw new LedgerError(
      "LEDGER_FOREIGN",
      `the ledger ${address} is stack ${document.stack}'s, not ${stack}'s. ${LEFT_ALONE} give each stack a ` +
        `ledger of its own; if the stack was renamed, ${TO_START_ANEW}`,
    );
  }
  return document;
}

function damaged(address: string, problem: string): LedgerError {
  return new LedgerError(
    "LEDGER_DAMAGED",
    `the ledger ${address} is damaged: ${problem}. ${LEFT_ALONE} ${TO_START_ANEW}`,
  );
}
