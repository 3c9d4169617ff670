/** What every run says of what stays because AWS was not read in full. */
import { listed } from "../../lib/text";
import type { Registrations } from "./registered";
import type { Staying } from "./rules";

/** More would make a sentence a list. */
const [MOST_RULES, MOST_MEMBERS] = [20, 5];

export function rulesText(staying: readonly Staying[], reasons: readonly string[]): string {
  const named = staying.map(({ rule, members }) => `${rule.name} (${listed(members, MOST_MEMBERS)})`);
  return (
    `what these rules had stays, because whether it still comes to the firewall was not read: ${listed(named, MOST_RULES, "; and")}. ` +
    because(reasons)
  );
}

export function registeredTexts(registrations: Registrations, reasons: readonly string[]): string[] {
  const named = Object.entries(registrations).map(
    ([tag, members]) => `${listed(members, MOST_MEMBERS)} with ${tag}`,
  );
  if (named.length === 0) return [];
  return [
    `these addresses stay registered, because whether they are still behind the firewall was not read: ${listed(named, MOST_RULES, "; and")}. ` +
      because(reasons),
  ];
}

function because(reasons: readonly string[]): string {
  return (
    `Not read: ${listed(reasons, MOST_RULES)}. Let it be read, or let protectedVpcs name what is behind the firewall and ` +
    "guardrails.exclude what is to go; npm run explain shows the way of an interface. What AWS says is revoked or stopped goes all the same"
  );
}
