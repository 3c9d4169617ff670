import { getOrganization, getProject, getStack } from "@pulumi/pulumi/metadata";
import { allConfig } from "@pulumi/pulumi/runtime/config";
import type { InventorySource } from "./inventory";
import { HOLD_TAG, OWNER_ID, ownerTag } from "./mapping/names";
import type { CoverageOptions } from "./mapping/coverage";
import type { MappingOptions } from "./mapping/types";
import { AUDIT_COMMENT_LIMIT } from "./panos/audit";
import {
  connectionFrom,
  CONNECTION_ENVIRONMENT,
  type Connection,
  type SettingProblem,
} from "./panos/connection";
import type { FirewallInputs } from "./provider/inputs";

/** Everything that the stack configuration says, validated. README has the table. */
export interface Settings {
  connection: Connection;
  inventory: InventorySource;
  mapping: MappingOptions;
  cleanupRule: string;
  /** What decides whether an administrator's rule makes one of ours unnecessary. */
  coverage: CoverageOptions;
  /** The firewall to declare, and whose rules on it are ours. */
  firewall: FirewallInputs & { acceptRename: boolean; maxRemovals: number | undefined };
}

/** The stack configuration can't be used. Its message lists every problem at once. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly code = "SETTINGS_INVALID";

  constructor(readonly problems: readonly SettingProblem[]) {
    const lines = problems.map(({ key, problem, example }) => `  ${key} ${problem}. Example: ${example}`);
    super(`the stack configuration has ${problems.length} problem(s):\n${lines.join("\n")}`);
  }
}

/** The namespace of the mapping's settings: the project's name. */
const PROJECT = "aws-panos-rules";

const PANOS_KEYS = [
  ...Object.keys(CONNECTION_ENVIRONMENT),
  "name",
  "takeLock",
  "lockTimeout",
  "commitTimeout",
  "commitScope",
  "auditComment",
];
const SECRET_KEYS = ["panos:apiKey", "panos:password"];
const PROJECT_KEYS = [
  "firewall",
  "cleanupRule",
  "untrustZone",
  "trustZone",
  "profileGroup",
  "logSetting",
  "applications",
  "inventory",
  "snapshot",
  "ruleMode",
  "skipAlreadyAllowed",
  "ownerId",
  "acceptRename",
  "maxRemovals",
];

const FIREWALL_IDS = {
  instanceIds: { pattern: /^i-[0-9a-f]+$/, example: "i-0123456789abcdef0" },
  networkInterfaceIds: { pattern: /^eni-[0-9a-f]+$/, example: "eni-0123456789abcdef0" },
  vpcEndpointIds: { pattern: /^vpce-[0-9a-f]+$/, example: "vpce-0123456789abcdef0" },
} as const;

/** What PAN-OS allows in the names of zones, rules, profile groups and profiles. */
const PANOS_NAME = /^[A-Za-z0-9_][A-Za-z0-9_ .-]{0,62}$/;

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
  const problems: SettingProblem[] = [];
  const report = (key: string, problem: string, example: string) => problems.push({ key, problem, example });
  const read = reader(values, report);

  for (const key of SECRET_KEYS) {
    if (values[key] !== undefined && !isSecret(key)) {
      report(key, "is in the stack file in plain text", `pulumi config set --secret ${key}`);
    }
  }
  for (const key of Object.keys(values)) reportUnknown(key, report);

  const { connection, problems: connectionProblems } = connectionFrom(
    (key) => values[`panos:${key}`],
    environment,
  );
  problems.push(...connectionProblems);
  read.boolean("panos:takeLock", true);
  read.wholeNumber("panos:lockTimeout", 0);
  read.wholeNumber("panos:commitTimeout", 1);
  read.choice("panos:commitScope", ["own", "full"] as const);
  const auditComment = environment["PANOS_AUDIT_COMMENT"] || values["panos:auditComment"] || "";
  if ([...auditComment].length > AUDIT_COMMENT_LIMIT || /\p{Cc}/u.test(auditComment)) {
    report(
      "panos:auditComment (or PANOS_AUDIT_COMMENT)",
      `has more than ${AUDIT_COMMENT_LIMIT} characters, or more than one line`,
      "https://git.example.com/network/pull/42",
    );
  }

  const ownerId = read.text("ownerId", OWNER_ID, "k3v9x2ab (npm run init makes one)") ?? "";
  if (ownerTag(ownerId) === HOLD_TAG) report(`${PROJECT}:ownerId`, 'can\'t be "hold"', "k3v9x2ab");
  const cleanupRule = read.text("cleanupRule", PANOS_NAME, "cleanup-deny") ?? "";
  const untrustZone = read.text("untrustZone", PANOS_NAME, "untrust") ?? "";
  const trustZone = read.text("trustZone", PANOS_NAME, "trust") ?? "";
  const profileGroup = read.text("profileGroup", PANOS_NAME, "strict-inbound", "optional");
  const logSetting = read.text("logSetting", PANOS_NAME, "to-siem", "optional");
  const firewall = firewallTargets(read.json("firewall"), report);
  const applications = applicationOverrides(read.json("applications"), report);
  const inventory = inventorySource(read, report);
  const settings = {
    inventory,
    cleanupRule,
    coverage: {
      cleanupRule,
      untrustZone,
      trustZone,
      enabled: read.boolean(`${PROJECT}:skipAlreadyAllowed`, true),
    },
    mapping: {
      ownerId,
      firewall,
      applications,
      untrustZone,
      trustZone,
      ruleMode: read.choice("ruleMode", ["application", "service"] as const),
      destinations: "addresses" as const,
      ...(profileGroup !== undefined && { profileGroup }),
      ...(logSetting !== undefined && { logSetting }),
    },
    firewall: {
      name: read.text("panos:name", PANOS_NAME, "edge-fw", "optional") ?? "firewall",
      vsys: connection?.vsys ?? "",
      hostname: connection?.hostname ?? "",
      ownerId,
      cleanupRule,
      stack,
      acceptRename: read.boolean(`${PROJECT}:acceptRename`, false),
      maxRemovals: read.wholeNumber(`${PROJECT}:maxRemovals`, 0),
    },
  };
  if (problems.length > 0 || connection === undefined) throw new SettingsError(problems);
  return { ...settings, connection };
}

