import { PROJECT } from "./configuration";
import { isRecord } from "../lib/records";
import { reportUnlessKnown } from "./keys";
import { REMOVALS } from "./table/structures";
import type { Report } from "./problems";
import { type TableReader } from "./reader";

const KEY = `${PROJECT}:maxRemovals`;
const KEYS = Object.keys(REMOVALS.properties);
const EXAMPLE = '20, or {"limit": 20, "revoked": "pass"}';

/** How many rules one run may remove, and whether revoked permissions count among them. */
export interface RemovalSettings {
  maxRemovals: number | undefined;
  revoked: "count" | "pass";
}

/** `maxRemovals`: a whole number, or `limit` and `revoked`. */
export function removalSettings(read: TableReader, report: Report): RemovalSettings {
  const value = read.json("maxRemovals");
  if (!isRecord(value)) return { maxRemovals: read.wholeNumber("maxRemovals"), revoked: "count" };
  const { limit, revoked = "count", ...others } = value;
  for (const name of Object.keys(others)) reportUnlessKnown(name, `${KEY}.${name}`, KEYS, report);
  if (limit !== undefined && !(Number.isInteger(limit) && Number(limit) >= 0)) {
    report(`${KEY}.limit`, `${JSON.stringify(limit)} is not a whole number from 0`, EXAMPLE);
  }
  if (revoked !== "count" && revoked !== "pass") {
    report(`${KEY}.revoked`, `${JSON.stringify(revoked)} is none of count, pass`, EXAMPLE);
  }
  return {
    maxRemovals: typeof limit === "number" ? limit : undefined,
    revoked: revoked === "pass" ? "pass" : "count",
  };
}
