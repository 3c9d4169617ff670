import { OVERRIDES } from "./table";

/** The namespace of the project's own settings. */
export const PROJECT = "aws-panos-rules";

/** The list of several firewalls. */
export const FIREWALLS = `${PROJECT}:firewalls`;

/** What the configuration says of one firewall. */
export interface FirewallConfiguration {
  name: string;
  /** A value by its full key, as text: the firewall's own, or the one that all have in common. */
  get: (key: string) => string | undefined;
  /** Where that value is set, for messages. */
  keyOf: (key: string) => string;
  /** The environment variables that override it: none where several firewalls would share them. */
  environment: NodeJS.ProcessEnv;
  /** Whether its policy is to go: it is no longer declared, and this entry says how to reach it for that. */
  remove: boolean;
}

/** Everything that the configuration says of firewalls. */
export interface FirewallConfigurations {
  firewalls: FirewallConfiguration[];
  /** Whether `firewalls:` lists them; otherwise `panos:` describes the only one. */
  listed: boolean;
}

/**
 * The firewalls that a configuration describes: the one of `panos:`, or those that `firewalls:` lists, each
 * with its own values over the common ones. Entries of a wrong form are passed over: firewalls.ts names them.
 * @param get a value by its full key, as text; structured ones as JSON
 */
export function firewallConfigurations(
  get: (key: string) => string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): FirewallConfigurations {
  const entries = listedEntries(get);
  if (entries === undefined) {
    const name = get("panos:name") || "firewall";
    return { firewalls: [{ name, get, keyOf: (key) => key, environment, remove: false }], listed: false };
  }
  const firewalls = entries.flatMap((entry, index): FirewallConfiguration[] => {
    if (typeof entry !== "object" || entry === null) return [];
    const own = (key: string): string | undefined => {
      const [namespace, name = ""] = key.split(":", 2);
      if (namespace !== "panos" && !OVERRIDES.includes(name)) return undefined;
      const value = (entry as Record<string, unknown>)[name];
      return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
    };
    return [
      {
        name: own("panos:name") ?? "",
        get: (key) => own(key) ?? get(key),
        keyOf: (key) => (own(key) === undefined ? key : `${FIREWALLS}[${index}].${key.split(":")[1]}`),
        environment: entries.length > 1 ? {} : environment,
        remove: "remove" in entry && entry.remove === true,
      },
    ];
  });
  return { firewalls, listed: true };
}

/** The entries of `firewalls:`, whatever they are; undefined where there is no list. */
export function listedEntries(get: (key: string) => string | undefined): unknown[] | undefined {
  const text = get(FIREWALLS);
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as unknown;
    return Array.isArray(value) ? (value as unknown[]) : [];
  } catch {
    return [];
  }
}
