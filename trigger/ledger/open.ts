import { LedgerError } from "./errors";
import { FileStore } from "./file-store";
import { S3Store } from "./s3-store";
import type { LedgerStore } from "./store";

/**
 * The store at an address: s3://BUCKET/KEY, with ?region=… where it is not the client's own; or
 * file:///FOLDER, for one machine.
 * @throws LedgerError
 */
export function openStore(address: string): LedgerStore {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const path = decodeURIComponent(url?.pathname ?? "");
  if (url?.protocol === "s3:" && url.hostname !== "" && path.length > 1) {
    return new S3Store(url.hostname, path.slice(1), url.searchParams.get("region") ?? undefined);
  }
  if (url?.protocol === "file:" && url.hostname === "" && path.length > 1) return new FileStore(path);
  throw new LedgerError(
    "LEDGER_ADDRESS",
    `${JSON.stringify(address)} is no address of a ledger. Use s3://BUCKET/KEY, or file:///FOLDER on one machine`,
  );
}
