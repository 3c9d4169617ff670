import { identifier, instant, word } from "../../aws/cloudtrail/record";
import { isRecord } from "../../lib/records";
import type { Verdict } from "./verdict";

/**
 * What EC2's own notification comes to: an instance went into a state, whoever did it. Every state counts, as
 * the same one may be seen again where an earlier one got lost.
 * @param event EventBridge's whole event
 */
export function readInstanceState(event: Record<string, unknown>): Verdict {
  const { detail } = event;
  if (!isRecord(detail)) return { malformed: "a state change without detail" };
  const { state } = detail;
  if (typeof state !== "string" || !/^[a-z-]{1,32}$/.test(state))
    return { malformed: "a state change without a usable state" };
  const instance = detail["instance-id"];
  const id = identifier(event["id"]);
  const at = instant(event["time"]);
  if (id === undefined || at === undefined)
    return { malformed: "a state change without a usable id and time" };
  return {
    change: {
      id,
      at,
      what: state,
      principal: undefined,
      account: word(event["account"]) ?? "",
      region: word(event["region"]) ?? "",
      subjects: typeof instance === "string" && /^i-[0-9a-f]{8,17}$/.test(instance) ? [instance] : [],
    },
  };
}
