/** Whose the names and the tag are that a stack would write, as far as a firewall tells before anything is written. */
import { stackTag, type PolicyContent } from "../declaration/declaration";
import { kindOf, PARTS, type Part } from "../declaration/kinds/index";
import type { Named } from "../declaration/kinds/kind";
import { hasLostTag, isOursUnmarked, notOurs, owns } from "../declaration/ownership";
import { firewallIdentity } from "../provider/session/identity";
import { requireOwnTag } from "../provider/resource/stack-tag";
import type { FirewallSettings } from "../settings/types";
import { PreconditionError } from "./preconditions";
import type { FirewallState } from "./state";

/** How many a refusal names. */
const MOST = 10;

/**
 * What of the declared is somebody else's by its name: an update that has to make it fails there.
 * @returns one sentence each; what this stack has made and lost its mark is said elsewhere
 * @throws PreconditionError where the firewall runs nothing of this stack, so that all of it has to be made;
 *   ProviderError where its tag says that it is another stack's
 */
export function othersNames(
  { declared }: FirewallSettings,
  content: PolicyContent,
  { candidate, running }: FirewallState,
): string[] {
  const { ownerId, stack, acceptRename } = declared;
  const identity = firewallIdentity(declared);
  const tag = stackTag(ownerId, stack);
  if (!acceptRename) requireOwnTag(identity, running.objects, tag);
  const isNew = !running.objects.tags.has(tag.name);
  const pending = new Map(candidate.rulebase.rules.map((rule) => [rule.name, rule]));
  const said = PARTS.flatMap((part) =>
    part === "tags"
      ? []
      : content[part].flatMap((object) => {
          const inRunning: Named | undefined = running.objects[part].get(object.name);
          const found: Named | undefined =
            inRunning ?? (part === "rules" ? pending.get(object.name) : undefined);
          if (found === undefined || isThis(part, ownerId, found, object, isNew)) return [];
          return [notOurs(kindOf(part).object, object.name, identity, tagsOf(found))];
        }),
  );
  if (!isNew || said.length === 0) return said;
  const others = said.length > MOST ? [`and ${said.length - MOST} more`] : [];
  throw new PreconditionError(
    `${[...said.slice(0, MOST), ...others].join("\n")}\nNothing was written. Where they are this stack's, whose ownerId was ` +
      "changed: set it back and run `pulumi destroy`, then change it and run `pulumi up`",
  );
}

/** Whether it is this stack's, or may be one that it has made. */
function isThis(part: Part, ownerId: string, found: Named, declared: Named, isNew: boolean): boolean {
  if (owns(part, ownerId, found)) return true;
  if (isNew) return false;
  if (part === "rules") return hasLostTag(ownerId, { name: found.name, tag: tagsOf(found) });
  return isOursUnmarked(part, ownerId, found, kindOf(part).hash(declared));
}

function tagsOf(found: Named): readonly string[] {
  return "tag" in found ? (found.tag as string[]) : [];
}
