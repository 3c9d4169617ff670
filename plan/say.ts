import { RunError } from "@pulumi/pulumi/errors";
import * as log from "@pulumi/pulumi/log";
import { printable } from "../lib/printable";
import { firewallIdentity } from "../provider/session/identity";
import { noteRun } from "../settings/run";
import { messagesOf, type Message } from "./messages";
import type { Plan, RefusedPlan } from "./types";
import { HeldError, isExpected } from "./preconditions";

/** Says a plan in Pulumi's output, and what it holds back to the automation. @param several whether others go on */
export async function sayPlan(plan: Plan | RefusedPlan, several: boolean): Promise<void> {
  const firewall = firewallIdentity(plan.firewall.declared);
  if ("refusal" in plan) {
    const { error, refusal } = plan;
    noteRun({ note: error instanceof HeldError ? "held" : "failed", firewall, reason: error.message });
    if (several) await log.warn(printable(refusal));
    return;
  }
  await say(messagesOf(plan));
  if (plan.stop !== undefined) return;
  for (const reason of plan.heldBack) noteRun({ note: "held", firewall, reason });
}

const said = new Set<string>();

/** Says what it hasn't said: what is true of the account is the same on every firewall. */
export async function say(messages: readonly Message[]): Promise<void> {
  for (const { severity, text } of messages) {
    if (said.has(text)) continue;
    said.add(text);
    await log[severity](printable(text));
  }
}

/**
 * The error of a program that failed: a sentence, for what a person can mend, and for anything else also where in the
 * program it comes from.
 */
export function failureOf(error: unknown): RunError {
  if (error instanceof HeldError) noteRun({ note: "held", reason: error.message });
  const text = isExpected(error)
    ? error.message
    : `the program failed of a fault of its own. Please report it, with these lines:\n${stackOf(error)}`;
  const failure = new RunError(printable(text));
  // Pulumi inspects the stack of what it then doesn't show, with all that the error holds: it took Node 20 more than
  // 20 s to colour one, and 3.6 GB.
  failure.stack = "";
  return failure;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
}
