import { members, type XmlElement } from "./xml";

/**
 * Which elements of a security rule's `<entry>` are known, and what they do to its match (PAN-OS 10.1 to 11.2, as
 * the provider's own specifications list them). What no list names may narrow a rule in a way that nobody here
 * knows, as `saas-user-list` does: the list of what is known decides.
 */

/** What every rule of ours says, too. */
const CONTENT = new Set([
  "description",
  "tag",
  "from",
  "to",
  "source",
  "destination",
  "application",
  "service",
  "action",
  "profile-setting",
  "log-setting",
]);

/** Elements whose absence means the value given: written or not, it says the same. */
const DEFAULTS: Record<string, string> = {
  "rule-type": "universal",
  "negate-source": "no",
  "negate-destination": "no",
  disabled: "no",
  "log-start": "no",
  "log-end": "yes",
  "icmp-unreachable": "no",
  "disable-inspect": "no",
};

/** Match conditions beyond zones, addresses, applications and services. */
const CONDITIONS = new Set([
  "source-user",
  "category",
  "source-hip",
  "destination-hip",
  "hip-profiles",
  "schedule",
  "source-imei",
  "source-imsi",
  "source-nw-slice",
]);

/** What is done with traffic that matches, and what people say of the rule. */
const WITHOUT_MATCH = new Set(["group-tag", "option", "qos", "disable-server-response-inspection"]);

/** Whether an element is what a rule of ours says in its own fields. */
export function isContent(name: string): boolean {
  return CONTENT.has(name);
}

/** Whether an element says what its absence says: a default, nothing at all, or `any`. */
export function saysNothing(setting: XmlElement): boolean {
  if (DEFAULTS[setting.name] === setting.text.trim() && setting.children.length === 0) return true;
  return leaves(setting).every((value) => value === "" || value === "any");
}

/** The value of an element for people: its members or its text; "set" where it has neither. */
export function valueOf(setting: XmlElement): string {
  return members(setting).join(", ") || setting.text.trim() || "set";
}

/** The elements of a rule's entry that narrow what it matches, beyond those that `RulebaseRule` has in fields. */
export function conditionsIn(entry: XmlElement): { conditions: string[]; unknown: string[] } {
  const conditions = entry.children
    .filter((setting) => CONDITIONS.has(setting.name) && !saysNothing(setting))
    .map(({ name }) => name);
  const unknown = unknownIn(entry, []);
  return { conditions: [...conditions, ...unknown], unknown };
}

/** The elements of a rule's entry that may narrow it, and that neither these lists nor `more` have. */
export function unknownIn(entry: XmlElement, more: readonly string[]): string[] {
  return entry.children
    .filter((setting) => !saysNothing(setting) && !isKnown(setting) && !more.includes(setting.name))
    .map(({ name }) => name);
}

function isKnown(setting: XmlElement): boolean {
  const { name } = setting;
  // Panorama writes it into every rule: without devices, and not negated, it means all of them.
  if (name === "target") return leaves(setting).every((value) => value === "no");
  if (name === "rule-type") return ["universal", "intrazone", "interzone"].includes(setting.text.trim());
  return (
    CONTENT.has(name) || Object.hasOwn(DEFAULTS, name) || CONDITIONS.has(name) || WITHOUT_MATCH.has(name)
  );
}

/** The texts of the innermost elements, and the names of entries: what is chosen by name is a value. */
function leaves({ attributes, children, text }: XmlElement): string[] {
  const named = attributes["name"] === undefined ? [] : [attributes["name"]];
  return [...named, ...(children.length === 0 ? [text.trim()] : children.flatMap(leaves))];
}
