/** What an update will ask of a firewall. */
import { differences } from "../../declaration/differences";
import { PARTS, type Part } from "../../declaration/kinds/index";
import { counted, listed } from "../../lib/text";
import type { FirewallFacts } from "./facts";
import type { Cost } from "./types";

/** Operations that one request takes: provider/session/stager.ts. */
const MOST_OPERATIONS = 500;

/** Undefined between two snapshots, where no firewall is known. */
export function costOf(
  { found, declared, adopted, registrations }: FirewallFacts,
  held: readonly string[],
): Cost | undefined {
  if (found === undefined || declared === undefined) return undefined;
  const exempt = new Set(held);
  const changed = (part: Part) =>
    Object.entries(declared[part]).filter(
      ([name, content]) => !exempt.has(name) && found[part][name] !== content,
    ).length;
  const rules = changed("rules");
  const named = PARTS.filter((part) => part !== "rules" && part !== "tags");
  const objects = named.reduce((sum, part) => sum + changed(part), 0);
  const writes = differences(declared, found, exempt).length + adopted.length;
  const removals = writes - rules - objects - changed("tags");
  // The tag first, then what rules name, then rules, each written and placed; what goes, at the end.
  const requests = [changed("tags"), objects, 2 * rules, removals].map((operations) =>
    Math.ceil(operations / MOST_OPERATIONS),
  );
  const { missing, excess } = registrations ?? { missing: 0, excess: 0 };
  return {
    commits: writes > 0 ? 1 : 0,
    writes,
    writingRequests: requests.reduce((sum, each) => sum + each, 0),
    registrations: missing + excess,
  };
}

/** How many firewalls a change of a device group comes to, and which. */
export function pushText(reaches: readonly string[] | undefined): string {
  if (reaches === undefined) return "";
  return ` and a push to ${counted(reaches.length, "firewall")}${reaches.length === 0 ? "" : ` (${listed(reaches, 10)})`}`;
}
