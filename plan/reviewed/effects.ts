/**
 * What an update of a plan would do, in hashes: whatever it gives the provider that comes to something on the firewall.
 * What only decides whether it stops (limits), or follows from these and the rulebase, is not among them.
 */
import { declarationHash, declarationOf } from "../../declaration/declaration";
import { placesOf } from "../../declaration/placement";
import { memberKey } from "../../panos/device-groups";
import type { Plan } from "../types";
import { hashOf, type Parts } from "./hashes";

type Doing = Pick<Plan, "firewall" | "policy" | "content" | "registrations" | "adopted" | "state">;

/** By what they are of, for people. */
export function effectsOf({ firewall, policy, content, registrations, adopted, state }: Doing): Parts {
  const { declared, mapping, connection, committing } = firewall;
  const { ownerId, stack, cleanupRule, hostname, acceptRename } = declared;
  const { addresses, responders } = policy.isolation ?? {};
  const effects = {
    "the rules and objects": declarationHash(declarationOf(ownerId, stack, content)),
    "the place of our rules (cleanupRule, quarantine.before)": placesOf(
      cleanupRule,
      mapping.quarantine?.before,
    ),
    "what is taken over (adopt)": sortedPairs(adopted.map(({ name, by }) => [name, by])),
    "what is registered (destinations)": registrations && sortedPairs(Object.entries(registrations)),
    "whose sessions end (quarantine)": [addresses, responders],
    "what becomes of other sessions (sessions)": committing.sessions,
    "what is committed (panos:commitScope)": committing.commitScope,
    "where it goes (panos:hostname, panos:panorama)": [hostname, connection.panorama],
    "the firewalls that the device group reaches": state.fleet?.firewalls.map(memberKey).sort(),
    "whether another stack's tag is taken (acceptRename)": acceptRename,
  };
  return Object.fromEntries(
    Object.entries(effects).map(([what, effect]) => [what, hashOf(effect ?? "none")]),
  );
}

/** Lists by name, whatever order they came in. */
function sortedPairs(lists: (readonly [name: string, list: readonly string[]])[]) {
  return lists.map(([name, list]) => [name, [...list].sort()] as const).sort(([a], [b]) => (a < b ? -1 : 1));
}
