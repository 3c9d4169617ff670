import { objectsIn } from "../../declaration/objects";
import { PARTS } from "../../declaration/kinds/index";
import { ownObjects } from "../../declaration/ownership";
import { inParallel } from "../../lib/parallel";
import { listed } from "../../lib/text";
import { hierarchyOf, labelOf, managedFirewalls } from "../../panos/device-groups";
import { groupXpath, PUSHED_RULEBASES, SHARED_XPATH, vsysXpath } from "../../panos/location";
import { child, type XmlElement } from "../../panos/xml";
import { ProviderError } from "../error";
import type { Session } from "../session/session";

/**
 * Requires that no group above or below the device group, not shared, and no firewall of them itself has rules or
 * objects of names that are this stack's: pushed to one firewall, two of one name are in each other's way, and which of
 * them is meant is somebody else's guess.
 * @throws ProviderError `NAMES_TAKEN` that names them
 */
export async function requireNamesFree(session: Session, ownerId: string): Promise<void> {
  const { panorama } = session.location;
  if (panorama === undefined) return;
  const { client } = await session.open();
  const { above, below } = await hierarchyOf(client, panorama.deviceGroup);
  const fleet = await managedFirewalls(client, [panorama.deviceGroup, ...below]);
  const groups = [...above, ...below].map((group) => ({
    place: `device group ${group}`,
    group,
    read: () => client.get(groupXpath(group)),
  }));
  const local = fleet
    .filter(({ isConnected }) => isConnected)
    .map((each) => ({
      place: `${labelOf(each)} itself`,
      group: undefined,
      read: () => client.forFirewall(each.serial, each.vsys).get(vsysXpath(each)),
    }));
  const shared = { place: "shared", group: "shared", read: () => client.get(SHARED_XPATH) };
  const said = await inParallel([shared, ...groups, ...local], async ({ place, group, read }) => {
    const answer = await read();
    const scope = child(answer, group === "shared" ? "shared" : "entry");
    const names = namesOfOurs(scope, group, ownerId);
    return names.length === 0 ? [] : [`${place} has ${listed(names, 5)}`];
  });
  if (said.flat().length === 0) return;
  throw new ProviderError(
    "NAMES_TAKEN",
    `names of this stack are taken beside ${session.firewall}: ${said.flat().join("; ")}. Nothing was committed. Remove ` +
      "or rename them there; a stack for each of two device groups, one below the other, needs an ownerId of its own",
  );
}

/** @param group the device group, or shared; undefined: a firewall */
function namesOfOurs(scope: XmlElement | undefined, group: string | undefined, ownerId: string): string[] {
  const views =
    group === undefined
      ? [objectsIn(scope)]
      : PUSHED_RULEBASES.map((rulebase) => objectsIn(scope, undefined, { deviceGroup: group, rulebase }));
  return [
    ...new Set(
      views.flatMap((objects) => {
        const own = ownObjects(ownerId, objects);
        return PARTS.flatMap((part) => own[part]);
      }),
    ),
  ];
}
