/** What is said where settings go by tags that were not seen. */
import type { Inventory, NetworkInterface, SecurityGroup, StoppedInstance } from "../inventory/types";
import { compareTexts } from "../lib/order";
import { listed } from "../lib/text";
import { bearerOf, taggedInstances } from "./marks";
import { allTags } from "./seen-tags";
import type { MappingOptions } from "./types";

/** More would make the sentence a list. */
const SOME = 5;

/** What is behind the firewall. */
interface Behind {
  /** Ids of those whose tags could put some of it in another zone. */
  unsure: readonly string[];
  interfaces: readonly NetworkInterface[];
  /** Groups that some of them carry. */
  groups: readonly SecurityGroup[];
}

/**
 * Where a setting goes by tags that were not seen, and so has the usual: one sentence for each setting.
 */
export function unseenTags(
  inventory: Inventory,
  { unsure, interfaces, groups }: Behind,
  options: MappingOptions,
): string[] {
  const { policies = [], applicationsByTag = {} } = options;
  const seen = allTags(inventory);
  const unseen = (objects: readonly (NetworkInterface | StoppedInstance | SecurityGroup)[]) =>
    objects.flatMap((each) => (seen(each) === undefined ? [each.id] : []));
  const instances = new Map(taggedInstances(inventory, options).map((each) => [each.id, each]));
  const bearers = interfaces.map((each) => instances.get(bearerOf(each)) ?? each);
  const asked: [setting: string, ids: readonly string[], then: string][] = [
    [
      "zones.tags",
      unsure,
      "what is there is taken to be in the zone of what has no such tag. Name subnets and VPCs in zones.subnets and zones.vpcs",
    ],
    [
      "policies",
      policies.length === 0 ? [] : unseen(bearers),
      "their rules have the usual profile group and log setting",
    ],
    [
      "applicationsByTag",
      Object.keys(applicationsByTag).length === 0 ? [] : unseen(groups),
      "their rules have the applications of groups without such a tag",
    ],
  ];
  return asked.flatMap(([setting, found, then]) => {
    const ids = [...new Set(found)].sort(compareTexts);
    if (ids.length === 0) return [];
    return [
      `Tags that ${setting} goes by were not seen, of ${listed(ids, SOME, " and")} (what another account owns is shown without its owner's tags): ${then}.`,
    ];
  });
}
