/** A rule as an administrator has it, for a simulator's configuration. */
export function ruleEntry(name: string, fields: Partial<Record<string, string>> = {}): string {
  const lists = {
    from: "untrust",
    to: "trust",
    source: "any",
    destination: "any",
    application: "any",
    service: "any",
  };
  const members = Object.entries({ ...lists, ...fields })
    .filter(([field]) => field !== "action")
    .map(([field, value]) => `<${field}><member>${value}</member></${field}>`);
  return `<entry name="${name}">${members.join("")}<action>${fields["action"] ?? "allow"}</action></entry>`;
}

/** What administrators have where a stack's rules go, before there is one. */
export interface Given {
  /** Rules above the cleanup rule. */
  rules?: readonly string[];
  /** Rules below it. */
  below?: readonly string[];
  /** The cleanup rule itself; "" for none. */
  cleanup?: string;
  /** Entries of predefined rules that are overridden. */
  overridden?: string;
  /** Containers of objects beside the rules. */
  objects?: string;
  /** What belongs into `<shared>`. */
  shared?: string;
  /** Settings of the devices that packets go through. */
  setting?: string;
}

export const CLEANUP = ruleEntry("cleanup", { from: "any", to: "any", action: "deny" });

/** What a rulebase has in it. */
export function rulesOf({ rules = [], below = [], cleanup = CLEANUP }: Given): string {
  return `<security><rules>${rules.join("")}${cleanup}${below.join("")}</rules></security>`;
}

/** What overrides the predefined rules; a device group has it in its post-rulebase. */
export function overriddenIn({ overridden = "" }: Given): string {
  return overridden && `<default-security-rules><rules>${overridden}</rules></default-security-rules>`;
}

/** A firewall's configuration that has all of it. */
export function configOf(given: Given = {}): string {
  const { objects = "", setting = "" } = given;
  const shared = given.shared === undefined ? "<shared/>" : `<shared>${given.shared}</shared>`;
  const device = setting && `<deviceconfig><setting>${setting}</setting></deviceconfig>`;
  return (
    `<config version="11.1.0">${shared}<devices><entry name="localhost.localdomain">${device}` +
    '<vsys><entry name="vsys1"><zone><entry name="untrust"/><entry name="trust"/></zone>' +
    `${objects}<rulebase>${rulesOf(given)}${overriddenIn(given)}</rulebase></entry></vsys></entry></devices></config>`
  );
}

/** A firewall's configuration with these rules of its administrator, and a cleanup rule below them. */
export function firewallConfig(rules: readonly string[] = []): string {
  return configOf({ rules });
}

/** A device group's rulebase with these rules of its administrator, and a cleanup rule below them. */
export function groupRules(rules: readonly string[] = [], rulebase = "pre-rulebase"): string {
  return `<${rulebase}>${rulesOf({ rules })}</${rulebase}>`;
}
