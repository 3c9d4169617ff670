import { applicationXml, type FoundApplication } from "../panos/entries";
import { entryXpath } from "../panos/location";
import { applicationHash } from "./content";
import type { ApplicationInputs } from "./inputs";
import { objectProvider } from "./object";
import { isOurApplicationUnmarked, notOurs, ownsApplication } from "./ownership";
import type { Session } from "./session";
import { tell } from "./tell";

/** Application: a custom application of ours, for ICMP types and IP protocols that PAN-OS has no name for. */
export const provider = objectProvider<ApplicationInputs>({
  hash: applicationHash,

  outputs: ({ firewall, ownerId }) => ({ firewall, ownerId }),

  plan(inputs, objects, session, operation) {
    const { name, ownerId } = inputs;
    const found = objects.applications.get(name);
    if (found !== undefined && !ownsApplication(ownerId, found)) {
      if (operation === "update" && isUnmarked(ownerId, found, applicationHash(inputs), session)) return [];
      throw new Error(notOurs("custom application", name, session.firewall, []));
    }
    if (found !== undefined && applicationHash(found) === applicationHash(inputs)) return [];
    const xpath = entryXpath(session.location, "application", name);
    return [{ action: "edit", xpath, element: applicationXml(inputs) }];
  },

  found(id, { firewall, ownerId = "", hash }, objects, session) {
    const found = objects.applications.get(id);
    if (found !== undefined && isUnmarked(ownerId, found, hash, session)) return "left";
    return found && ({ ...found, firewall, ownerId } as ApplicationInputs);
  },

  removal(id, { ownerId = "" }, objects, session) {
    const found = objects.applications.get(id);
    if (found === undefined || !ownsApplication(ownerId, found)) return [];
    return [{ action: "delete", xpath: entryXpath(session.location, "application", id) }];
  },
});

/** Whether somebody changed the description of an application that still says what it said. */
function isUnmarked(ownerId: string, found: FoundApplication, declared: string, session: Session): boolean {
  if (!isOurApplicationUnmarked(ownerId, found, declared)) return false;
  tell(
    "warn",
    `custom application ${found.name} on ${session.firewall} has lost the description that marks it as this ` +
      "stack's: it is left as it is",
  );
  return true;
}
