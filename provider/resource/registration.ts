import type * as sdkLog from "@pulumi/pulumi/log";
import type { ComponentResource, CustomResource } from "@pulumi/pulumi/resource";
import { Slots } from "../../lib/pace";

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
 * How many resources wait for the engine at once. It has fewer steps under way (four for each core, unless `--parallel`
 * says otherwise), so more would only wait in this process, each with the SDK's promises and a copy of its inputs.
 */
export const MOST_WAITING = 256;

/** Registers a component's resources a few at a time, and keeps none of them when it is registered. */
export class Registering {
  private readonly slots = new Slots(MOST_WAITING);
  private readonly registered: Promise<unknown>[] = [];

  constructor(private readonly parent: ComponentResource) {}

  /** Creates a resource once there is room for it. @returns it; it may not be registered yet */
  create<T extends CustomResource>(make: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const registering = async () => {
        const resource = make();
        resolve(resource);
        // A URN is known once the engine has answered, whatever it has to say. Where it can't, the SDK ends the program.
        await new Promise<unknown>((registered) => void resource.urn.apply(registered));
        this.forget(resource);
      };
      const registered = this.slots.use(registering);
      registered.catch(reject);
      this.registered.push(registered);
    });
  }

  /** Resolves when all that was created is registered. */
  async all(): Promise<void> {
    await Promise.all(this.registered);
  }

  /**
   * The SDK keeps a component's children for what depends on the component. That need only wait for the one that
   * itself waits for all the others.
   */
  private forget(resource: CustomResource): void {
    const { __childResources: children } = this.parent as { __childResources?: Set<unknown> };
    children?.delete(resource);
  }
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
