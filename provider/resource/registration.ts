import { status } from "@grpc/grpc-js";
import { RunError } from "@pulumi/pulumi/errors";
import { Alias } from "@pulumi/pulumi/proto/alias_pb";
import { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { ComponentResource } from "@pulumi/pulumi/resource";
import { awaitStackRegistrations, getMonitor, terminateRpcs } from "@pulumi/pulumi/runtime/settings";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { Slots } from "../../lib/pace";

/** A custom resource, as the engine is asked to register it. */
export interface Registration {
  type: string;
  /** Its logical name. */
  name: string;
  /** Plain values. */
  inputs: object;
  /** What the engine registers before it, and removes after it. */
  dependsOn: readonly Registered[];
  /** Logical names that states of earlier versions have it by. */
  aliases?: readonly string[];
}

/** A resource that others may depend on. */
export interface Registered {
  /** Settles when the engine has registered it. */
  readonly urn: Promise<string>;
}

/**
 * How many resources wait for the engine at once. It has fewer steps under way (four for each core, unless `--parallel`
 * says otherwise), so more would only wait in this process.
 */
export const MOST_WAITING = 256;

/**
 * Registers a component's resources, a few at a time, by the same requests that the SDK's CustomResource sends. The SDK
 * makes some eighty promises for each, outputs that nobody here asks for and a note of where it was declared: more
 * work than all the rest of a program with a thousand rules, and memory until the program ends. What it would add
 * to a request (providers, hooks, secrets, outputs of others among the inputs) no object of ours has.
 */
export class Registering {
  private readonly slots = new Slots(MOST_WAITING);
  private readonly registered: Promise<unknown>[] = [];
  private readonly parent: Promise<string>;

  constructor(parent: ComponentResource) {
    this.parent = urnOf(parent);
  }

  /**
   * Asks the engine for a resource once there is room for it. @returns it; it may not be registered yet. Where the
   * engine refuses it, its `urn` rejects, and so does `all`.
   */
  create(registration: Registration): Promise<Registered> {
    return new Promise((resolve) => {
      const registered = this.slots.use(() => {
        const urn = this.register(registration);
        resolve({ urn });
        return urn;
      });
      // It is told by `all`.
      registered.catch(() => {});
      this.registered.push(registered);
    });
  }

  /** Resolves when all that was created is registered. */
  async all(): Promise<void> {
    await Promise.all(this.registered);
  }

  private async register(registration: Registration): Promise<string> {
    const needed = await Promise.all(registration.dependsOn.map(({ urn }) => urn));
    const parent = await this.parent;
    await awaitStackRegistrations();
    return sent(requestFor(registration, parent, needed));
  }
}

/** The URN of a resource of the SDK's, once the engine has answered. */
export function urnOf({ urn }: Pick<ComponentResource, "urn">): Promise<string> {
  return new Promise((resolve) => void urn.apply(resolve));
}

function requestFor(
  { type, name, inputs, aliases = [] }: Registration,
  parent: string,
  needed: readonly string[],
): RegisterResourceRequest {
  const request = new RegisterResourceRequest()
    .setType(type)
    .setName(name)
    .setParent(parent)
    .setCustom(true)
    .setObject(Struct.fromJavaScript(inputs as Record<string, JavaScriptValue>))
    .setDependenciesList([...new Set(needed)])
    .setAcceptsecrets(true)
    .setAcceptresources(true)
    .setSupportspartialvalues(true)
    .setSupportsresultreporting(true)
    .setAliasspecs(true)
    .setAliasesList(
      aliases.map((alias) => new Alias().setSpec(new Alias.Spec().setName(alias).setParenturn(parent))),
    );
  // Inputs that aren't named depend on nothing, but without any the engine takes each to depend on all of these.
  const none = new RegisterResourceRequest.PropertyDependencies();
  request.getPropertydependenciesMap().set("name", none);
  return request;
}

/**
 * What the engine says to a request: a URN, also of what failed where others are to go on without it.
 * @throws RunError which the SDK shows as it is, without a stack, where it refuses the request
 */
function sent(request: RegisterResourceRequest): Promise<string> {
  const monitor = getMonitor();
  if (monitor === undefined) throw new RunError("resources are registered in a Pulumi program alone");
  return new Promise((resolve, reject) => {
    monitor.registerResource(request, (error, response) => {
      if (error === null) return resolve(response.getUrn());
      // The engine has ended, and has said why. The SDK's own requests end so, too: nothing waits any more.
      if (error.code === status.UNAVAILABLE || error.code === status.CANCELLED) return terminateRpcs();
      reject(
        new RunError(
          `resource ${request.getName()} could not be registered: ${error.details || error.message}`,
        ),
      );
    });
  });
}
