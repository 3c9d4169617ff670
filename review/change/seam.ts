/**
 * What a preview tells the review that started it. A file, named by an environment variable, because the program
 * runs in a process of Pulumi's; a line of JSON for each fact.
 */
import { appendFileSync, readFileSync } from "node:fs";
import type { DriftFacts } from "../drift/facts";
import type { Inventory } from "../../inventory/types";
import type { AddressObject, ApplicationObject, Rulebase, ServiceObject } from "../../panos/policy";
import type { FirewallFacts } from "./facts";

export const FACTS_VARIABLE = "AWS_PANOS_REVIEW_FACTS";

/** Set where drift is searched for, too: that takes a few more requests. */
export const DRIFT_VARIABLE = "AWS_PANOS_REVIEW_DRIFT";

export type Fact =
  | { fact: "account"; stack: string; inventory: Inventory; notes: string[] }
  | { fact: "firewall"; facts: FirewallFacts }
  | { fact: "drift"; facts: DriftFacts }
  /** A limit holds something back on a firewall, or `stops` the run there; a guardrail stops it on all. */
  | { fact: "limit"; firewall: string; text: string; stops: boolean }
  | { fact: "guardrails" };

/** Whether a review waits for this preview's facts. */
export function isReviewed(): boolean {
  return (process.env[FACTS_VARIABLE] ?? "") !== "";
}

/** Whether drift is searched for, too. */
export function isDriftAsked(): boolean {
  return isReviewed() && (process.env[DRIFT_VARIABLE] ?? "") !== "";
}

/**
 * Tells the review, if there is one.
 * @throws Error of the file system: a review that lacks a fact would be wrong
 */
export function tellReview(fact: Fact): void {
  const file = process.env[FACTS_VARIABLE] ?? "";
  if (file === "") return;
  appendFileSync(file, `${JSON.stringify(fact, mapsAsEntries)}\n`, { mode: 0o600 });
}

/** The facts of a preview that has ended. */
export function readTold(file: string): Fact[] {
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => {
    const fact = JSON.parse(line) as Fact;
    if (fact.fact === "firewall") fact.facts.running = withMaps(fact.facts.running);
    return fact;
  });
}

function mapsAsEntries(_key: string, value: unknown): unknown {
  return value instanceof Map ? [...(value as Map<string, unknown>)] : value;
}

function withMaps(told: Rulebase): Rulebase {
  const { addresses, services, applications } = told as unknown as {
    addresses: [string, AddressObject][];
    services: [string, ServiceObject][];
    applications: [string, ApplicationObject][];
  };
  return {
    ...told,
    addresses: new Map(addresses),
    services: new Map(services),
    applications: new Map(applications),
  };
}
