/** How many registrations are under way. */
let under = 0;
let original: PropertyDescriptor | undefined;

/**
 * Creates resources without a stack trace for each of the some eighty promises that Pulumi's SDK makes for
 * one, and without their source positions, which it keeps in the state, larger than a rule. Together they are
 * more work than the rest of the program. Traces come back when everything is registered, or when `create`
 * throws: what fails until then says what it is, and where `create` was called from.
 * @param create creates the resources; what it returns resolves when all of them are registered
 */
export function registerResources<T>(create: () => Promise<T>): Promise<T> {
  pauseStackTraces();
  let registered: Promise<T>;
  try {
    registered = create();
  } catch (error) {
    resumeStackTraces();
    if (error instanceof Error && error.stack === undefined) Error.captureStackTrace(error);
    throw error;
  }
  return registered.finally(resumeStackTraces);
}

/**
 * The SDK raises `Error.stackTraceLimit` itself for a source position, so a low limit would not last. V8
 * takes the limit from a plain property only, and captures nothing where it is an accessor.
 */
function pauseStackTraces(): void {
  if (under++ > 0) return;
  original = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit");
  let limit = Error.stackTraceLimit;
  Object.defineProperty(Error, "stackTraceLimit", {
    configurable: true,
    enumerable: true,
    get: () => limit,
    set: (value: number) => (limit = value),
  });
}

function resumeStackTraces(): void {
  if (--under > 0 || original === undefined) return;
  Object.defineProperty(Error, "stackTraceLimit", original);
}
