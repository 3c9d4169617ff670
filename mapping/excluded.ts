/** What guardrails leave out by its tags. */
import type { Inventory, Tags } from "../inventory/types";
import { allTags, howToSee } from "./seen-tags";
import { hasTag } from "./zones";

/** Tags, "key=value" or a key alone, by what has them. */
export interface ExcludedTags {
  securityGroups: string[];
  vpcs: string[];
  instances: string[];
}

/** By id, why an object is left out; none: it isn't. So is one whose tags nobody has seen. */
type Excluding = (
  object: { id: string; ownerId?: string; region?: string; tags?: Tags },
  kind: keyof ExcludedTags,
) => [string, string][];

export function excluding(inventory: Inventory, exclude: ExcludedTags): Excluding {
  const seen = allTags(inventory);
  return (object, kind) => {
    if (exclude[kind].length === 0) return [];
    const { id, tags = {} } = object;
    const setting = `guardrails.exclude.${kind}`;
    const tag = exclude[kind].find((each) => hasTag(tags, each));
    if (tag !== undefined) return [[id, `${id} has the tag ${tag} (${setting})`]];
    if (seen(object) !== undefined) return [];
    return [[id, `${id}'s tags were not seen, which ${setting} needs: ${howToSee(object)}`]];
  };
}