type Report = (key: string, problem: string, example: string) => void;

/** Readers of single values that report what is wrong with them. Bare keys are the project's. */
function reader(values: Readonly<Record<string, string>>, report: Report) {
  const full = (key: string) => (key.includes(":") ? key : `${PROJECT}:${key}`);
  return {
    text(key: string, pattern: RegExp, example: string, need: "required" | "optional" = "required") {
      const value = values[full(key)];
      if (value === undefined || value === "") {
        if (need === "required") report(full(key), "is missing", example);
        return undefined;
      }
      if (!pattern.test(value)) report(full(key), `${JSON.stringify(value)} is not a valid value`, example);
      return value;
    },
    boolean(key: string, byDefault: boolean): boolean {
      const value = values[key] ?? String(byDefault);
      if (value !== "true" && value !== "false") {
        report(key, `${JSON.stringify(value)} is neither true nor false`, String(byDefault));
      }
      return value === "true";
    },
    wholeNumber(key: string, least: number): number | undefined {
      const value = values[key];
      if (value === undefined) return undefined;
      if (!/^\d+$/.test(value) || Number(value) < least) {
        report(key, `${JSON.stringify(value)} is not a whole number from ${least}`, "25");
      }
      return Number(value);
    },
    choice<T extends string>(key: string, choices: readonly [T, ...T[]]): T {
      const value = values[full(key)] ?? choices[0];
      const found = choices.find((choice) => choice === value);
      if (found === undefined) {
        report(full(key), `${JSON.stringify(value)} is none of ${choices.join(", ")}`, choices[0]);
      }
      return found ?? choices[0];
    },
    json(key: string): unknown {
      const value = values[full(key)];
      if (value === undefined) return undefined;
      try {
        return JSON.parse(value) as unknown;
      } catch {
        return value;
      }
    },
  };
}

function reportUnknown(key: string, report: Report): void {
  const [namespace, name = ""] = key.split(":", 2);
  const known = namespace === "panos" ? PANOS_KEYS : namespace === PROJECT ? PROJECT_KEYS : undefined;
  if (known === undefined || known.includes(name)) return;
  const near = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  report(key, `is not a setting${near === undefined ? "" : `; it is spelled ${near}`}`, known.join(", "));
}

function inventorySource(read: ReturnType<typeof reader>, report: Report): InventorySource {
  const kind = read.choice("inventory", ["lookups", "snapshot"] as const);
  if (kind === "lookups") return { kind };
  const file = read.text("snapshot", /./, "account.json", "optional");
  if (file === undefined)
    report(`${PROJECT}:snapshot`, "is missing, although inventory is snapshot", "account.json");
  return { kind, file: file ?? "" };
}

function firewallTargets(value: unknown, report: Report): MappingOptions["firewall"] {
  const key = `${PROJECT}:firewall`;
  const targets: MappingOptions["firewall"] = {
    instanceIds: [],
    networkInterfaceIds: [],
    vpcEndpointIds: [],
  };
  const example = '{"networkInterfaceIds": ["eni-0123456789abcdef0"]}';
  if (value === undefined) {
    report(key, "is missing: it says what AWS's routes send traffic to", example);
    return targets;
  }
  if (!isRecord(value)) {
    report(key, "is not an object of lists of ids", example);
    return targets;
  }
  for (const [kind, ids] of Object.entries(value)) {
    const form = FIREWALL_IDS[kind as keyof typeof FIREWALL_IDS];
    if (form === undefined) {
      report(`${key}.${kind}`, `is none of ${Object.keys(FIREWALL_IDS).join(", ")}`, example);
    } else if (!Array.isArray(ids)) {
      report(`${key}.${kind}`, "is not a list", `["${form.example}"]`);
    } else {
      const wrong = ids.filter((id) => typeof id !== "string" || !form.pattern.test(id));
      for (const id of wrong)
        report(`${key}.${kind}`, `${JSON.stringify(id)} is not such an id`, form.example);
      targets[kind as keyof typeof FIREWALL_IDS] = ids.map(String);
    }
  }
  if (Object.values(targets).every((ids) => ids.length === 0)) report(key, "names no id", example);
  return targets;
}

function applicationOverrides(value: unknown, report: Report): MappingOptions["applications"] {
  const key = `${PROJECT}:applications`;
  const example = '{"tcp/8443": "ssl", "tcp/3306": null}';
  if (value === undefined) return {};
  if (!isRecord(value)) {
    report(key, "is not an object of applications by protocol and port", example);
    return {};
  }
  for (const [port, application] of Object.entries(value)) {
    const number = Number(/^(?:tcp|udp)\/(\d{1,5})$/.exec(port)?.[1] ?? NaN);
    if (!(number <= 65535)) report(`${key}["${port}"]`, "is not a protocol and a port", "tcp/8443");
    if (application !== null && (typeof application !== "string" || !PANOS_NAME.test(application))) {
      report(
        `${key}["${port}"]`,
        `${JSON.stringify(application)} is not an application's name or null`,
        '"ssl"',
      );
    }
  }
  return value as MappingOptions["applications"];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
