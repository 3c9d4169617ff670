/**
 * Every command of `aws-panos`, by the job that it does. What does the work is loaded when it is asked for: it brings
 * Pulumi's SDK and AWS's, which `--help` and a shell's completion needn't wait for. By require(), because import() wants
 * a file's extension here (TypeScript's TS2835, module: node20).
 */
import type { Job } from "./entry";
import { GUARD } from "./guard";
import { SEE } from "./see";
import { SET_UP } from "./set-up";
import { TRY } from "./try";

export const JOBS: readonly Job[] = [TRY, SET_UP, SEE, GUARD];
