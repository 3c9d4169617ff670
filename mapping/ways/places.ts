/** What a person should know of VPCs whose ways lead out of them: which settings name for nothing, and which are unknown. */
import type { RouteTable } from "../../inventory/types";
import { FAMILIES, type Family } from "../../lib/net/cidr";
import { compareTexts } from "../../lib/order";
import { listed } from "../../lib/text";
import type { Addresses } from "./reach";
import { endsOf, inOneLine } from "./trace";
import type { Ways } from "./ways";

/** Addresses of the internet that no table has a route of its own for, to follow the usual way with. */
export const INTERNET: Record<Family, bigint> = { IPv4: 0x08_08_08_08n, IPv6: 0x2001_4860_4860n << 80n };

/** More would make the sentence a list. */
const SOME = 5;

/** Collects what is to be said of subnets' VPCs. */
export function placeDoubts(ways: Ways | undefined) {
  const contradicted = new Map<string, string>();
  const unknown = new Map<string, string>();
  return {
    /**
     * @param led whose packets come to the firewall by what was read
     * @param isNamed a setting says that it is behind the firewall
     */
    look: (
      { id, vpcId, routes }: RouteTable,
      judged: { crossing: Addresses; unknown?: Addresses },
      led: Addresses | undefined,
      isNamed: boolean,
    ): void => {
      if (ways === undefined || led === undefined) return;
      const isLed = routes.some(({ transitGatewayId }) => transitGatewayId !== undefined);
      for (const family of FAMILIES) {
        const way =
          isNamed && isLed && led[family].length === 0 ? ways.trace(id, family, INTERNET[family]) : [];
        const ends = endsOf(way);
        if (ends.size === 1 && ends.has("elsewhere") && way.some(({ next }) => next.length > 0)) {
          contradicted.set(`${id} ${family}`, elsewhere(vpcId, family, inOneLine(way)));
        }
      }
      const isBehind = FAMILIES.some((family) => judged.crossing[family].length > 0);
      if (!isNamed && !isBehind && judged.unknown !== undefined) unknown.set(vpcId, vpcId);
    },
    warnings: (): string[] => [
      ...[...contradicted.values()].sort(compareTexts),
      ...(unknown.size === 0 ? [] : [unread([...unknown.keys()].sort(compareTexts))]),
    ],
  };
}

function elsewhere(vpcId: string, family: Family, way: string): string {
  return `${vpcId} counts as behind the firewall because a setting names it or its subnet (protectedVpcs, protectedSubnets), but what was read leads its ${family} traffic elsewhere: ${way}. Its rules stay until the setting doesn't name it.`;
}

function unread(vpcIds: readonly string[]): string {
  return `Whether transit gateways or Cloud WAN lead these VPCs to the firewall was not read in full, so they get no new rules: ${listed(vpcIds, SOME)}. npm run explain shows the way of an interface and where it is lost; protectedVpcs names those that are behind the firewall.`;
}
