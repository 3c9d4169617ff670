import { DependencyGraph } from "./graph";
import type { PendingOperation, ResourceState } from "./state";

/** The state a deployment starts from; a refresh replaces its resources before the program runs. */
export class BaseState {
  readonly olds = new Map<string, ResourceState>();
  /** By URN, pending deletes included. */
  readonly all = new Map<string, ResourceState[]>();
  graph: DependencyGraph;

  constructor(
    public resources: ResourceState[],
    readonly pendingOperations: PendingOperation[],
  ) {
    this.graph = this.index();
  }

  /** Takes over what a refresh found: `refreshed` says for each resource what became of it. */
  rebuild(refreshed: Map<ResourceState, ResourceState | undefined>): void {
    const kept: ResourceState[] = [];
    const referenceable = new Set<string>();
    // Children of what is gone move up to its parent; the list has parents before children.
    const parents = new Map<string, string>();
    for (const old of this.resources) {
      const state = refreshed.has(old) ? refreshed.get(old) : old;
      if (!state) {
        parents.set(old.urn, survivingParent(old.parent, referenceable, parents));
        continue;
      }
      const known = (urns: string[]): string[] => urns.filter((urn) => referenceable.has(urn));
      if (state.dependencies) state.dependencies = known(state.dependencies);
      if (state.propertyDependencies) {
        state.propertyDependencies = Object.fromEntries(
          Object.entries(state.propertyDependencies)
            .map(([key, urns]): [string, string[]] => [key, known(urns)])
            .filter(([, urns]) => urns.length > 0),
        );
      }
      if (state.deletedWith && !referenceable.has(state.deletedWith)) delete state.deletedWith;
      if (state.parent) state.parent = survivingParent(state.parent, referenceable, parents);
      kept.push(state);
      referenceable.add(state.urn);
    }
    this.resources = kept;
    this.graph = this.index();
  }

  private index(): DependencyGraph {
    this.olds.clear();
    this.all.clear();
    for (const state of this.resources) {
      if (!state.delete) this.olds.set(state.urn, state);
      const sameUrn = this.all.get(state.urn);
      if (sameUrn) sameUrn.push(state);
      else this.all.set(state.urn, [state]);
    }
    return new DependencyGraph(this.resources);
  }
}

function survivingParent(
  parent: string | undefined,
  alive: ReadonlySet<string>,
  parents: ReadonlyMap<string, string>,
): string {
  let urn = parent ?? "";
  while (urn !== "" && !alive.has(urn)) urn = parents.get(urn) ?? "";
  return urn;
}

/** What is said of operations that nobody knows the end of, as the CLI says it. */
export function pendingWarning(base: BaseState): string {
  const list = base.pendingOperations
    .map(({ resource, type }) => `  * ${resource.urn}, interrupted while ${type}\n`)
    .join("");
  return (
    `Attempting to deploy or update resources with ${String(base.pendingOperations.length)} pending operations ` +
    `from previous deployment.\n${list}` +
    "These resources are in an unknown state because the Pulumi CLI was interrupted while waiting for changes to " +
    "these resources to complete. You should confirm whether or not the operations listed completed successfully " +
    "by checking the state of the appropriate provider. Once you have confirmed the status of the interrupted " +
    "operations, you can repair your stack using `pulumi refresh` which will refresh the state from the provider " +
    "you are using and clear the pending operations if there are any.\n\n" +
    "Note that `pulumi refresh` will need to be run interactively to clear pending CREATE operations."
  );
}
