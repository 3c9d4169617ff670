import { getOrganization, getProject, getStack } from "@pulumi/pulumi/metadata";
import { allConfig } from "@pulumi/pulumi/runtime/config";
import type { InventorySource } from "../inventory";
import { INTERZONE_DEFAULT, INTRAZONE_DEFAULT } from "../declaration/cleanup-rule";
import { HOLD_TAG, ownerTag } from "../declaration/names";
import type { CoverageOptions } from "../mapping/coverage";
import type { MappingOptions } from "../mapping/types";
import { AUDIT_COMMENT_LIMIT } from "../panos/audit";
import { connectionFrom, type Connection } from "../panos/connection";
import { FIREWALLS, listedEntries, PROJECT, type FirewallConfiguration } from "./configuration";
import { isRecord } from "../lib/records";
import { freezeWindows, frozen } from "./freeze";
import { runFrom } from "./run";
import { withKeyReader } from "../aws/secrets/key-reader";
import { applicationOverrides } from "./applications";
import { configuredFirewalls } from "./firewalls";
import { guardSettings, type GuardSettings } from "./guard";
import { guardrailSettings, type GuardrailSettings } from "./guardrails";
import { inventorySource, sufficientSource } from "./inventory";
import { reportUnknown } from "./keys";
import { collector, SettingsError, type Report } from "./problems";
import { policySettings } from "./policies";
import { quarantineSettings } from "./quarantine";
import { removalSettings } from "./removals";
import { mappingScope, protectedPlaces, zoneOptions } from "./mapping";
import { tableReader } from "./reader";
import { SECRETS, SETTINGS } from "./table";
import { PANOS_NAME } from "./table/forms";
import { namedTags, reportUnseenTags } from "./tags";
import { firewallTargets } from "./targets";

export { SettingsError } from "./problems";

/** Everything that the stack configuration says, validated. docs/settings.md has the table. */
export interface Settings {
  /** organization/project/stack. */
  stack: string;
  inventory: InventorySource;
  /** What AWS's routes send traffic to, and what is behind the firewall besides. */
  targets: Targets;
  firewalls: FirewallSettings[];
  /** Whether `firewalls:` lists them: then everything that is declared is named after its firewall. */
  listed: boolean;
  guardrails: GuardrailSettings;
  /** What waits for an approval; undefined: nothing does. */
  guard: GuardSettings | undefined;
  limits: Limits;
  /** Why nothing may be written now; undefined: it may. */
  frozen: string | undefined;
}

type Targets = Pick<MappingOptions, "firewall" | "protectedSubnets" | "protectedVpcs">;

/** How much one run may change, and how many rules there may be. Undefined: no limit but the device's. */
export interface Limits {
  maxChanges: number | undefined;
  maxRemovals: number | undefined;
  /** Whether removals count that are revoked permissions by what AWS shows and the run's events say. */
  revoked: "count" | "pass";
  maxRules: number | undefined;
}

/** What the configuration says of one firewall. */
export interface FirewallSettings {
  connection: Connection;
  mapping: MappingOptions;
  cleanupRule: string;
  /** What decides whether an administrator's rule makes one of ours unnecessary. */
  coverage: CoverageOptions;
  /** The firewall to declare, and whose rules on it are ours. */
  declared: DeclaredFirewall;
}

interface DeclaredFirewall {
  name: string;
  vsys: string;
  hostname: string;
  ownerId: string;
  /** The administrator's rule that everything of ours stands above. */
  cleanupRule: string;
  /** organization/project/stack. */
  stack: string;
  acceptRename: boolean;
  maxRemovals: number | undefined;
}

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
  const { firewalls, listed } = configuredFirewalls(get, environment, report);

  const ownerId = read.text("ownerId") ?? "";
  if (ownerTag(ownerId) === HOLD_TAG) report(`${PROJECT}:ownerId`, 'can\'t be "hold"', "k3v9x2ab");
  const places = protectedPlaces(read, report);
  const isFirewallNeeded = [...(places.protectedSubnets ?? []), ...(places.protectedVpcs ?? [])].length === 0;
  const targets = { ...places, firewall: firewallTargets(read.json("firewall"), isFirewallNeeded, report) };
  const freeze = read.json("freeze");
  if (freeze !== undefined) {
    freezeWindows(freeze, (place, problem, example) => report(`${PROJECT}:freeze${place}`, problem, example));
  }
  read.boolean("paused");
  const { variable } = SETTINGS["panos:auditComment"];
  reportAuditComment(variable, environment[variable], report);
  for (const { key, problem, example } of runFrom(environment).problems) report(key, problem, example);

  const quarantine = quarantineSettings(read.json("quarantine"), report);
  const removals = removalSettings(read, report);
  const common: Common = {
    ownerId,
    stack,
    mapping: {
      ownerId,
      ...targets,
      ...mappingScope(read, report),
      applications: applicationOverrides(read.json("applications"), report),
      ruleMode: read.choice("ruleMode"),
      destinations: read.choice("destinations"),
      ...(quarantine && { quarantine }),
    },
    skipAlreadyAllowed: read.boolean("skipAlreadyAllowed"),
    allowApplicationShift: read.boolean("allowApplicationShift"),
    acceptRename: read.boolean("acceptRename"),
    maxRemovals: removals.maxRemovals,
  };
  if (common.mapping.destinationAddress === "nat" && common.mapping.destinations === "dynamic") {
    report(
      `${PROJECT}:destinationAddress`,
      "is nat, which names addresses in rules, so destinations can't be dynamic",
      "private",
    );
  }
  const guardrails = guardrailSettings(read.json("guardrails"), report);
  const guard = guardSettings(read.json("guard"), get, report);
  const limits: Limits = {
    maxChanges: read.wholeNumber("maxChanges"),
    ...removals,
    maxRules: guardrails.maxRules,
  };
  const configured = inventorySource(get, read, report, Object.keys(values));
  const declared = firewalls
    .map((firewall) => ({ ...firewall, settings: firewallSettings(firewall, listed, common, report) }))
    .flatMap(({ remove, settings }) => (remove || settings === undefined ? [] : [settings]));
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
    listed,
    guardrails,
    guard,
    limits,
    frozen: frozen(get),
  };
}

