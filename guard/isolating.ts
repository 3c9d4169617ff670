/** Which calls may leave an instance to isolate or to release, and what is looked at after one. */
import { field, isOmitted, listIn, optionalText, recordIn } from "../aws/cloudtrail/fields";
import type { CloudTrailRecord } from "../aws/cloudtrail/record";
import { ISOLATION_CALLS, remembered, settleAll, settleInstance, type Isolation } from "./isolate";

/** Whether it is such a call, and done, or maybe. */
export function isIsolating({ name, error, isUncertain }: CloudTrailRecord): boolean {
  return ISOLATION_CALLS.some((call) => call === name) && (error === undefined || isUncertain);
}

/** Makes the instances that a call was about what their tags say: every marked one where its event doesn't tell which. */
export async function settleFor(record: CloudTrailRecord, isolation: Isolation): Promise<void> {
  const ids = instancesIn(record);
  if (ids.length === 0 && isUntold(record)) return settleAll(isolation, await remembered(isolation));
  for (const id of ids) await settleInstance(id, isolation);
}

/** The instances that an event names. */
export function instancesIn({ request, response }: Pick<CloudTrailRecord, "request" | "response">): string[] {
  const ids = [
    ...resourcesIn(request),
    ...listIn(field(recordIn(response), "instancesSet")).map((item) =>
      optionalText(field(recordIn(item), "instanceId")),
    ),
    optionalText(field(recordIn(request), "instanceId")),
  ];
  return [...new Set(ids.filter((id) => id !== undefined && /^i-[0-9a-f]+$/.test(id)))] as string[];
}

function resourcesIn(request: unknown): (string | undefined)[] {
  return listIn(field(recordIn(request), "resourcesSet")).map((item) =>
    optionalText(field(recordIn(item), "resourceId")),
  );
}

/** Whether a call may have been about instances that its event doesn't name. */
function isUntold({ name, request, response, isUncertain }: CloudTrailRecord): boolean {
  const isOfTags = name?.endsWith("Tags") === true;
  // Of tags, the request names everything; of a launch, the answer.
  if (isOfTags) return resourcesIn(request).every((id) => id === undefined);
  return isUncertain || isOmitted(recordIn(request)) || isOmitted(recordIn(response));
}
