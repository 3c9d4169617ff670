/** The rules of a region's groups, read by hundreds: group by group, a large region takes more calls than EC2 gives. */
import type { Group, SecurityGroups } from "./groups";
import type { GroupRecord } from "./record/types";
import type { GroupRule } from "./rules";

/** A group's rules, and when they were so. */
interface Found {
  rules: GroupRule[];
  at: Date;
}

/** Asks for a group's rules. @param record of the group, which nobody else works on now */
export type Look = (record: Pick<GroupRecord, "checkedAt">) => Promise<Found>;

/** EC2 takes so many values in one filter. */
const BATCH = 200;
/** Another function's clock may be behind. */
const SKEW_MS = 5_000;

interface Asking {
  groups: SecurityGroups;
  now: () => Date;
}

/** How each of these groups is to be looked at, in that order: with the first one of a batch, all of it is read. */
export function looksAt(all: readonly Group[], account: string, { groups, now }: Asking): Look[] {
  const looks: Look[] = [];
  for (let first = 0; first < all.length; first += BATCH) {
    const ids = all.slice(first, first + BATCH).map(({ id }) => id);
    const read = async () => {
      const from = now();
      const rules = await groups.rulesOf(ids, account);
      return { from, at: now(), rules };
    };
    let reading: ReturnType<typeof read> | undefined;
    for (const id of ids) {
      looks.push(async ({ checkedAt = "" }) => {
        const { from, at, rules } = await (reading ??= read());
        // Whoever has handled an event of it since knows more.
        if (Date.parse(checkedAt) + SKEW_MS > from.getTime())
          return { rules: await groups.rules({ id, account }), at: now() };
        return { rules: rules.get(id) ?? [], at };
      });
    }
  }
  return looks;
}
