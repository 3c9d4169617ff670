import type { GroupEvent } from "./event/event";
import type { Guard } from "./guard";
import { partsOf } from "./judge";
import { noticeOf, type Notice } from "./notice";

/**
 * What is said of a change in an account that can't be reached: it is held, whatever the policy says, because
 * neither the group nor its record tells. Nothing of an event that changes no rule that is judged, as far as it tells.
 * @param because why the account can't be reached
 */
export function unreachedNotices(
  event: GroupEvent,
  because: string,
  { policy, approveFlags, place }: Pick<Guard, "policy" | "approveFlags" | "place">,
): Notice[] {
  const judged = event.effects.filter(({ content }) => policy.egress || content?.direction !== "egress");
  if (judged.length === 0 && event.unread === undefined) return [];
  const parts = judged.flatMap((effect) =>
    partsOf({ judged: { effect }, ...(effect.op === "put" && { after: effect.content }) }),
  );
  const group = { id: event.group.id ?? "", name: event.group.name ?? "", vpcId: "", tags: {}, account: "" };
  const judgement = { verdict: { decision: "hold" as const, approvers: 1 }, parts };
  return [
    noticeOf(event, group, judgement, "held", {
      because: `It can't be judged: ${because}. It is tried again for half an hour, and then among the dead letters.`,
      escalated: true,
      store: approveFlags,
      place,
    }),
  ];
}
