/* eslint-disable @typescript-eslint/no-require-imports */
import type * as review from "../review/review";
import { reviewTable } from "../review/table";
import type * as drift from "../drift/drift";
import { driftTable } from "../drift/table";
import type * as explain from "../explain/explain";
import { explainTable } from "../explain/table";
import type * as evidence from "../evidence/evidence";
import { evidenceTable } from "../evidence/table";
import type * as snapshot from "../snapshot/snapshot";
import { snapshotTable } from "../snapshot/table";
import type { Job } from "./entry";

export const SEE: Job = {
  job: "See what would change, what did, and why",
  entries: [
    { table: reviewTable, load: () => (require("../review/review") as typeof review).review },
    { table: driftTable, load: () => (require("../drift/drift") as typeof drift).drift },
    { table: explainTable, load: () => (require("../explain/explain") as typeof explain).explain },
    { table: evidenceTable, load: () => (require("../evidence/evidence") as typeof evidence).evidence },
    { table: snapshotTable, load: () => (require("../snapshot/snapshot") as typeof snapshot).snapshot },
  ],
};
