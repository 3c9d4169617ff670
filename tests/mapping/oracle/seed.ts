/** Which cases a run draws. */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../../..");
const JUDGED = ["lib/net", "mapping", "tests/mapping/oracle"];

/**
 * The seed that `ORACLE_SEED` names, otherwise one made of the code that is judged: code that changes meets cases
 * of its own, and the same code gets the same verdict wherever it is tested.
 */
export function seedOfRun(): number {
  const named = process.env["ORACLE_SEED"];
  if (named !== undefined) return Number(named);
  const hash = createHash("sha256");
  for (const room of JUDGED) {
    const files = readdirSync(join(ROOT, room)).filter((name) => name.endsWith(".ts"));
    for (const name of files.sort()) hash.update(name).update(readFileSync(join(ROOT, room, name)));
  }
  return hash.digest().readUInt32BE() % 2 ** 31;
}
