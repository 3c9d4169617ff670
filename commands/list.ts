/**
 * Every command of `aws-panos`, by the job that it does. What does the work is loaded when it is asked for: it brings
 * Pulumi's SDK and AWS's, which `--help` and a shell's completion needn't wait for.
 */
/* eslint-disable @typescript-eslint/no-require-imports */
import type * as demo from "../demo/main";
import { demoTable } from "../demo/options";
import type * as approve from "./approve/approve";
import { approveTable } from "./approve/table";
import type * as drift from "./drift/drift";
import { driftTable } from "./drift/table";
import type * as explain from "./explain/explain";
import { explainTable } from "./explain/table";
import type { Command, CommandTable } from "./framework";
import type * as init from "./init/init";
import { initTable } from "./init/table";
import type * as keygen from "./keygen/keygen";
import { keygenTable } from "./keygen/table";
import type * as replay from "./replay/replay";
import { replayTable } from "./replay/table";
import type * as review from "./review/review";
import { reviewTable } from "./review/table";
import type * as simulator from "./simulator/simulator";
import { simulatorTable } from "./simulator/table";
import type * as snapshot from "./snapshot/snapshot";
import { snapshotTable } from "./snapshot/table";

export interface Entry {
  table: CommandTable;
  load: () => Command;
}

const entry = (table: CommandTable, load: () => Command): Entry => ({ table, load });

export const JOBS: readonly { job: string; entries: readonly Entry[] }[] = [
  {
    job: "Try it, without a firewall and an account",
    entries: [
      entry(demoTable, () => (require("../demo/main") as typeof demo).demo),
      entry(simulatorTable, () => (require("./simulator/simulator") as typeof simulator).simulator),
    ],
  },
  {
    job: "Set up a stack",
    entries: [
      entry(initTable, () => (require("./init/init") as typeof init).init),
      entry(keygenTable, () => (require("./keygen/keygen") as typeof keygen).keygen),
    ],
  },
  {
    job: "See what would change, what did, and why",
    entries: [
      entry(reviewTable, () => (require("./review/review") as typeof review).review),
      entry(driftTable, () => (require("./drift/drift") as typeof drift).drift),
      entry(explainTable, () => (require("./explain/explain") as typeof explain).explain),
      entry(snapshotTable, () => (require("./snapshot/snapshot") as typeof snapshot).snapshot),
    ],
  },
  {
    job: "Guard and trigger",
    entries: [
      entry(approveTable, () => (require("./approve/approve") as typeof approve).approve),
      entry(replayTable, () => (require("./replay/replay") as typeof replay).replay),
    ],
  },
];