/** What all firewalls have in common. */
interface Common {
  ownerId: string;
  mapping: Omit<MappingOptions, "untrustZone" | "trustZone">;
  stack: string;
  skipAlreadyAllowed: boolean;
  allowApplicationShift: boolean;
  acceptRename: boolean;
  maxRemovals: number | undefined;
}

/** What is said of one firewall; undefined where its connection isn't known, which has been reported. */
function firewallSettings(
  { name, get, keyOf, environment }: FirewallConfiguration,
  listed: boolean,
  common: Common,
  report: Report,
): FirewallSettings | undefined {
  const { ownerId, stack, mapping, skipAlreadyAllowed, allowApplicationShift, ...others } = common;
  const read = tableReader(get, report, keyOf);
  const { connection, problems } = connectionFrom((key) => get(`panos:${key}`), environment);
  for (const { key, problem, example } of problems) {
    report(listed ? keyOf(key.replace(/ \(or .*/, "")) : key, problem, example);
  }
  read.text("panos:name");
  read.boolean("panos:takeLock");
  read.wholeNumber("panos:lockTimeout");
  read.wholeNumber("panos:commitTimeout");
  read.choice("panos:commitScope");
  reportAuditComment(keyOf("panos:auditComment"), get("panos:auditComment"), report);
  read.choice("sessions");
  const cleanupRule = read.text("cleanupRule") ?? "";
  if (cleanupRule === INTRAZONE_DEFAULT) {
    report(
      keyOf(`${PROJECT}:cleanupRule`),
      "allows what stays in a zone, so it cleans up nothing",
      INTERZONE_DEFAULT,
    );
  }
  const untrustZone = read.text("untrustZone") ?? "";
  const trustZone = read.text("trustZone") ?? "";
  const zones = zoneOptions(read.json("zones"), keyOf(`${PROJECT}:zones`), report);
  const profileGroup = read.text("profileGroup");
  const logSetting = read.text("logSetting");
  const policies = policySettings(read.json("policies"), keyOf(`${PROJECT}:policies`), report);
  const adopt = ruleNames(keyOf(`${PROJECT}:adopt`), read.json("adopt"), report);
  if (connection === undefined) return undefined;
  const { vsys, hostname } = connection;
  return {
    connection: withKeyReader(connection, get),
    cleanupRule,
    coverage: { cleanupRule, enabled: skipAlreadyAllowed, adopt, allowApplicationShift },
    mapping: {
      ...{ ...mapping, untrustZone, trustZone },
      ...(zones && { zones }),
      ...(profileGroup !== undefined && { profileGroup }),
      ...(logSetting !== undefined && { logSetting }),
      ...(policies.length > 0 && { policies }),
    },
    declared: { name, vsys, hostname, ownerId, cleanupRule, stack, ...others },
  };
}

/** A list of names of rules. */
function ruleNames(key: string, value: unknown, report: Report): string[] {
  if (value === undefined) return [];
  const names: unknown[] = Array.isArray(value) ? value : [];
  if (!Array.isArray(value)) report(key, "is not a list of rules' names", SETTINGS.adopt.example);
  for (const name of names) {
    if (typeof name === "string" && PANOS_NAME.test(name)) continue;
    report(key, `${JSON.stringify(name)} is not a rule's name`, '["allow-web"]');
  }
  return names.map(String);
}

function reportAuditComment(key: string, comment: string | undefined, report: Report): void {
  if (comment === undefined || ([...comment].length <= AUDIT_COMMENT_LIMIT && !/\p{Cc}/u.test(comment)))
    return;
  const problem = `has more than ${AUDIT_COMMENT_LIMIT} characters, or more than one line`;
  report(key, problem, "https://git.example.com/network/pull/42");
}

function reportPlainSecrets(
  values: Readonly<Record<string, string>>,
  isSecret: (key: string) => boolean,
  report: Report,
): void {
  for (const name of SECRETS) {
    const key = `panos:${name}`;
    if (values[key] === undefined || isSecret(key)) continue;
    report(key, "is in the stack file in plain text", `pulumi config set --secret ${key}`);
  }
  if (isSecret(FIREWALLS)) return;
  const entries = listedEntries((key) => values[key]);
  (entries ?? []).forEach((entry: unknown, index) => {
    for (const name of SECRETS) {
      if (!isRecord(entry) || entry[name] === undefined) continue;
      const place = `${FIREWALLS}[${index}].${name}`;
      report(place, "is in the stack file in plain text", `pulumi config set --secret --path '${place}'`);
    }
  });
}
