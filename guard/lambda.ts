import { arrivalsIn, type Arrival } from "./arrivals";
import { deployedFrom } from "./deployed";
import type { GuardEnvironment } from "./environment";
import { GuardError } from "./error";
import { field, listIn, optionalText, recordIn } from "./event/fields";
import { groupEvent } from "./event/read";
import { handleEvent, type Guard } from "./handle";
import { ISOLATION_CALLS, settleAll, settleInstance, type Isolated, type Isolation } from "./isolate";
import { refreshRecords } from "./refresh";
import type { Said } from "./tell";

/** What the function works with; made once for all of its invocations. */
export interface Deployed {
  guard: Guard;
  account: string;
  region: string;
  /** Undefined: nothing is isolated in AWS. */
  isolation: Isolation | undefined;
  tell: (notices: readonly Said[]) => Promise<void>;
  /** Posts what was isolated or released, where that is configured. */
  post: (notices: readonly Isolated[]) => Promise<void>;
  /** Sends the messages that could not be sent. */
  tellAgain: () => Promise<void>;
  /** Keeps what can't be read, with the reason. */
  bury: (body: unknown, reason: string) => Promise<void>;
  log: (line: string) => void;
}

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
 * Handles everything in one invocation, oldest first. Messages that failed are named and come again; what can't
 * be read goes to the dead letters at once.
 */
export async function handleArrivals(input: unknown, deployed: Deployed): Promise<BatchResponse> {
  const failed: BatchResponse["batchItemFailures"] = [];
  const arrivals = arrivalsIn(input).sort((a, b) =>
    timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0,
  );
  for (const arrival of arrivals) {
    try {
      await handleOne(arrival, deployed);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof GuardError && error.code === "EVENT") {
        await deployed.bury(arrival.body, message);
        continue;
      }
      deployed.log(JSON.stringify({ guard: "failed", message, code: (error as { code?: unknown }).code }));
      // Called without a queue, nobody else would try again.
      if (arrival.message === undefined) throw error;
      failed.push({ itemIdentifier: arrival.message });
    }
  }
  return { batchItemFailures: failed };
}

async function handleOne({ detail, refresh, body }: Arrival, deployed: Deployed): Promise<void> {
  const { guard, isolation, account, region, log } = deployed;
  if (refresh) {
    await deployed.tellAgain();
    const looked = await refreshRecords({ account, region }, guard);
    log(JSON.stringify({ guard: "refreshed", ...looked }));
    if (isolation) await tellIsolated(await settleAll(isolation), deployed);
    return;
  }
  if (detail === undefined) return deployed.bury(body, "it is neither an event of CloudTrail nor ours");
  if (ISOLATION_CALLS.some((call) => call === detail["eventName"])) {
    if (isolation === undefined || detail["errorCode"] !== undefined) return;
    for (const id of instancesIn(detail)) await tellIsolated(await settleInstance(id, isolation), deployed);
    return;
  }
  const event = groupEvent(detail);
  if (event !== undefined) await handleEvent(event, guard);
}

async function tellIsolated(done: readonly Isolated[], { tell, post }: Deployed): Promise<void> {
  if (done.length === 0) return;
  await Promise.all([tell(done.map((each) => ({ ...each }))), post(done)]);
}

function instancesIn(detail: Record<string, unknown>): string[] {
  const request = recordIn(detail["requestParameters"]);
  const response = recordIn(detail["responseElements"]);
  const ids = [
    ...listIn(field(request, "resourcesSet")).map((item) =>
      optionalText(field(recordIn(item), "resourceId")),
    ),
    ...listIn(field(response, "instancesSet")).map((item) =>
      optionalText(field(recordIn(item), "instanceId")),
    ),
    optionalText(field(request, "instanceId")),
  ];
  return [...new Set(ids.filter((id) => id !== undefined && /^i-[0-9a-f]+$/.test(id)))] as string[];
}

function timeOf({ detail }: Arrival): string {
  return optionalText(detail?.["eventTime"]) ?? "";
}
