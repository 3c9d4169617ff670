/** How far what Panorama runs of a stack has come, asked of its firewalls for the search for drift. */
import { foundDeclaration } from "../declaration/declaration";
import { eachPart, PARTS } from "../declaration/kinds/index";
import { objectsIn, type PolicyObjects } from "../declaration/objects";
import { ownObjects } from "../declaration/ownership";
import type { Places } from "../declaration/placement";
import { pushedOf } from "../declaration/pushed-to";
import { inParallel } from "../lib/parallel";
import type { PanosClient } from "../panos/client";
import { groupsOf, labelOf, type ManagedFirewall } from "../panos/device-groups";
import { PanosError } from "../panos/error";
import type { Locals } from "../panos/group-order";
import type { DeviceGroup } from "../panos/location";
import { whoseWait } from "../panos/push";
import type { XmlElement } from "../panos/xml";
import type { MemberState, PushState } from "./state";

/** A device group that has been read. */
export interface AskedGroup {
  panorama: DeviceGroup;
  firewalls: readonly ManagedFirewall[];
  locals: Locals;
  /** The group's `<entry>` that Panorama runs. */
  running: XmlElement | undefined;
}

/** @throws PanosError where Panorama can't be asked; a firewall that can't be is named with the reason */
export async function askPushes(
  client: PanosClient,
  { panorama, firewalls, locals, running }: AskedGroup,
  ownerId: string,
  places: Places,
): Promise<PushState> {
  const objects = objectsIn(running, undefined, panorama);
  const own = new Map(locals.map(({ firewall, vsys }) => [firewall, objectsIn(vsys)]));
  const waiting = whoseWait(client, groupsOf(firewalls));
  const members = inParallel(firewalls, async (firewall): Promise<MemberState> => {
    const { serial, vsys, isConnected, isInSync, lastPush } = firewall;
    const common = {
      label: labelOf(firewall),
      isConnected,
      isInSync,
      lastPush,
      own: namesOfOurs(own.get(firewall), objects, ownerId),
    };
    // What has all that Panorama runs has ours.
    if (isInSync === true) return common;
    if (!isConnected) return { ...common, unread: "it is not connected to Panorama" };
    try {
      return {
        ...common,
        found: await pushedOf(client.forFirewall(serial, vsys), panorama, ownerId, places),
      };
    } catch (error) {
      if (error instanceof PanosError) return { ...common, unread: error.message };
      throw error;
    }
  });
  return {
    running: foundDeclaration(ownerId, places, withoutDisabled(objects)),
    members: await members,
    waiting: await waiting,
  };
}

function withoutDisabled({ rules, ...objects }: PolicyObjects): PolicyObjects {
  const enabled = [...rules].filter(([, { extras }]) => !extras.includes("disabled: yes"));
  return { ...objects, rules: new Map(enabled) };
}

/** What a firewall has itself by names of what Panorama runs of the stack. */
function namesOfOurs(
  local: PolicyObjects | undefined,
  objects: PolicyObjects,
  ownerId: string,
): MemberState["own"] {
  if (local === undefined) return [];
  const own = eachPart((part) => new Set<string>(ownObjects(ownerId, objects)[part]));
  return PARTS.flatMap((part) =>
    [...local[part].keys()].filter((name) => own[part].has(name)).map((name) => ({ part, name })),
  );
}
