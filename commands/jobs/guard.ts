/* eslint-disable @typescript-eslint/no-require-imports */
import type * as approve from "../approve/approve";
import { approveTable } from "../approve/table";
import type * as replay from "../replay/replay";
import { replayTable } from "../replay/table";
import type { Job } from "./entry";

export const GUARD: Job = {
  job: "Guard and trigger",
  entries: [
    { table: approveTable, load: () => (require("../approve/approve") as typeof approve).approve },
    { table: replayTable, load: () => (require("../replay/replay") as typeof replay).replay },
  ],
};
