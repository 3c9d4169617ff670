import { GetRootResourceResponse } from "@pulumi/pulumi/proto/engine_pb";
import { RegisterResourceResponse } from "@pulumi/pulumi/proto/resource_pb";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

/** A resource as a program registers it. */
export interface Registration {
  /** The module in `provider/` that manages it. */
  module: string;
  name: string;
  /** Some may be promises. */
  inputs: Readonly<Record<string, unknown>>;
  /** Names of what has to be there before. */
  dependsOn: readonly string[];
}

/** Does with a resource what an engine does. Resolves when it is done, or has failed. */
export type Register = (registration: Registration) => Promise<void>;

interface Options {
  dependsOn?: Registered | Registered[];
}

/** What the program's code sees of a resource; its name stands for its URN. */
class Registered {
  readonly urn: { apply: (use: (urn: string) => void) => void };

  constructor(
    readonly name: string,
    done: Promise<void>,
  ) {
    this.urn = { apply: (use) => void done.then(() => use(name)) };
  }
}

function registrationOf(
  name: string,
  { __provider: provider, ...inputs }: Readonly<Record<string, unknown>>,
  dependsOn: readonly string[],
): Registration {
  const module = /provider\/([\w-]+)\.ts/.exec(String(provider))?.[1] ?? "";
  return { module, name, inputs, dependsOn };
}

/**
 * What `provider/policy.ts` takes from Pulumi's SDK, which hands resources over without an engine of its own.
 * @param register gives whoever takes them now
 */
export function resourceModule(register: () => Register): Record<string, unknown> {
  class CustomResource extends Registered {
    constructor(_type: string, name: string, properties: Record<string, unknown>, options: Options = {}) {
      const dependsOn = [options.dependsOn ?? []].flat().map((dependency) => dependency.name);
      super(name, register()(registrationOf(name, properties, dependsOn)));
    }
  }
  class ComponentResource extends Registered {
    constructor(_type: string, name: string) {
      super(name, Promise.resolve());
    }

    registerOutputs(): void {
      // Nothing waits for them.
    }
  }
  return { CustomResource, ComponentResource };
}

type Answer<Response> = (error: null, response: Response) => void;

/**
 * What program and provider take from the SDK's settings: an engine, and a monitor that takes what is registered without
 * the SDK's resources.
 * @param hasProgram whether a program runs: then the engine knows the stack's resource
 */
export function settingsModule(register: () => Register, hasProgram: () => boolean): Record<string, unknown> {
  const engine = {
    getRootResource: (_: unknown, answer: Answer<GetRootResourceResponse>) =>
      answer(null, new GetRootResourceResponse().setUrn(hasProgram() ? "stack" : "")),
  };
  const monitor = {
    registerResource: (request: RegisterResourceRequest, answer: Answer<RegisterResourceResponse>) => {
      const inputs = request.getObject()?.toJavaScript() ?? {};
      const registration = registrationOf(request.getName(), inputs, request.getDependenciesList());
      const registered = () => answer(null, new RegisterResourceResponse().setUrn(request.getName()));
      void register()(registration).then(registered);
    },
  };
  return {
    getEngine: () => engine,
    getMonitor: () => monitor,
    awaitStackRegistrations: () => Promise.resolve(),
    terminateRpcs: () => undefined,
  };
}
