/** What members of a device group's rules may mean on its firewalls: objects of every place that reaches one of them. */
import type { PanosClient } from "./client";
import { hierarchyOf, labelOf, managedFirewalls, withoutInheritedObjects } from "./device-groups";
import { groupText } from "./evaluated";
import type { Locals, Scope } from "./group-order";
import { groupXpath, vsysXpath, type DeviceGroup } from "./location";
import { localPlaces, takenNames, type NamingPlace } from "./named-objects";
import type { TakenNames } from "./policy";
import { child, entries, parent, type XmlElement } from "./xml";

/**
 * Names of the group, of shared, of the groups above and below, and of its firewalls: the object nearest to a firewall
 * counts there. Ours are in the group alone, so that one elsewhere by a name of ours says where it is.
 * @param groups the group, and those above it
 * @param below those below it
 */
export function namesInReach(
  {
    shared,
    groups,
    below,
  }: { shared: XmlElement | undefined; groups: readonly Scope[]; below: readonly Scope[] },
  locals: Locals,
): TakenNames {
  const [own, ...above] = groups;
  return takenNames([
    ...localPlaces(own?.scope, shared),
    ...[...above, ...below].map(groupPlace),
    firewallsPlace(locals),
  ]);
}

/**
 * Names of the groups above and below a device group, in either configuration, and of its connected firewalls: a read of
 * the group has its own, and those of shared.
 * @throws PanosError where one of them can't be asked
 */
export async function readNamesBeside(
  client: PanosClient,
  { deviceGroup }: DeviceGroup,
): Promise<TakenNames> {
  const { above, below } = await hierarchyOf(client, deviceGroup);
  const firewalls = await managedFirewalls(client, [deviceGroup, ...below]);
  const groups = [...above, ...below].flatMap((name) =>
    [client.get(groupXpath(name)), client.show(groupXpath(name))].map(async (answer): Promise<Scope> => {
      return { name, scope: withoutInheritedObjects(child(await answer, "entry"), name) };
    }),
  );
  const connected = firewalls.filter(({ isConnected }) => isConnected);
  const locals = connected.map(async (firewall) => {
    const { serial, vsys } = firewall;
    const answer = await client.forFirewall(serial, vsys).get(vsysXpath({ vsys }));
    return { firewall, vsys: child(answer, "entry") };
  });
  const [scopes, own] = await Promise.all([Promise.all(groups), Promise.all(locals)]);
  return takenNames([...scopes.map(groupPlace), firewallsPlace(own)]);
}

/** Where the names of another device group are. */
function groupPlace({ name, scope }: Scope): NamingPlace {
  return { place: scope, what: (noun) => `${noun} of ${groupText(name)}` };
}

/** All firewalls' own names; one that many have is told of the first. */
function firewallsPlace(locals: Locals): NamingPlace {
  const holders = new Map<XmlElement, string>();
  const found = new Map<string, Map<string, XmlElement>>();
  for (const { firewall, vsys } of locals) {
    for (const container of vsys?.children ?? []) {
      const kept = found.get(container.name) ?? new Map<string, XmlElement>();
      found.set(container.name, kept);
      for (const [name, entry] of entries(container)) {
        if (kept.has(name)) continue;
        kept.set(name, entry);
        holders.set(entry, labelOf(firewall));
      }
    }
  }
  const containers = [...found].map(([kind, kept]) => parent(kind, [...kept.values()]));
  return { place: parent("entry", containers), what: (noun, entry) => `${noun} of ${holders.get(entry)}` };
}
