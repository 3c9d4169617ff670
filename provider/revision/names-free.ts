import { objectsIn } from "../../declaration/objects";
import { PARTS } from "../../declaration/kinds/index";
import { ownObjects } from "../../declaration/ownership";
import { inParallel } from "../../lib/parallel";
import { listed } from "../../lib/text";
import { hierarchyOf, labelOf, managedFirewalls } from "../../panos/device-groups";
import { groupXpath, PUSHED_RULEBASES, SHARED_XPATH, vsysXpath } from "../../panos/location";
import { child } from "../../panos/xml";
import { ProviderError } from "../error";
import type { Session } from "../session/session";
import type { Revision } from "./revision";

/**
 * Requires that no group above or below the device group, not shared, not its own other rulebase, and no firewall of them
 * itself has rules or objects that are this stack's, or of names that it declares, whoever's mark they carry: pushed to one
 * firewall, two of one name are in each other's way, and which of them is meant is somebody else's guess.
 * @throws ProviderError `NAMES_TAKEN` that names them
 */
export async function requireNamesFree(
  session: Session,
  { ownerId, declared }: Pick<Revision, "ownerId" | "declared">,
): Promise<void> {
  const { panorama } = session.location;
  if (panorama === undefined) return;
  const { client } = await session.open();
  const { above, below } = await hierarchyOf(client, panorama.deviceGroup);
  const fleet = await managedFirewalls(client, [panorama.deviceGroup, ...below]);
  const groups = [...above, ...below].map((group) => ({
    place: `device group ${group}`,
    group,
    read: () => client.get(groupXpath(group)),
    rulebases: PUSHED_RULEBASES,
  }));
  const other = PUSHED_RULEBASES.filter((each) => each !== panorama.rulebase);
  const itself = {
    place: `its ${other.join()}`,
    group: panorama.deviceGroup,
    read: () => client.get(groupXpath(panorama.deviceGroup)),
    rulebases: other,
  };
  const local = fleet
    .filter(({ isConnected }) => isConnected)
    .map((each) => ({
      place: `${labelOf(each)} itself`,
      group: undefined,
      read: () => client.forFirewall(each.serial, each.vsys).get(vsysXpath(each)),
      rulebases: [],
    }));
  const shared = {
    place: "shared",
    group: "shared",
    read: () => client.get(SHARED_XPATH),
    rulebases: PUSHED_RULEBASES,
  };
  const places = [shared, ...groups, itself, ...local];
  const said = await inParallel(places, async ({ place, group, read, rulebases }) => {
    const answer = await read();
    const scope = child(answer, group === "shared" ? "shared" : "entry");
    const views =
      group === undefined
        ? [objectsIn(scope)]
        : rulebases.map((rulebase) => objectsIn(scope, undefined, { deviceGroup: group, rulebase }));
    // Its objects are this stack's own.
    const parts = group === panorama.deviceGroup ? (["rules"] as const) : PARTS;
    const names = views.flatMap((objects) => {
      const own = ownObjects(ownerId, objects);
      return parts.flatMap((part) => [
        ...Object.keys(declared[part]).filter((name) => objects[part].has(name)),
        ...own[part],
      ]);
    });
    return names.length === 0 ? [] : [`${place} has ${listed([...new Set(names)], 5)}`];
  });
  if (said.flat().length === 0) return;
  throw new ProviderError(
    "NAMES_TAKEN",
    `names of this stack are taken beside ${session.firewall}: ${said.flat().join("; ")}. Nothing was committed. Remove ` +
      "or rename them there. Stacks of two device groups, one below the other, need an ownerId each, and can't both have " +
      "rules of one security group",
  );
}
