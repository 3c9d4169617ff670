import { pendingChanges } from "../../panos/system";
import { eachPart, KINDS, PARTS, uses, type Part } from "../../declaration/kinds/index";
import { listed } from "../../lib/text";
import { uncommittedBy } from "../../declaration/journal";
import type { PolicyObjects } from "../../declaration/objects";
import { ownObjects } from "../../declaration/ownership";
import type { Session } from "../session/session";
import { ProviderError } from "../error";

/**
 * Requires, after the removal of everything was committed, that nothing of this stack stays because of what others have
 * not committed: then a second destroy removes it, which it can only where the first has failed. What a committed rule
 * uses, or is on hold, is its administrator's decision.
 * @throws ProviderError that names what stays, and because of whom
 */
export async function requireNothingLeft(session: Session, ownerId: string): Promise<void> {
  const running = await session.read("running");
  const own = ownObjects(ownerId, running);
  const stays = eachPart((part) =>
    part === "rules" ? own.rules.filter((name) => !own.held.includes(name)) : own[part],
  );
  if (Object.values(stays).every(({ length }) => length === 0)) return;
  const { client } = await session.open();
  const [candidate, changes, administrator] = await Promise.all([
    session.read("candidate"),
    pendingChanges(client),
    session.prepare(),
  ]);
  const others = changes.filter(({ owner }) => owner !== administrator);
  const authorsOf = (part: Part, name: string): string[] => {
    const names = eachPart((each) => (each === part ? [name] : []));
    return uncommittedBy(others, session.location, names)[part][name] ?? [];
  };
  const said = PARTS.flatMap((part) =>
    stays[part].flatMap((name) => {
      const users = part === "rules" ? [] : usersOf(part, name, candidate);
      if (part !== "rules" && (users.length === 0 || usersOf(part, name, running).length > 0)) return [];
      const who = [...authorsOf(part, name), ...users.flatMap((user) => authorsOf(user.part, user.name))];
      const why = users.map((user) => `${KINDS[user.part].noun} ${user.name} uses it`);
      const because = [...why, ...(who.length > 0 ? [`by ${[...new Set(who)].join(", ")}`] : [])].join(", ");
      return [`${KINDS[part].noun} ${name}${because === "" ? "" : ` (${because})`}`];
    }),
  );
  if (said.length === 0) return;
  throw new ProviderError(
    "OTHERS_CHANGES",
    `everything else is removed from ${session.firewall}, but because of changes that others have not committed these ` +
      `stay: ${listed(said)}. Have them commit or revert that, and run \`pulumi destroy\` again`,
  );
}

interface User {
  part: Part;
  name: string;
}

/** What uses an object, of the kinds that are read here. */
function usersOf(part: Part, name: string, objects: PolicyObjects): User[] {
  return PARTS.flatMap((user) => {
    const fields = uses(user, part);
    return [...objects[user].values()]
      .filter((object) => fields.some((field) => namesIn(object, field).includes(name)))
      .map((object) => ({ part: user, name: object.name }));
  });
}

function namesIn(object: object, field: string): readonly string[] {
  return (object as Record<string, readonly string[]>)[field] ?? [];
}
