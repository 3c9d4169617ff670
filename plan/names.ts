/** Whose the names and the tag are that a stack would write, as far as a firewall tells before anything is written. */
import { stackTag, type PolicyContent } from "../declaration/declaration";
import { kindOf, PARTS, type Part } from "../declaration/kinds/index";
import type { Named } from "../declaration/kinds/kind";
import { hasLostTag, isOursUnmarked, notOurs, owns, type Unmarked } from "../declaration/ownership";
import { firewallIdentity } from "../provider/session/identity";
import { requireOwnTag } from "../provider/resource/stack-tag";
import type { FirewallSettings } from "../settings/types";
import { PreconditionError } from "./preconditions";
import type { FirewallState } from "./state";

/** How many a refusal names. */
const MOST = 10;

/**
 * What of the declared is somebody else's by its name: an update that has to make it fails there.
 * @returns one sentence each, and of what may be ours and lost its mark the same, for where the stack doesn't have it
 * @throws PreconditionError where the firewall runs nothing of this stack, so that all of it has to be made;
 *   ProviderError where its tag says that it is another stack's
 */
export function othersNames(
  { declared }: FirewallSettings,
  content: PolicyContent,
  { candidate, running }: FirewallState,
): { said: string[]; unmarked: Unmarked[] } {
  const { ownerId, stack, acceptRename } = declared;
  const identity = firewallIdentity(declared);
  const tag = stackTag(ownerId, stack);
  if (!acceptRename) requireOwnTag(identity, running.objects, tag);
  const isNew = !running.objects.tags.has(tag.name);
  const pending = new Map(candidate.rulebase.rules.map((rule) => [rule.name, rule]));
  const unmarked: Unmarked[] = [];
  const said = PARTS.flatMap((part) =>
    part === "tags"
      ? []
      : content[part].flatMap((object) => {
          const { name } = object;
          const inRunning: Named | undefined = running.objects[part].get(name);
          const found: Named | undefined = inRunning ?? (part === "rules" ? pending.get(name) : undefined);
          if (found === undefined || owns(part, ownerId, found)) return [];
          const refusal = notOurs(kindOf(part).object, name, identity, tagsOf(found));
          if (isNew || !mayBeOurs(part, ownerId, found, object)) return [refusal];
          // An update looks at the candidate, and makes anew what is gone there.
          if (part !== "rules" || pending.has(name)) unmarked.push({ part, name, refusal });
          return [];
        }),
  );
  if (!isNew || said.length === 0) return { said, unmarked };
  const others = said.length > MOST ? [`and ${said.length - MOST} more`] : [];
  throw new PreconditionError(
    `${[...said.slice(0, MOST), ...others].join("\n")}\nNothing was written. Where they are this stack's, whose ownerId was ` +
      "changed: set it back and run `pulumi destroy`, then change it and run `pulumi up`",
  );
}

/** Whether what isn't marked as this stack's may be what it has made. */
function mayBeOurs(part: Part, ownerId: string, found: Named, declared: Named): boolean {
  if (part === "rules") return hasLostTag(ownerId, { name: found.name, tag: tagsOf(found) });
  return isOursUnmarked(part, ownerId, found, kindOf(part).hash(declared));
}

function tagsOf(found: Named): readonly string[] {
  return "tag" in found ? (found.tag as string[]) : [];
}
