/** Which profile group and log setting the rules for an instance have, by its tags. */
import type { Inventory, NetworkInterface } from "../inventory/types";
import type { MappingOptions, TagPolicy } from "./types";
import { bearerOf, taggedInstances } from "./marks";
import { hasTag } from "./tags";

/**
 * The policy of an interface's instance, or of its own tags where it has none; undefined: the usual one, also where
 * tags were not seen.
 */
export type Policies = (networkInterface: NetworkInterface) => TagPolicy | undefined;

/** The policies of an inventory's instances: for each the first whose tag it has. */
export function policiesOf(inventory: Inventory, options: MappingOptions): Policies {
  const { policies = [] } = options;
  if (policies.length === 0) return () => undefined;
  const byInstance = new Map(
    taggedInstances(inventory, options).map(({ id, tags }) => [
      id,
      policies.find(({ tag }) => hasTag(tags, tag)),
    ]),
  );
  return (each) => {
    const bearer = bearerOf(each);
    return bearer === each.id ? policies.find(({ tag }) => hasTag(each.tags, tag)) : byInstance.get(bearer);
  };
}
