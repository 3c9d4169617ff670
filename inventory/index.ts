import type * as auto from "./auto";
import type { AwsAccess } from "./ec2/access";
import type * as several from "./ec2/accounts";
import type * as ec2 from "./ec2/read";
import type * as lookups from "./lookups";
import { readSnapshot } from "./snapshot";
import type { Tell } from "./tell";
import { silent } from "./tell";
import type { Inventory } from "./types";

export { InventoryError } from "./errors";
export { readSnapshot, writeSnapshot } from "./snapshot";

/** Where an inventory comes from: AWS's own answers, or a file that was recorded from them. */
export type InventorySource =
  | { kind: "auto"; access: auto.Ec2Access; withStopped?: boolean }
  | { kind: "lookups"; region?: string; withStopped?: boolean }
  | { kind: "ec2"; access: AwsAccess }
  | ({ kind: "accounts" } & several.AccountsSource)
  | { kind: "snapshot"; file: string };

/**
 * What AWS has, from the chosen source.
 * @param tell hears what a person should know of how it was read
 * @throws InventoryError that says what to do about it
 */
export function readInventory(source: InventorySource, tell: Tell = silent): Promise<Inventory> {
  // Each source is loaded when it is asked: @pulumi/aws brings all of Pulumi's SDK, and AWS's takes most of a
  // second. tsx registered for CommonJS only doesn't transpile what import() loads.
  /* eslint-disable @typescript-eslint/no-require-imports */
  switch (source.kind) {
    case "auto": {
      const { readAuto } = require("./auto") as typeof auto;
      return readAuto(source.access, tell, { withStopped: source.withStopped ?? false });
    }
    case "lookups": {
      const { readLookups } = require("./lookups") as typeof lookups;
      return readLookups(source);
    }
    case "ec2": {
      const { readEc2 } = require("./ec2/read") as typeof ec2;
      return readEc2(source.access, tell);
    }
    case "accounts": {
      const { readAccounts } = require("./ec2/accounts") as typeof several;
      return readAccounts(source, tell);
    }
    case "snapshot":
      return readSnapshot(source.file);
  }
}
