import { stackTag } from "../../declaration/declaration";
import { KINDS, PARTS } from "../../declaration/kinds/index";
import { ownObjects } from "../../declaration/ownership";
import type { PolicyObjects } from "../../declaration/objects";
import type { Operation } from "../../panos/client";
import { entryXpath } from "../../panos/location";
import type { Tag } from "../../panos/policy";
import { ProviderError } from "../error";
import { takeBack } from "../revision/lone-removals";
import type { Session } from "../session/session";

/** What an error begins with where a stack's tag says another stack; undefined: it says this one, or isn't there. */
function otherStack(firewall: string, { tags }: PolicyObjects, own: Tag): string | undefined {
  const found = tags.get(own.name);
  if (found === undefined || found.comments === own.comments) return undefined;
  return (
    `tag ${own.name} on ${firewall} says that it belongs to ${JSON.stringify(found.comments)}, but this stack is ` +
    `${JSON.stringify(own.comments)}. Two stacks with one ownerId would remove each other's rules. `
  );
}

/**
 * Refuses to work with what another stack's tag marks: a copy of its settings would change it, and register and
 * unregister in its place.
 * @throws ProviderError `OTHER_STACK`
 */
export function requireOwnTag(firewall: string, objects: PolicyObjects, own: Tag): void {
  const other = otherStack(firewall, objects, own);
  if (other === undefined) return;
  throw new ProviderError(
    "OTHER_STACK",
    other +
      "If this stack was renamed or moved, set aws-panos-rules:acceptRename to true for one run; if it was copied, give " +
      "it an ownerId of its own (npm run init)",
  );
}

/**
 * Refuses to remove what another stack has taken over since, before any of that is committed, and takes back what a
 * destroy has staged of it by then.
 * @throws ProviderError `OTHER_STACK`
 */
export async function requireNotTakenOver(session: Session, ownerId: string, stack: string): Promise<void> {
  const running = await session.read("running");
  const other = otherStack(session.firewall, running, stackTag(ownerId, stack));
  if (other === undefined) return;
  const ours = ownObjects(ownerId, running);
  const removals = PARTS.flatMap((part) =>
    ours[part].map((name): Operation => {
      const xpath = entryXpath(session.location, KINDS[part].container, name);
      return { action: "delete", xpath };
    }),
  );
  await takeBack(session, removals);
  throw new ProviderError(
    "OTHER_STACK",
    other +
      "Nothing was removed. If this stack was moved to that one, or is a copy of it, forget it by " +
      "`pulumi stack rm --force`, which leaves the firewall as it is; if it was renamed, run `pulumi up` once with " +
      "aws-panos-rules:acceptRename set to true, then destroy it",
  );
}
