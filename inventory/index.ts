import type * as auto from "./auto";
import type * as several from "./ec2/accounts";
import type * as ec2 from "./ec2/read";
import type { Ec2Source } from "./ec2/read";
import { InventoryError } from "./errors";
import { readSnapshot } from "./snapshot";
import { given } from "../lib/records";
import type { Tell } from "./tell";
import { silent } from "./tell";
import type { Inventory } from "./types";

export { InventoryError } from "./errors";
export { readSnapshot, writeSnapshot } from "./snapshot";

/** Where an inventory comes from: AWS's own answers, or a file that was recorded from them. */
export type InventorySource =
  | auto.DataSourcesSource
  /** `because`: why it is asked although something else is configured. */
  | ({ kind: "ec2"; because?: string } & Ec2Source)
  | ({ kind: "accounts" } & several.AccountsSource)
  | { kind: "snapshot"; file: string };

/** The same, with what AWS itself stops, where the source tells it: for who is told of it, as no rule depends on it. */
export function withFilters(source: InventorySource): InventorySource {
  return source.kind === "snapshot" ? source : { ...source, withFilters: true };
}

/**
 * The source to read outside a Pulumi program, where data sources don't answer: EC2's own API in their place.
 * @throws InventoryError where that can't be asked
 */
export function outsidePulumi(source: InventorySource): InventorySource {
  if (source.kind !== "auto" && source.kind !== "lookups") return source;
  const { access, withFilters, withoutWays } = source;
  if (access !== undefined && !("obstacle" in access))
    return { kind: "ec2", access, ...given({ withFilters, withoutWays }) };
  throw new InventoryError(
    "CANNOT_SWITCH",
    "AWS inventory: data sources answer inside a Pulumi program only, and EC2's own API can't be asked in their " +
      `place${access === undefined ? "" : `: ${access.obstacle}`}. Give a snapshot (npm run snapshot)`,
  );
}

/**
 * What AWS has, from the chosen source.
 * @param tell hears what a person should know of how it was read
 * @throws InventoryError that says what to do about it
 */
export function readInventory(source: InventorySource, tell: Tell = silent): Promise<Inventory> {
  // Each source is loaded when it is asked: @pulumi/aws brings all of Pulumi's SDK, and AWS's takes most of a
  // second. By require(), because import() wants a file's extension here (TypeScript's TS2835, module: node20).
  /* eslint-disable @typescript-eslint/no-require-imports */
  switch (source.kind) {
    case "auto":
    case "lookups": {
      const { readThroughDataSources } = require("./auto") as typeof auto;
      return readThroughDataSources(source, tell);
    }
    case "ec2": {
      const { readEc2 } = require("./ec2/read") as typeof ec2;
      if (source.because !== undefined) tell.info(`reading AWS with EC2's own API: ${source.because}`);
      return readEc2(source, tell);
    }
    case "accounts": {
      const { readAccounts } = require("./ec2/accounts") as typeof several;
      return readAccounts(source, tell);
    }
    case "snapshot":
      return readSnapshot(source.file);
  }
}
