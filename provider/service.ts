import { serviceXml } from "../panos/entries";
import { entryXpath } from "../panos/location";
import { serviceHash } from "./content";
import type { ServiceInputs } from "./inputs";
import { objectProvider } from "./object";
import { notOurs, ownsService } from "./ownership";

/** Service: a service object of ours, for ports that no application says exactly. */
export const provider = objectProvider<ServiceInputs>({
  hash: serviceHash,

  outputs: ({ firewall, ownerId }) => ({ firewall, ownerId }),

  plan(inputs, objects, session) {
    const { name, ownerId } = inputs;
    const found = objects.services.get(name);
    if (found !== undefined && !ownsService(ownerId, found)) {
      throw new Error(notOurs("service", name, session.firewall, found.tag));
    }
    if (found !== undefined && serviceHash(found) === serviceHash(inputs)) return [];
    const xpath = entryXpath(session.client.connection, "service", name);
    return [{ action: "edit", xpath, element: serviceXml(inputs) }];
  },

  found(id, { firewall, ownerId = "" }, objects) {
    const found = objects.services.get(id);
    return found && ({ ...found, firewall, ownerId } as ServiceInputs);
  },

  removal(id, { ownerId = "" }, objects, session) {
    const found = objects.services.get(id);
    if (found === undefined || !ownsService(ownerId, found)) return [];
    return [{ action: "delete", xpath: entryXpath(session.client.connection, "service", id) }];
  },
});
