/** What stays registered though nobody could read whether it is behind the firewall. */
import { compareTexts } from "../../lib/order";
import { canonicalAddress } from "../../panos/entries";
import type { OnFirewall } from "../on-firewall";
import type { FirewallState } from "../state";
import type { Possible } from "./possible";

/** Addresses by tag; undefined where rules name addresses. */
export type Registrations = Record<string, string[]>;

/** By tag, addresses that are registered and of which nobody knows whether their interfaces are behind the firewall. */
export function stayingRegistered(
  asked: OnFirewall["asked"],
  possible: () => Possible,
  { registered = [] }: FirewallState,
): Registrations {
  const known = new Map(
    [
      ...asked.addressGroups.map(({ memberTag, members }) => [memberTag, members] as const),
      ...(asked.isolation?.memberTag === undefined
        ? []
        : [[asked.isolation.memberTag, asked.isolation.members ?? []] as const]),
    ].map(([tag, members]) => [tag, new Set(members.map(canonicalAddress))]),
  );
  const found = registered
    .flatMap((each) => each.found)
    .filter(({ tag, address }) => known.get(tag)?.has(canonicalAddress(address)) !== true);
  if (found.length === 0) return {};
  const may = new Map(
    Object.entries(possible().registrations ?? {}).map(([tag, members]) => [
      tag,
      new Map(members.map((each) => [canonicalAddress(each), each])),
    ]),
  );
  const staying = new Map<string, Set<string>>();
  for (const { tag, address } of found) {
    const member = may.get(tag)?.get(canonicalAddress(address));
    if (member !== undefined) staying.set(tag, (staying.get(tag) ?? new Set()).add(member));
  }
  return Object.fromEntries([...staying].map(([tag, members]) => [tag, [...members].sort(compareTexts)]));
}

/** Both, each address once. */
export function united(known: Registrations | undefined, more: Registrations): Registrations | undefined {
  if (known === undefined || Object.keys(more).length === 0) return known;
  const all = { ...known };
  for (const [tag, members] of Object.entries(more)) {
    all[tag] = [...new Set([...(known[tag] ?? []), ...members])];
  }
  return all;
}
