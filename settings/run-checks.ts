import { reportAuditComment } from "./audit-comment";
import type { Report } from "./problems";
import { runFrom } from "./run";
import { SETTINGS } from "./table";

/** Reports what the environment says wrongly of the run: what it is for, and its audit comment. */
export function reportRun(environment: NodeJS.ProcessEnv, report: Report): void {
  const { variable } = SETTINGS["panos:auditComment"];
  reportAuditComment(variable, environment[variable], report);
  for (const { key, problem, example } of runFrom(environment).problems) report(key, problem, example);
}
