/**
 * What a run writes down for the review that waits for it: what AWS has, and each plan. A file, named by an environment
 * variable, because the program runs in a process of Pulumi's; a line of JSON for each.
 */
import { appendFileSync, readFileSync } from "node:fs";
import type { Inventory } from "../inventory/types";
import { locationOf, type Location } from "../panos/location";
import type { FirewallSettings } from "../settings/types";
import type { FirewallState } from "./state";
import type { Plan, RefusedPlan } from "./types";

export const FACTS_VARIABLE = "AWS_PANOS_REVIEW_FACTS";

/** Set where drift is searched for, too: that takes a few more requests. */
export const DRIFT_VARIABLE = "AWS_PANOS_REVIEW_DRIFT";

export type PlanLine =
  | { line: "account"; stack: string; inventory: Inventory; leaving: string[]; notes: string[] }
  | { line: "plan"; plan: ReviewedPlan }
  | { line: "refused"; plan: ReviewedRefusal }
  | { line: "leaving"; firewall: ReviewedFirewall; state: FirewallState }
  /** It could not be asked what goes with it. */
  | { line: "leaving-unread"; firewall: ReviewedFirewall; reason: string }
  /** A guardrail stops the run on all firewalls. */
  | { line: "guardrails" };

/** A plan without what is nobody's concern: how to get into the firewall. */
export type ReviewedPlan = Omit<Plan, "firewall"> & { firewall: ReviewedFirewall };
export type ReviewedRefusal = Pick<RefusedPlan, "policy" | "refusal"> & { firewall: ReviewedFirewall };
export type ReviewedFirewall = Pick<FirewallSettings, "declared" | "mapping" | "cleanupRule"> & {
  connection: Location;
};

/** Whether a review waits for this run's plans. */
export function isReviewed(): boolean {
  return (process.env[FACTS_VARIABLE] ?? "") !== "";
}

/** Whether drift is searched for, too. */
export function isDriftAsked(): boolean {
  return isReviewed() && (process.env[DRIFT_VARIABLE] ?? "") !== "";
}

/** The line of a plan: no key and no password is in it. */
export function planLine(plan: Plan | RefusedPlan): PlanLine {
  const firewall = reviewedFirewall(plan.firewall);
  if (!("refusal" in plan)) return { line: "plan", plan: { ...plan, firewall } };
  const { policy, refusal } = plan;
  return { line: "refused", plan: { firewall, policy, refusal } };
}

/** A firewall without how to get into it. */
export function reviewedFirewall({
  declared,
  mapping,
  cleanupRule,
  connection,
}: FirewallSettings): ReviewedFirewall {
  return { declared, mapping, cleanupRule, connection: locationOf(connection.vsys) };
}

/**
 * Writes a line for the review, if there is one.
 * @throws Error of the file system: a review that lacks a line would be wrong
 */
export function writePlanLine(line: PlanLine): void {
  const file = process.env[FACTS_VARIABLE] ?? "";
  if (file === "") return;
  appendFileSync(file, `${JSON.stringify(line, encoded)}\n`, { mode: 0o600 });
}

/** The lines of a run that has ended. */
export function readPlanFile(file: string): PlanLine[] {
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line, decoded) as PlanLine);
}

// A list as the value: tags from AWS, whose names anybody chooses, have texts.
const [MAP, NUMBER] = ["$map", "$number"] as const;

/** What JSON has no form for: maps, and what somebody's application has in place of a number. */
function encoded(_key: string, value: unknown): unknown {
  if (value instanceof Map) return { [MAP]: [...(value as Map<string, unknown>)] };
  return Number.isNaN(value) ? { [NUMBER]: [] } : value;
}

function decoded(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { [MAP]: entries, [NUMBER]: number } = value as Record<string, unknown>;
  if (Array.isArray(entries)) return new Map(entries as [string, unknown][]);
  return Array.isArray(number) ? Number.NaN : value;
}
