/**
 * What VPC Block Public Access stops between the internet and the firewall. It stops what goes through an internet gateway,
 * by the subnet that the gateway's traffic enters: that of an appliance has to be an exclusion, those behind it don't
 * (VPC user guide, "VPC BPA basics"). No rule is changed by it: it is one setting of an account, which may be off tomorrow.
 */
import type { PublicAccess } from "../../inventory/filters";
import type { Inventory, Route, Subnet } from "../../inventory/types";
import { difference, setOf } from "../../lib/net/intervals";
import { FAMILIES } from "../../lib/net/cidr";
import { listed } from "../../lib/text";
import { NOT_PUBLIC } from "../../mapping/marks-of-opening";
import { firewallTargets } from "../../mapping/targets";
import type { MappingOptions } from "../../mapping/types";
import type { Judged } from "./network-acls";

export interface Blocked {
  /** Of what comes from the internet, or goes there: by every way in that the firewall has. */
  isWhole: boolean;
  /** Nothing of the traffic is of another kind. */
  isAllPublic: boolean;
  text: string;
}

/** So many subnets are named. */
const MOST_NAMED = 3;

/** Judges traffic by the firewall's subnets that lead to an internet gateway. */
export class PublicAccessBlocks {
  private readonly doors: { subnet: Subnet; access: PublicAccess | undefined }[];
  private readonly isOn: boolean;

  constructor({ filters, ...inventory }: Inventory, options: MappingOptions) {
    const known = filters?.publicAccess ?? [];
    this.isOn = known.some(({ mode }) => mode !== "off");
    this.doors = this.isOn
      ? doorsOf(inventory, options).map((subnet) => ({ subnet, access: accessOf(subnet, inventory, known) }))
      : [];
  }

  /** @returns undefined where nothing is blocked, as far as that is known */
  blocked({ direction, far }: Pick<Judged, "direction" | "far">): Blocked | undefined {
    const isBlocked = ({ subnet, access }: (typeof this.doors)[number]) =>
      access !== undefined && blocks(access, subnet, direction);
    const closed = this.doors.filter(isBlocked);
    const sets = publicParts(far);
    if (closed.length === 0 || sets.every(({ publicly }) => publicly.length === 0)) return undefined;
    const modes = [...new Set(closed.map(({ access }) => access!.mode))].join(", ");
    const ids = listed(
      closed.map(({ subnet }) => subnet.id),
      MOST_NAMED,
      " and",
    );
    const way = direction === "ingress" ? "comes from" : "goes to";
    return {
      isWhole: closed.length === this.doors.length,
      isAllPublic: sets.every(({ all, publicly }) => difference(all, publicly).length === 0),
      text: `VPC Block Public Access (${modes}) blocks what ${way} the internet: the firewall's subnet ${ids} is no exclusion from that`,
    };
  }

  /** What isn't known of it, one sentence each: it is on, and where the firewall meets the internet can't be seen. */
  unknown({ far }: Pick<Judged, "far">): string[] {
    const isSeen = this.doors.length > 0 && this.doors.every(({ access }) => access !== undefined);
    const isPublic = publicParts(far).some(({ publicly }) => publicly.length > 0);
    if (!this.isOn || isSeen || !isPublic) return [];
    return [
      "VPC Block Public Access is on, and not every way between the firewall and an internet gateway can be seen, so what it blocks is not known",
    ];
  }
}

/** What of some blocks is public, by family. */
function publicParts(far: Judged["far"]) {
  return FAMILIES.map((family) => {
    const all = setOf(far.filter((each) => each.family === family));
    const isPrivate = setOf(NOT_PUBLIC.filter((each) => each.family === family));
    return { all, publicly: difference(all, isPrivate) };
  });
}

/** Modes and exclusions as the EC2 API reference has them (VpcBlockPublicAccessOptions, …Exclusion). */
function blocks(
  { mode, exclusions }: PublicAccess,
  { id, vpcId }: Subnet,
  direction: "ingress" | "egress",
): boolean {
  if (mode === "off") return false;
  const allowed = exclusions.filter(({ resourceId }) => resourceId === id || resourceId === vpcId);
  if (allowed.some((each) => each.mode === "allow-bidirectional")) return false;
  // An egress-only exclusion means something only where both directions are blocked.
  return direction === "ingress" || mode !== "block-bidirectional" || allowed.length === 0;
}

/** The subnets of the firewall's interfaces and endpoints whose table leads to an internet gateway. */
function doorsOf(inventory: Omit<Inventory, "filters">, options: MappingOptions): Subnet[] {
  const { networkInterfaceIds, vpcEndpointIds } = firewallTargets(inventory, options);
  const isEndpoints = (description = "") => [...vpcEndpointIds].some((id) => description.endsWith(` ${id}`));
  const places = new Set(
    inventory.networkInterfaces
      .filter(({ id, description }) => networkInterfaceIds.has(id) || isEndpoints(description))
      .map(({ subnetId }) => subnetId),
  );
  const leading = new Set(
    inventory.routeTables.filter(({ routes }) => routes.some(leadsToInternet)).map(({ id }) => id),
  );
  return inventory.subnets.filter(({ id, routeTableId }) => places.has(id) && leading.has(routeTableId));
}

function leadsToInternet({ gatewayId = "" }: Route): boolean {
  return gatewayId.startsWith("igw-");
}

/** The setting of whoever owns a subnet: it holds for accounts that share it, too. */
function accessOf(
  subnet: Subnet,
  { vpcs, region, accountId }: Omit<Inventory, "filters">,
  known: readonly PublicAccess[],
): PublicAccess | undefined {
  const vpc = vpcs.find(({ id }) => id === subnet.vpcId);
  const owner = subnet.ownerId ?? vpc?.ownerId ?? accountId;
  const place = subnet.region ?? vpc?.region ?? region;
  const [only] = known;
  if (owner === undefined && known.length === 1) return only;
  return known.find((each) => each.accountId === owner && (place === undefined || each.region === place));
}
