import { getOrganization, getProject, getStack } from "@pulumi/pulumi/metadata";
import { allConfig } from "@pulumi/pulumi/runtime/config";
import { commonSettings, ownerOf } from "./common";
import { configuredFirewalls, firewallsOf } from "./firewalls";
import { frozen, reportFreeze } from "./freeze";
import { guardSettings } from "./guard";
import { guardrailSettings } from "./guardrails";
import { inventorySource, sufficientSource } from "./inventory";
import { reportUnknown } from "./keys";
import { collector, SettingsError } from "./problems";
import { tableReader } from "./reader";
import { reportRun } from "./run-checks";
import { reportPlainSecrets } from "./secrets";
import { namedTags, reportUnseenTags } from "./tags";
import { targetSettings } from "./targets";
import type { Limits, Settings } from "./types";

export { SettingsError } from "./problems";

/**
 * Reads the configuration of the stack that runs.
 * @throws SettingsError
 */
export function readSettings(): Settings {
  // The engine's own list: the SDK knows it too, but offers no typed way to ask.
  const secretKeys = JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] ?? "[]") as string[];
  const stack = `${getOrganization()}/${getProject()}/${getStack()}`;
  return settingsFrom(allConfig(), (key) => secretKeys.includes(key), stack);
}

/**
 * Validates configuration values.
 * @param values by full key, `namespace:key`, as text; structured ones as JSON
 * @throws SettingsError with every problem at once
 */
export function settingsFrom(
  values: Readonly<Record<string, string>>,
  isSecret: (key: string) => boolean,
  stack: string,
  environment: NodeJS.ProcessEnv = process.env,
): Settings {
  const { problems, report } = collector();
  const get = (key: string) => values[key];
  const read = tableReader(get, report);

  for (const key of Object.keys(values)) reportUnknown(key, report);
  reportPlainSecrets(values, isSecret, report);
  const firewalls = configuredFirewalls(get, environment, report);

  const ownerId = ownerOf(read, report);
  const targets = targetSettings(read, report);
  reportFreeze(read, report);
  reportRun(environment, report);
  const common = commonSettings(read, { ownerId, stack, targets }, report);
  const guardrails = guardrailSettings(read.json("guardrails"), report);
  const guard = guardSettings(read.json("guard"), get, report);
  const limits: Limits = {
    maxChanges: read.wholeNumber("maxChanges"),
    ...common.removals,
    maxRules: guardrails.maxRules,
  };
  const configured = inventorySource(get, read, report, Object.keys(values));
  const { declared, leaving } = firewallsOf(firewalls, common, report);
  const mappings = declared.map(({ mapping }) => mapping);
  const inventory = sufficientSource(configured, { targets, mappings, guardrails }, get, report);
  // One that is chosen for its own sake doesn't ask data sources.
  const asksDataSources = configured.kind === "auto" || configured.kind === "lookups";
  const ignored = asksDataSources ? { value: read.json("aws:ignoreTags"), environment } : undefined;
  for (const mapping of mappings) reportUnseenTags(namedTags(mapping, guardrails), ignored, report);
  if (problems.length > 0) throw new SettingsError(problems);
  return {
    stack,
    inventory,
    targets,
    firewalls: declared,
    leavingFirewalls: leaving,
    listed: firewalls.listed,
    leaving: firewalls.firewalls.flatMap(({ name, remove }) => (remove ? [name] : [])).sort(),
    guardrails,
    guard,
    limits,
    frozen: frozen(get),
  };
}
