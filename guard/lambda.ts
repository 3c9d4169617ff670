import { arrivalsIn, type Arrival } from "./arrivals";
import { associationIn, handleAssociation } from "./associations";
import { deployedFrom, type Deployed } from "./deployed";
import type { GuardEnvironment } from "./environment";
import { GuardError } from "./error";
import type { CloudTrailRecord } from "../aws/cloudtrail/record";
import { groupEvent, groupTagging } from "./event/read";
import { lookEverywhere } from "./everywhere";
import { handleEvent } from "./handle";
import { instancesIn, isIsolating, settleFor } from "./isolating";
import { siteText } from "./reach";
import { handleTagging } from "./tagging";
import type { Said } from "./tell";
import { handleUnplaced } from "./unplaced";
import { unreachedNotices } from "./unreached";

export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

let deployed: Promise<Deployed> | undefined;

/** The function's handler: changes of groups, tags of instances, and the schedule. */
export async function handler(input: unknown): Promise<BatchResponse> {
  deployed ??= deployedFrom(process.env as unknown as GuardEnvironment & NodeJS.ProcessEnv);
  deployed.catch(() => (deployed = undefined));
  return handleArrivals(input, await deployed);
}

/**
 * Handles everything in one invocation: of each site oldest first, and no site waits for another. Messages that
 * failed are named and come again; what can't be read goes to the dead letters at once.
 */
export async function handleArrivals(input: unknown, deployed: Deployed): Promise<BatchResponse> {
  const arrivals = arrivalsIn(input).sort((a, b) =>
    timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0,
  );
  const lines = new Map<string, Arrival[]>();
  for (const arrival of arrivals) {
    const { account = "", region = "" } = arrival.record ?? {};
    const line = siteText({ account, region });
    lines.set(line, [...(lines.get(line) ?? []), arrival]);
  }
  const failed = await Promise.all([...lines.values()].map((line) => inOrder(line, deployed)));
  return { batchItemFailures: failed.flat() };
}

async function inOrder(
  arrivals: readonly Arrival[],
  deployed: Deployed,
): Promise<BatchResponse["batchItemFailures"]> {
  const failed: BatchResponse["batchItemFailures"] = [];
  for (const arrival of arrivals) {
    try {
      await handleOrBury(arrival, deployed);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      deployed.log(JSON.stringify({ guard: "failed", message, code: (error as { code?: unknown }).code }));
      // Called without a queue, nobody else would try again.
      if (arrival.message === undefined) throw error;
      failed.push({ itemIdentifier: arrival.message });
    }
  }
  return failed;
}

/** One that can't be read is set aside; where that fails, too, it alone comes again. */
async function handleOrBury(arrival: Arrival, deployed: Deployed): Promise<void> {
  try {
    await handleOne(arrival, deployed);
  } catch (error) {
    if (!(error instanceof GuardError && error.code === "EVENT")) throw error;
    await deployed.bury(arrival.body, error.message);
  }
}

async function handleOne(arrival: Arrival, deployed: Deployed): Promise<void> {
  const { record, refresh, body } = arrival;
  if (refresh) {
    await deployed.tellAgain();
    return lookEverywhere(deployed);
  }
  if (record === undefined) return deployed.bury(body, "it is neither an event of CloudTrail nor ours");
  const tagging = groupTagging(record);
  if (tagging !== undefined) {
    const { guard } = deployed.guarding(tagging);
    await handleTagging(tagging, guard);
  }
  if (isIsolating(record)) return isolateFor(arrival, record, deployed);
  const association = associationIn(record);
  if (association !== undefined) {
    const { guard } = deployed.guarding(association.event);
    const { event, vpc } = association;
    return saidWhereUnreached(arrival, handleAssociation(association, guard), deployed, (because) => {
      const summary = `${event.name} of ${event.group.id} and ${vpc} can't be judged: ${because}`;
      return [{ summary, escalated: true, outcome: "held" }];
    });
  }
  const event = groupEvent(record);
  if (event === undefined) return;
  const { guard } = deployed.guarding(event);
  const isPlaced = event.group.id !== undefined || event.group.name !== undefined;
  const handling = isPlaced ? handleEvent(event, guard) : handleUnplaced(event, guard);
  await saidWhereUnreached(arrival, handling, deployed, (because) => unreachedNotices(event, because, guard));
}

async function isolateFor(arrival: Arrival, record: CloudTrailRecord, deployed: Deployed): Promise<void> {
  const { account, region, name } = record;
  if (account === undefined || region === undefined) {
    throw new GuardError("EVENT", "it doesn't say which account and region it is of: look by hand");
  }
  const { isolation } = deployed.guarding({ account, region });
  if (isolation === undefined) return;
  await saidWhereUnreached(arrival, settleFor(record, isolation), deployed, (because) => {
    // Instances start and get interfaces all the time: that is tried again, and no news.
    const isOfTags = name?.endsWith("Tags") === true;
    const ids = instancesIn(record);
    const what = `${ids.length === 0 ? "instances" : ids.join(", ")} in account ${account}, ${region}`;
    const summary = `The tags of ${what} were changed, and whether to isolate or release can't be seen: ${because}`;
    return isOfTags ? [{ summary, escalated: true, outcome: "held" }] : [];
  });
}

/** Says, when a message comes for the first time, what can't be judged because its account can't be reached. */
async function saidWhereUnreached(
  { isFirst }: Arrival,
  work: Promise<unknown>,
  { tell }: Deployed,
  noticesOf: (because: string) => readonly Said[],
): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (isFirst && error instanceof GuardError && error.code === "REACH")
      await tell(noticesOf(error.message));
    throw error;
  }
}

function timeOf({ record }: Arrival): string {
  return record?.at ?? "";
}
