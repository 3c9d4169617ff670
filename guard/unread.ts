/** What comes of a call that CloudTrail doesn't tell: the group, or all of them, are held against their records. */
import type { GroupEvent } from "./event/event";
import { GuardError } from "./error";
import type { Group } from "./groups";
import type { Guard } from "./guard";
import { noticeOf, type Notice } from "./notice";
import type { GroupRecord } from "./record/types";

/** EC2 may not show a group or a rule for a while after it was made or changed (EC2's API is eventually consistent). */
export const UNSEEN_MS = 2 * 60_000;

/** In the place of a group that no event names. */
export const NO_GROUP: Group = { id: "", name: "", vpcId: "", tags: {}, account: "" };

/**
 * What is said of an event that nothing could be told of, neither by itself nor by a look at the group.
 * @throws GuardError where EC2 may only not show it yet
 */
export function unreadNotices(
  event: GroupEvent,
  group: Group,
  { base }: Pick<GroupRecord, "base">,
  guard: Pick<Guard, "now" | "approveFlags" | "place" | "policy">,
): Notice[] {
  if (event.unread === undefined || (event.name.endsWith("Egress") && !guard.policy.egress)) return [];
  const age = guard.now().getTime() - new Date(event.at).getTime();
  if (age < UNSEEN_MS && base !== undefined) {
    throw new GuardError(
      "GROUP",
      `what ${event.name} did can't be seen yet (${event.unread}): the event is tried again`,
    );
  }
  // It failed, and nothing came of it.
  if (event.isUncertain && base !== undefined) return [];
  const found =
    group === NO_GROUP
      ? "No group that there is a record of has anything that this doesn't know"
      : base === undefined
        ? "There is no record of what the group was before"
        : "The group has nothing that the record doesn't know";
  const judgement = { verdict: { decision: "hold" as const, approvers: 1 }, parts: [] };
  return [
    noticeOf(event, group, judgement, "noted", {
      because: `What it did is not known: ${event.unread}. ${found}. Look at it by hand.`,
      escalated: true,
      store: guard.approveFlags,
      place: guard.place,
    }),
  ];
}
