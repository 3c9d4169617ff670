import type * as lookups from "./lookups";
import { readSnapshot } from "./snapshot";
import type { Inventory } from "./types";

export { InventoryError } from "./errors";
export { readSnapshot, writeSnapshot } from "./snapshot";

/** Where an inventory comes from: AWS's own answers (of one region), or a file that was recorded from them. */
export type InventorySource = { kind: "lookups"; region?: string } | { kind: "snapshot"; file: string };

/**
 * What AWS has, from the chosen source.
 * @throws InventoryError that says what to do about it
 */
export function readInventory(source: InventorySource): Promise<Inventory> {
  switch (source.kind) {
    case "lookups": {
      // Loads @pulumi/aws and with it all of Pulumi's SDK, which a snapshot does without. tsx registered for
      // CommonJS only doesn't transpile what import() loads.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const { readLookups } = require("./lookups") as typeof lookups;
      return readLookups(source);
    }
    case "snapshot":
      return readSnapshot(source.file);
  }
}
