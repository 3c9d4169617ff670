import { alreadyReported } from "./errors";
import type { Registration } from "./goal";
import type { StackConfig } from "./project";
import { dynamicPackage } from "./registry";
import { providerType } from "./urn";
import type { PropertyMap } from "./values";
import { makeSecret } from "./values";

/** Registers the provider that resources get when they name none: one per package and version. */
export class DefaultProviders {
  private readonly references = new Map<string, Promise<string>>();

  constructor(
    private readonly config: StackConfig,
    private readonly register: (registration: Registration) => void,
  ) {}

  /** The provider's reference (`urn::id`), once it is registered. */
  reference(packageName: string, version: string): Promise<string> {
    const name = version === "" ? "default" : `default_${version.replaceAll(/[.+-]/g, "_")}`;
    const key = `${packageName} ${name}`;
    const known = this.references.get(key);
    if (known) return known;
    const properties = { ...this.inputs(packageName), ...(version !== "" && { version }) };
    const reference = new Promise<string>((resolve, reject) => {
      this.register({
        goal: {
          type: providerType(packageName),
          name,
          custom: true,
          properties,
          parent: "",
          provider: "",
          dependencies: [],
          propertyDependencies: {},
          aliases: [],
          additionalSecretOutputs: [],
          ignoreChanges: [],
          hideDiffs: [],
          replaceOnChanges: [],
          deletedWith: "",
          importId: "",
        },
        done: ({ state, result }) => {
          if (result === "success") resolve(`${state.urn}::${state.id ?? ""}`);
          else reject(alreadyReported(`no provider for ${packageName}`));
        },
      });
    });
    reference.catch(() => undefined);
    this.references.set(key, reference);
    return reference;
  }

  /** A dynamic provider is configured with the whole configuration of the stack, others with their namespace. */
  private inputs(packageName: string): PropertyMap {
    const inputs: PropertyMap = {};
    for (const [key, { value, secret }] of this.config) {
      const [namespace = "", ...rest] = key.split(":");
      if (packageName !== dynamicPackage && namespace !== packageName) continue;
      inputs[packageName === dynamicPackage ? key : rest.join(":")] = secret ? makeSecret(value) : value;
    }
    return inputs;
  }
}
