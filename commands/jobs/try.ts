/* eslint-disable @typescript-eslint/no-require-imports */
import type * as demo from "../../demo/main";
import { demoTable } from "../../demo/options";
import type * as simulator from "../simulator/simulator";
import { simulatorTable } from "../simulator/table";
import type { Job } from "./entry";

export const TRY: Job = {
  job: "Try it, without a firewall and an account",
  entries: [
    { table: demoTable, load: () => (require("../../demo/main") as typeof demo).demo },
    { table: simulatorTable, load: () => (require("../simulator/simulator") as typeof simulator).simulator },
  ],
};
