import { waitingFor } from "../../lib/terminal/progress";
import { DRIFT_VARIABLE } from "../../plan/plan-file";
import { factsIn } from "../../review/change/lines";
import { linesOfPreview, type Place } from "../../review/change/preview";
import { appliedOf } from "../../review/drift/applied";
import { driftFacts } from "../../review/drift/from-plan";
import type { Seen } from "../../review/drift/model";
import { openStackFile } from "../../settings/stack-file";
import type { Terminal } from "../framework";

/** What was applied, and what is there. */
export async function seenOf(place: Place, terminal: Terminal): Promise<Seen> {
  const { stack, folder, configFile } = place;
  // Without its file there is nothing to look for, whatever states can be read.
  if (configFile === undefined) await openStackFile(folder, stack);
  // First: an update between the two leaves what is declared, and that is no drift whatever the state said.
  const applied = await waitingFor(`reading the state of stack ${stack}`, () => appliedOf(place), terminal);
  const looking = () => linesOfPreview(place, { [DRIFT_VARIABLE]: "true" });
  const seen = await waitingFor(`looking at the firewalls of stack ${stack}`, looking, terminal);
  const { facts } = factsIn(seen);
  const found = seen.flatMap((each) => {
    const facts = each.line === "plan" ? driftFacts(each.plan) : undefined;
    return facts === undefined ? [] : [[facts.firewall, facts] as const];
  });
  return { facts, drift: new Map(found), applied };
}
