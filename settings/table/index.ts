/**
 * Every setting of the namespaces `panos:` and `aws-panos-rules:`, once: its type, its default, an example, and what it
 * is. Validation goes by it, and `npm run docs` makes the page and the JSON schema of it.
 */
import { PANOS_SETTINGS } from "./panos";
import { PROJECT_SETTINGS } from "./project";
import type { Setting } from "./setting";

type OfPanos = { [K in keyof typeof PANOS_SETTINGS as `panos:${K}`]: (typeof PANOS_SETTINGS)[K] };

/** By key: with the namespace, or bare where it is the project's. */
export type Table = typeof PROJECT_SETTINGS & OfPanos;

/** The keys of one type of settings. */
export type KeyOf<T extends Setting["type"]> = {
  [K in keyof Table]: Table[K] extends { type: T } ? K : never;
}[keyof Table];

export const SETTINGS = {
  ...PROJECT_SETTINGS,
  ...Object.fromEntries(Object.entries(PANOS_SETTINGS).map(([name, each]) => [`panos:${name}`, each])),
} as Table;

export const PANOS_KEYS = Object.keys(PANOS_SETTINGS);
export const PROJECT_KEYS = Object.keys(PROJECT_SETTINGS);

/** Settings of the project's namespace that each of several firewalls may have for itself. */
export const OVERRIDES = Object.entries<Setting>(PROJECT_SETTINGS).flatMap(([name, { ofEach }]) =>
  ofEach === true ? [name] : [],
);

/** What one of several firewalls may say of itself. */
export const FIREWALL_KEYS = [...PANOS_KEYS, ...OVERRIDES, "remove"];

/** Those that may be in a stack file only encrypted, without `panos:`. */
export const SECRETS = Object.entries<Setting>(PANOS_SETTINGS).flatMap(([name, { secret }]) =>
  secret === true ? [name] : [],
);
