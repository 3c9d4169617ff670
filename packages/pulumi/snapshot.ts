import { createHash } from "node:crypto";
import type { StackFiles } from "./backend";
import type { Crypter } from "./secrets";
import type { Deployment, OperationType, PendingOperation, ResourceState } from "./state";
import { referencedUrns, sealResource } from "./state";
import { createUrn, nameOf, parseProviderReference, qualifiedType, stackType, typeOf } from "./urn";

/** The version of the CLI whose behaviour this engine follows; it is written into the state's manifest. */
const engineVersion = "v3.259.0";

/**
 * Keeps the state file in step with what was done (`pkg/backend/snapshot.go`): resources that were created, updated
 * or left alone in this run first, in the order in which that happened, then what has not been looked at yet.
 */
export class SnapshotManager {
  private readonly resources: ResourceState[] = [];
  private readonly done = new Set<ResourceState>();
  private readonly operations = new Map<ResourceState, OperationType>();
  private unsaved = true;

  constructor(
    private readonly files: StackFiles,
    private readonly crypter: Crypter,
    /** The state at the start; the refresh part of a run replaces its resources. */
    private readonly base: { resources: ResourceState[]; pendingOperations: PendingOperation[] },
    /** Write the state after every step, not only at the end. */
    private readonly checkpoints: boolean,
  ) {}

  begin(state: ResourceState, type: OperationType): void {
    this.operations.set(state, type);
    this.changed();
  }

  /** A create, update or delete has ended; without success the state says what it said before. */
  end(
    pending: ResourceState,
    effect: { old?: ResourceState | undefined; new?: ResourceState | undefined },
  ): void {
    this.operations.delete(pending);
    this.apply(effect);
    this.changed();
  }

  /** A resource was left as it is; `write` says whether its entry in the state differs nevertheless. */
  same(old: ResourceState, next: ResourceState | undefined, write: boolean): void {
    this.apply({ old, new: next });
    if (write) this.changed();
    else this.unsaved = true;
  }

  outputsRegistered(): void {
    this.changed();
  }

  /** Writes the final state. */
  close(): void {
    if (this.unsaved) this.save();
  }

  private apply(effect: { old?: ResourceState | undefined; new?: ResourceState | undefined }): void {
    if (effect.old) this.done.add(effect.old);
    if (effect.new) this.resources.push(effect.new);
  }

  private changed(): void {
    if (this.checkpoints) this.save();
    else this.unsaved = true;
  }

  private save(): void {
    const resources = [...this.resources, ...this.base.resources].filter((state) => !this.done.has(state));
    const operations: PendingOperation[] = [...this.operations].map(([resource, type]) => ({
      resource,
      type,
    }));
    // What an earlier run may have created stays on record until somebody has looked.
    operations.push(...this.base.pendingOperations.filter(({ type }) => type === "creating"));
    this.files.save(sealDeployment(normalized(resources), operations, this.crypter));
    this.unsaved = false;
  }
}

/** A deployment as the state file and `stack export` show it. */
export function sealDeployment(
  resources: ResourceState[],
  operations: PendingOperation[],
  crypter: Crypter,
): Deployment {
  return {
    manifest: {
      time: new Date().toISOString(),
      magic: createHash("sha256").update(engineVersion).digest("hex"),
      version: engineVersion,
    },
    secrets_providers: { type: "passphrase", state: { salt: crypter.salt } },
    ...(resources.length > 0 && { resources: resources.map((state) => sealResource(state, crypter)) }),
    ...(operations.length > 0 && {
      pending_operations: operations.map(({ resource, type }) => ({
        resource: sealResource(resource, crypter),
        type,
      })),
    }),
    metadata: {},
  };
}

/** Every reference to a URN that was taken over through an alias says the new URN. */
function normalized(resources: ResourceState[]): ResourceState[] {
  const renamed = new Map<string, string>();
  for (const state of resources) {
    for (const alias of state.aliases ?? []) renamed.set(alias, state.urn);
    const parent = state.parent ? renamed.get(state.parent) : undefined;
    if (parent && qualifiedType(parent) !== stackType) {
      const [, stack = "", project = ""] = /^urn:pulumi:(.*?)::(.*?)::/.exec(state.urn) ?? [];
      const urn = createUrn(stack, project, parent, typeOf(state.urn), nameOf(state.urn));
      if (urn !== state.urn) renamed.set(state.urn, urn);
    }
  }
  if (renamed.size === 0) return resources;
  const fix = (urn: string): string => renamed.get(urn) ?? urn;
  const fixAll = (urns: string[]): string[] => urns.map(fix);
  return resources.map((state) => {
    const provider = state.provider ? parseProviderReference(state.provider) : undefined;
    const untouched =
      !state.aliases?.length &&
      !renamed.has(state.urn) &&
      !(provider && renamed.has(provider.urn)) &&
      ![...referencedUrns(state)].some((urn) => renamed.has(urn));
    if (untouched) return state;
    const fixed: ResourceState = { ...state, urn: fix(state.urn) };
    delete fixed.aliases;
    if (provider) fixed.provider = `${fix(provider.urn)}::${provider.id}`;
    if (state.parent) fixed.parent = fix(state.parent);
    if (state.deletedWith) fixed.deletedWith = fix(state.deletedWith);
    if (state.dependencies) fixed.dependencies = fixAll(state.dependencies);
    if (state.propertyDependencies) {
      fixed.propertyDependencies = Object.fromEntries(
        Object.entries(state.propertyDependencies).map(([key, urns]) => [key, fixAll(urns)]),
      );
    }
    return fixed;
  });
}
