/** What the firewalls of a device group hold of what Panorama runs. */
import assert from "node:assert/strict";
import type { Stack } from "../../packages/pulumi/stack";
import type { PanoramaLab } from "../../packages/simulator";
import { ABOVE } from "./targets";

/** As much of a lab as this takes. */
interface Running {
  fleet: PanoramaLab | undefined;
  running(): string[];
  ours(): string[];
  rule(name: string): string;
  field(rule: string, field: string): string;
}

/** Names of our rules that a firewall holds. @param at which of the lab's firewalls */
export function oursInForce(lab: Running, at: number): string[] {
  if (lab.fleet === undefined) return lab.ours();
  return lab.fleet
    .pushedRules(lab.fleet.serials[at]!, "pre-rulebase")
    .filter((name) => name.startsWith("aws-sg-"));
}

/** One field of a rule that a firewall holds, as XML. */
export function fieldInForce(lab: Running, at: number, rule: string, field: string): string {
  if (lab.fleet === undefined) return lab.field(rule, field);
  const entry = pushedRule(lab.fleet.pushedPolicy(lab.fleet.serials[at]!), rule);
  return new RegExp(`<${field}>.*?</${field}>`).exec(entry)?.[0] ?? "";
}

/** A stack after whose successful runs each firewall of the device group has to hold what Panorama runs. */
export function watched(lab: Running, stack: Stack): Stack {
  for (const command of ["up", "destroy"] as const) {
    const run = stack[command].bind(stack);
    stack[command] = async (flags) => {
      const result = await run(flags);
      if (result.code === 0 && flags?.targets === undefined) requireInForce(lab);
      return result;
    };
  }
  return stack;
}

/** Requires of each firewall of a device group that it holds our rules as Panorama runs them, in their order. */
function requireInForce(lab: Running): void {
  const running = lab.running().filter((name) => !lab.rule(name).includes("<disabled>yes"));
  for (const serial of lab.fleet?.serials ?? []) {
    const pushed = lab.fleet!.pushedRules(serial, "pre-rulebase").filter((name) => name !== ABOVE);
    // What others have committed may wait for a push of theirs.
    const due = running.filter((name) => name.startsWith("aws-") || pushed.includes(name));
    assert.deepEqual(pushed, due, `what ${serial} has been pushed`);
    const policy = lab.fleet!.pushedPolicy(serial);
    for (const name of due.filter((each) => each.startsWith("aws-")))
      assert.equal(pushedRule(policy, name), lab.rule(name), `rule ${name} on ${serial}`);
  }
}

/** A rule as it was pushed, without who wrote it. */
function pushedRule(policy: string, name: string): string {
  const start = policy.search(new RegExp(`<entry [^>]*name="${name}"`));
  const entry = policy.slice(start, policy.indexOf("</entry>", start) + "</entry>".length);
  return entry.replaceAll(/ (?:loc|uuid|panorama)="[^"]*"/g, "");
}
