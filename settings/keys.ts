import { CONNECTION_ENVIRONMENT } from "../panos/connection";
import { OVERRIDES, PROJECT } from "./configuration";
import type { Report } from "./problems";

/** Settings of the namespace `panos:`: one firewall, or what several have in common. */
const PANOS_KEYS = [
  ...Object.keys(CONNECTION_ENVIRONMENT),
  "name",
  "takeLock",
  "lockTimeout",
  "commitTimeout",
  "commitScope",
  "auditComment",
];

/** Settings of the project's namespace. */
const PROJECT_KEYS = [
  "firewall",
  "firewalls",
  "cleanupRule",
  "untrustZone",
  "trustZone",
  "profileGroup",
  "logSetting",
  "applications",
  "applicationsByTag",
  "directions",
  "references",
  "destinationAddress",
  "overlaps",
  "prefixListGroups",
  "protectedSubnets",
  "protectedVpcs",
  "zones",
  "accounts",
  "onUnreadable",
  "inventory",
  "snapshot",
  "ruleMode",
  "destinations",
  "skipAlreadyAllowed",
  "allowApplicationShift",
  "ownerId",
  "acceptRename",
  "maxRemovals",
  "maxChanges",
  "guardrails",
  "quarantine",
  "policies",
  "guard",
  "freeze",
  "paused",
  "sessions",
  "adopt",
];

/** What one of several firewalls may say of itself. */
export const FIREWALL_KEYS = [...PANOS_KEYS, ...OVERRIDES, "remove"];

/** Reports a key of our namespaces that means nothing, and how it is spelled where that is clear. */
export function reportUnknown(key: string, report: Report): void {
  const [namespace, name = ""] = key.split(":", 2);
  const known = namespace === "panos" ? PANOS_KEYS : namespace === PROJECT ? PROJECT_KEYS : undefined;
  if (known !== undefined) reportUnlessKnown(name, key, known, report);
}

/** The same for a name inside a structured setting. */
export function reportUnlessKnown(name: string, key: string, known: readonly string[], report: Report): void {
  if (known.includes(name)) return;
  const near = known.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  report(key, `is not a setting${near === undefined ? "" : `; it is spelled ${near}`}`, known.join(", "));
}
