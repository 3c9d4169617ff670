import { serviceXml, type FoundService } from "../panos/entries";
import { entryXpath } from "../panos/location";
import { serviceHash } from "./content";
import type { ServiceInputs } from "./inputs";
import { objectProvider } from "./object";
import { isOurServiceUntagged, notOurs, ownsService } from "./ownership";
import type { Session } from "./session";
import { tell } from "./tell";

/** Service: a service object of ours, for ports that no application says exactly. */
export const provider = objectProvider<ServiceInputs>({
  hash: serviceHash,

  outputs: ({ firewall, ownerId }) => ({ firewall, ownerId }),

  plan(inputs, objects, session, operation) {
    const { name, ownerId } = inputs;
    const found = objects.services.get(name);
    if (found !== undefined && !ownsService(ownerId, found)) {
      if (operation === "update" && isUntagged(ownerId, found, serviceHash(inputs), session)) return [];
      throw new Error(notOurs("service", name, session.firewall, found.tag));
    }
    if (found !== undefined && serviceHash(found) === serviceHash(inputs)) return [];
    const xpath = entryXpath(session.location, "service", name);
    return [{ action: "edit", xpath, element: serviceXml(inputs) }];
  },

  found(id, { firewall, ownerId = "", hash }, objects, session) {
    const found = objects.services.get(id);
    if (found !== undefined && isUntagged(ownerId, found, hash, session)) return "left";
    return found && ({ ...found, firewall, ownerId } as ServiceInputs);
  },

  removal(id, { ownerId = "" }, objects, session) {
    const found = objects.services.get(id);
    if (found === undefined || !ownsService(ownerId, found)) return [];
    return [{ action: "delete", xpath: entryXpath(session.location, "service", id) }];
  },
});

/** Whether somebody took our tag off a service that still says what it said; each run says so. */
function isUntagged(ownerId: string, found: FoundService, declared: string, session: Session): boolean {
  if (!isOurServiceUntagged(ownerId, found, declared)) return false;
  tell("warn", `service ${found.name} on ${session.firewall} has lost this stack's tag: it is left as it is`);
  return true;
}
