import { partsOf } from "../session/identity";
import { configured } from "../session/configuration";
import { firewallConfigurations } from "../../settings/configuration";
import { counted } from "../../lib/text";
import { noteRun } from "../../settings/run";
import type { Session } from "../session/session";
import { tell } from "../session/tell";

/** How this run ended on each firewall, by its name. */
const outcomes = new Map<
  string,
  { text: string; failed: boolean; changed: boolean; isGroup: boolean; lacking: boolean }
>();

/**
 * Notes how a run ended on one of several firewalls. When all that are declared have come to an end, it says
 * who has what, as one table; a run in which nothing changed anywhere needs none.
 * @param error why it failed; its own message has been shown in full by Pulumi
 */
export function noteOutcome(session: Session, text: string, error?: unknown): void {
  const { name } = partsOf(session.firewall);
  const refused =
    session.refusal ?? (session.failures.length > 0 ? "some of its resources failed" : undefined);
  const failure = refused ?? (error instanceof Error ? error.message : undefined);
  const failed = failure !== undefined || error !== undefined;
  if (failed) noteRun({ note: "failed", firewall: session.firewall, reason: failure ?? text });
  const { reach } = session;
  const inForce = reach === undefined || text === UNCHANGED ? text : `${text}, in force on ${reached(reach)}`;
  outcomes.set(name, {
    text: failed ? `FAILED: ${firstSentence(failure ?? "see above")}` : inForce,
    failed,
    isGroup: session.location.panorama !== undefined,
    lacking: reach !== undefined && reach.holding < reach.all,
    changed: text !== UNCHANGED,
  });

  const { firewalls, listed } = firewallConfigurations(configured);
  const declared = firewalls.filter(({ remove }) => !remove).map((firewall) => firewall.name);
  if (!listed || declared.length < 2 || !declared.every((each) => outcomes.has(each))) return;
  const found = declared.map((each) => ({ name: each, ...outcomes.get(each)! }));
  if (!found.some(({ failed: bad, changed }) => bad || changed)) return;
  const width = Math.max(...declared.map(({ length }) => length));
  const lines = found.map((each) => `  ${each.name.padEnd(width)}  ${each.text}`);
  const bad = found.filter((each) => each.failed).length;
  const groups = found.filter((each) => each.isGroup).length;
  const lacking = found.filter((each) => each.lacking).length;
  const head =
    bad > 0
      ? `${bad} of ${found.length} firewalls failed`
      : lacking > 0
        ? `${lacking} of ${counted(groups, "device group")} ${lacking === 1 ? "has" : "have"} firewalls without this revision`
        : `all ${found.length} firewalls have this revision`;
  tell(bad + lacking > 0 ? "warn" : "info", `${head}:\n${lines.join("\n")}`);
}

/** How many of a device group's firewalls hold what is declared. */
export function reached({ holding, all }: { holding: number; all: number }): string {
  return holding === all ? counted(all, "firewall") : `${holding} of ${counted(all, "firewall")}`;
}

/** What `noteOutcome` is told of a firewall on which there was nothing to do. */
export const UNCHANGED = "as declared already";

function firstSentence(message: string): string {
  const end = message.search(/[.:](\s|$)/);
  return end < 0 ? message : message.slice(0, end);
}
