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

/** What the program's code sees of a resource. */
class Registered {
  readonly urn: { apply: (use: (urn: string) => void) => void };

  constructor(
    readonly name: string,
    done: Promise<void>,
  ) {
    this.urn = { apply: (use) => void done.then(() => use(name)) };
  }
}

/**
 * What `provider/policy.ts` takes from Pulumi's SDK, which hands resources over without an engine of its own.
 * @param register gives whoever takes them now
 */
export function resourceModule(register: () => Register): Record<string, unknown> {
  class CustomResource extends Registered {
    constructor(_type: string, name: string, properties: Record<string, unknown>, options: Options = {}) {
      const { __provider: provider, ...inputs } = properties;
      const module = /provider\/([\w-]+)\.ts/.exec(String(provider))?.[1] ?? "";
      const dependsOn = [options.dependsOn ?? []].flat().map((dependency) => dependency.name);
      super(name, register()({ module, name, inputs, dependsOn }));
    }
  }
  class ComponentResource {
    registerOutputs(): void {
      // Nothing waits for them.
    }
  }
  return { CustomResource, ComponentResource };
}
