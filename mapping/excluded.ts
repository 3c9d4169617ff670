/** What guardrails leave out by its tags. */
import type { Inventory, NetworkInterface, SecurityGroup, Tags } from "../inventory/types";
import { bearerOf, ofNoInstance, taggedInstances } from "./marks";
import { howToSee, judgedTags } from "./seen-tags";
import { mayHaveTag } from "./tags";
import type { MappingOptions } from "./types";

/** Tags, "key=value" or a key alone, by what has them. */
export type ExcludedTags = Record<"securityGroups" | "vpcs" | "instances", string[]>;

/** Why something is left out: the rest of a sentence; undefined: it isn't. */
interface Exclusions {
  interfaceReason: (networkInterface: NetworkInterface) => string | undefined;
  groupReason: (group: SecurityGroup) => string | undefined;
}

/** So is what has tags that nobody has seen; not where unknown crosses and its owner could not be read. */
export function exclusions(
  inventory: Inventory,
  exclude: ExcludedTags,
  options: Pick<MappingOptions, "interfaces" | "destinations" | "unknownCrosses">,
): Exclusions {
  const tagsOf = judgedTags(inventory, options);
  const excluded = (
    object: { id: string; ownerId?: string; region?: string; tags?: Tags },
    kind: keyof ExcludedTags,
  ): [string, string][] => {
    if (exclude[kind].length === 0) return [];
    const { id, tags = {} } = object;
    const setting = `guardrails.exclude.${kind}`;
    const tag = exclude[kind].find((each) => mayHaveTag(tags, each));
    if (tag !== undefined) return [[id, `${id} has the tag ${tag} (${setting})`]];
    if (tagsOf(object) !== undefined) return [];
    return [[id, `${id}'s tags were not seen, which ${setting} needs: ${howToSee(object)}`]];
  };
  const vpcs = new Map(inventory.vpcs.flatMap((vpc) => excluded(vpc, "vpcs")));
  const instances = new Map(
    [...taggedInstances(inventory, options), ...ofNoInstance(inventory, options)].flatMap((each) =>
      excluded(each, "instances"),
    ),
  );
  return {
    interfaceReason: (each) => vpcs.get(each.vpcId) ?? instances.get(bearerOf(each)),
    groupReason: (group) => excluded(group, "securityGroups")[0]?.[1],
  };
}
