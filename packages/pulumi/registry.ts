import { EngineError } from "./errors";
import type { ProviderHost } from "./host";
import type { ResourceState } from "./state";
import { packageOfProviderType } from "./urn";
import type { PropertyMap } from "./values";

/** The package of dynamic resources written in JavaScript. */
export const dynamicPackage = "pulumi-nodejs";

/**
 * The providers of one phase, by reference (`urn::id`), with the configuration of their provider resource. Only
 * dynamic providers have a process; the data sources of other packages are answered by handlers.
 */
export class ProviderRegistry {
  private readonly hosts = new Map<string, ProviderHost>();
  private readonly known = new Set<string>();
  private spare: ProviderHost | undefined;

  constructor(private readonly start: () => ProviderHost) {}

  /** Starts a process ahead of need, while the program loads; it serves the first provider that is configured. */
  warmUp(): void {
    if (this.hosts.size === 0) this.spare ??= this.start();
  }

  /** A provider resource was created or changed: its resources are served with the new configuration from now on. */
  async configure(provider: ResourceState, id: string): Promise<void> {
    const reference = `${provider.urn}::${id}`;
    const previous = this.hosts.get(reference);
    this.load(reference, provider.type, provider.inputs ?? {});
    await previous?.close(true);
  }

  /** A provider resource stays as it is; one that serves already, since a refresh, goes on. */
  same(provider: ResourceState): void {
    const reference = `${provider.urn}::${provider.id ?? ""}`;
    if (!this.known.has(reference)) this.load(reference, provider.type, provider.inputs ?? {});
  }

  has(reference: string): boolean {
    return this.known.has(reference);
  }

  /** Throws `no-plugin` for a package whose resources this engine cannot serve. */
  host(reference: string): ProviderHost {
    const host = this.hosts.get(reference);
    if (!host) {
      throw new EngineError(
        "no-plugin",
        `no resource plugin for provider ${reference}: this engine serves dynamic resources only`,
      );
    }
    return host;
  }

  async cancel(): Promise<void> {
    await Promise.all([...this.hosts.values()].map((host) => host.cancel()));
  }

  async close(well: boolean): Promise<void> {
    const hosts = [...this.hosts.values(), ...(this.spare ? [this.spare] : [])];
    await Promise.all(hosts.map((host) => host.close(well)));
  }

  private load(reference: string, type: string, inputs: PropertyMap): void {
    this.known.add(reference);
    if (packageOfProviderType(type) !== dynamicPackage) return;
    const host = this.spare ?? this.start();
    this.spare = undefined;
    this.hosts.set(reference, host.configured(inputs));
  }
}
