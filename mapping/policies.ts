/** Which profile group and log setting the rules for an instance have, by its tags. */
import type { Inventory, NetworkInterface } from "../inventory/types";
import type { MappingOptions, TagPolicy } from "./types";
import { hasTag } from "./zones";

/** The policy of an interface's instance; undefined: the usual one, also where its tags were not seen. */
export type Policies = (networkInterface: NetworkInterface) => TagPolicy | undefined;

/** The policies of an inventory's instances: for each the first whose tag it has. */
export function policiesOf({ instances }: Inventory, { policies = [] }: MappingOptions): Policies {
  if (policies.length === 0) return () => undefined;
  const byInstance = new Map(
    instances.map(({ id, tags }) => [id, policies.find(({ tag }) => hasTag(tags, tag))]),
  );
  return ({ instanceId }) => byInstance.get(instanceId ?? "");
}
