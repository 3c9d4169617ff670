import { PanosClient } from "../../panos/client";
import type { Connection } from "../../panos/connection";
import { PanosError } from "../../panos/error";
import { openActive } from "../../panos/ha";

/** Of an HA pair the active one, which takes a login on each that is asked. */
export async function clientFor(connection: Connection): Promise<PanosClient> {
  if (connection.peerHostname === undefined) return new PanosClient(connection);
  try {
    return await openActive(connection);
  } catch (error) {
    if (!(error instanceof PanosError)) throw error;
    const message = `${error.message}. Asking took a login, which ends older keys where keys have a limited life`;
    throw new PanosError(error.code, message, { lines: error.lines, cause: error });
  }
}
