import type * as sdkLog from "@pulumi/pulumi/log";

// The SDK's own module, not a copy of its exports: what it calls has to change.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const log = require("@pulumi/pulumi/log") as { debug: typeof sdkLog.debug };

/** How many registrations are under way. */
let under = 0;
let resume: (() => void)[] = [];

/**
 * Creates resources without what Pulumi's SDK does for each of them only to diagnose itself, which is more
 * work than all the rest: a stack trace for each of some eighty promises; the source position, which it keeps
 * in the state, larger than a rule; four debug messages, sent to the engine one after the other. All that
 * comes back when everything is registered, or when `create` throws: what fails until then says what it is,
 * and where `create` was called from. The SDK's own switch, PULUMI_DEBUG_PROMISE_LEAKS, keeps it.
 * @param create creates the resources; what it returns resolves when all of them are registered
 */
export function registerResources<T>(create: () => Promise<T>): Promise<T> {
  if (process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) return create();
  if (under++ === 0) resume = [pauseStackTraces(), pauseDebugMessages()];
  const end = () => {
    if (--under === 0) for (const restore of resume) restore();
  };
  let registered: Promise<T>;
  try {
    registered = create();
  } catch (error) {
    end();
    if (error instanceof Error && error.stack === undefined) Error.captureStackTrace(error);
    throw error;
  }
  return registered.finally(end);
}

/**
 * The SDK raises `Error.stackTraceLimit` itself for a source position, so a low limit would not last. V8
 * takes the limit from a plain property only, and captures nothing where it is an accessor.
 */
function pauseStackTraces(): () => void {
  const original = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit") ?? {};
  let limit = Error.stackTraceLimit;
  Object.defineProperty(Error, "stackTraceLimit", {
    configurable: true,
    enumerable: true,
    get: () => limit,
    set: (value: number) => (limit = value),
  });
  return () => Object.defineProperty(Error, "stackTraceLimit", original);
}

function pauseDebugMessages(): () => void {
  const original = log.debug;
  log.debug = () => Promise.resolve();
  return () => {
    log.debug = original;
  };
}
