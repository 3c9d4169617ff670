/* eslint-disable @typescript-eslint/no-require-imports */
import type * as init from "../init/init";
import { initTable } from "../init/table";
import type * as keygen from "../keygen/keygen";
import { keygenTable } from "../keygen/table";
import type { Job } from "./entry";

export const SET_UP: Job = {
  job: "Set up a stack",
  entries: [
    { table: initTable, load: () => (require("../init/init") as typeof init).init },
    { table: keygenTable, load: () => (require("../keygen/keygen") as typeof keygen).keygen },
  ],
};
