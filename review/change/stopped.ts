/** What AWS itself stops of what a rule opens. */
import { parseBlock } from "../../lib/net/cidr";
import { trafficOf } from "../../lib/net/protocols";
import type { Stops } from "../stopped/stops";
import { howMuch } from "../stopped/words";
import type { Account } from "./account";
import type { NamedPermission } from "./permission";
import type { Flow, Mark, RuleChange } from "./types";

/** @returns undefined where nothing of it is stopped, as far as that is known */
export function stoppedOf(
  opens: readonly Flow[],
  { direction, groupId, ...permission }: NamedPermission,
  account: Account,
  stops: Stops,
): RuleChange["stopped"] {
  const traffic = trafficOf(permission);
  if (opens.length === 0 || traffic === undefined) return undefined;
  const [near, far] = [
    opens.flatMap(({ source, destination }) => (direction === "ingress" ? destination : source)),
    opens.flatMap(({ source, destination }) => (direction === "ingress" ? source : destination)),
  ];
  const { what, because } = stops.of({
    direction,
    far: far.flatMap((text) => parseBlock(text) ?? []),
    traffic,
    subnetIds: subnetsOf(near, groupId, account),
  });
  return what === "nothing" ? undefined : { what, because };
}

export function stoppedMarks(stopped: RuleChange["stopped"]): Mark[] {
  if (stopped === undefined || stopped.what === "unknown") return [];
  return [{ kind: "stopped", text: howMuch(stopped.what === "all") }];
}

/** The subnets of those who have these addresses; where one is nobody's, all in which the group is used. */
function subnetsOf(addresses: readonly string[], groupId: string, account: Account): string[] {
  const owners = addresses.map((address) => account.owner(address));
  const known = owners.filter((owner) => owner !== undefined);
  const all = account.carriers(groupId).filter(({ id }) => account.behind.has(id));
  return (known.length < owners.length ? all : known).map(({ subnetId }) => subnetId);
}
