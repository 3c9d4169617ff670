/** A firewall's identity, by which everything of it finds its session: `name/place`. */
import { locationOf, type Location } from "../../panos/location";

/** @param vsys its vsys, or what stands for it of a device group (see `Location`) */
export function firewallIdentity({ name, vsys }: { name: string; vsys: string }): string {
  return `${name}/${vsys}`;
}

/** Its parts: a name has no slash. */
export function partsOf(identity: string): { name: string; vsys: string } {
  const at = identity.indexOf("/");
  return { name: identity.slice(0, at), vsys: identity.slice(at + 1) };
}

/** Where it says that a firewall's rules and objects are. */
export function locationIn(identity: string): Location {
  return locationOf(partsOf(identity).vsys);
}
