/** What a firewall of a device group holds of a stack. */
import type { PanosClient } from "../panos/client";
import { PanosError } from "../panos/error";
import type { DeviceGroup } from "../panos/location";
import { pushedAsGroup, readPushed } from "../panos/pushed";
import { INTERZONE_DEFAULT } from "./cleanup-rule";
import { foundDeclaration, type Declaration } from "./declaration";
import { objectsIn, type PolicyObjects } from "./objects";
import { quarantineRuleName } from "./names";
import { placesOf, type Places } from "./placement";

/**
 * What a firewall was pushed, in the form of the device group.
 * @param client of the firewall, through Panorama
 * @throws PanosError also where that can't be read
 */
export async function pushedObjects(client: PanosClient, panorama: DeviceGroup): Promise<PolicyObjects> {
  const pushed = await readPushed(client);
  if (pushed !== undefined && "unread" in pushed) throw new PanosError("REFUSED", pushed.unread);
  return objectsIn(pushedAsGroup(pushed, panorama), undefined, panorama);
}

/** What a firewall was pushed of a stack. @throws PanosError where it can't be asked */
export async function pushedOf(
  client: PanosClient,
  panorama: DeviceGroup,
  ownerId: string,
  { before, quarantineBefore }: Places,
): Promise<Declaration> {
  const objects = await pushedObjects(client, panorama);
  // A disabled rule isn't pushed: then ours stand above nothing, and Panorama's order was compared already.
  const anchor = objects.rules.has(before) ? before : INTERZONE_DEFAULT;
  const lowest = followerOf(objects.rules, quarantineRuleName(ownerId, "in"));
  const isolating =
    quarantineBefore === undefined || objects.rules.has(quarantineBefore) ? quarantineBefore : lowest;
  return foundDeclaration(ownerId, placesOf(anchor, isolating), objects);
}

/** The rule that stands directly below another one. */
function followerOf(rules: ReadonlyMap<string, unknown>, name: string): string | undefined {
  const order = [...rules.keys()];
  return order.includes(name) ? order[order.indexOf(name) + 1] : undefined;
}
