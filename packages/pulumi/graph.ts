import type { ResourceState } from "./state";
import { referencedUrns } from "./state";
import { parseProviderReference } from "./urn";

/** URNs a resource depends on, its provider among them. */
function dependencyUrns(state: ResourceState, withParent: boolean): Set<string> {
  const urns = referencedUrns(state, withParent);
  if (state.provider) urns.add(parseProviderReference(state.provider).urn);
  return urns;
}

/** Who depends on whom among the resources of a state, which lists every resource after its dependencies. */
export class DependencyGraph {
  private readonly index = new Map<ResourceState, number>();
  private readonly byUrn = new Map<string, number[]>();
  private readonly children = new Map<string, number[]>();

  constructor(private readonly resources: readonly ResourceState[]) {
    for (const [at, state] of resources.entries()) {
      this.index.set(state, at);
      append(this.byUrn, state.urn, at);
      if (state.parent) append(this.children, state.parent, at);
    }
  }

  contains(state: ResourceState): boolean {
    return this.index.has(state);
  }

  /** Everything that depends on `root`, directly or not, in the state's order. */
  dependingOn(root: ResourceState, ignore: ReadonlySet<string>, includeChildren: boolean): ResourceState[] {
    const from = this.index.get(root) ?? this.resources.length;
    const implicated = new Set([root.urn]);
    const dependents: ResourceState[] = [];
    for (let at = from + 1; at < this.resources.length; at++) {
      const candidate = this.resources[at];
      if (!candidate || ignore.has(candidate.urn)) continue;
      for (const urn of dependencyUrns(candidate, includeChildren)) {
        if (!implicated.has(urn)) continue;
        dependents.push(candidate);
        implicated.add(candidate.urn);
        break;
      }
    }
    return dependents;
  }

  /** What must outlive `state`: its dependencies (for a component: its children too), provider and parent. */
  dependenciesOf(state: ResourceState): Set<ResourceState> {
    const before = this.index.get(state) ?? 0;
    const found = new Set<ResourceState>();
    const add = (at: number): void => {
      const candidate = this.resources[at];
      if (at < before && candidate) found.add(candidate);
    };
    for (const urn of dependencyUrns(state, false)) {
      for (const at of this.byUrn.get(urn) ?? []) {
        add(at);
        if (this.resources[at]?.custom === false) this.descendants(urn).forEach(add);
      }
    }
    for (const at of state.parent ? (this.byUrn.get(state.parent) ?? []) : []) add(at);
    return found;
  }

  transitiveDependenciesOf(state: ResourceState): Set<ResourceState> {
    const found = new Set<ResourceState>();
    const visit = (current: ResourceState): void => {
      for (const dependency of this.dependenciesOf(current)) {
        if (found.has(dependency)) continue;
        found.add(dependency);
        visit(dependency);
      }
    };
    visit(state);
    return found;
  }

  private descendants(urn: string): number[] {
    return (this.children.get(urn) ?? []).flatMap((at) => [
      at,
      ...this.descendants(this.resources[at]?.urn ?? ""),
    ]);
  }
}

function append(map: Map<string, number[]>, key: string, value: number): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/**
 * Groups the condemned so that each group can be deleted at once, dependents in earlier groups than what they
 * depend on.
 */
export function deletionOrder(
  graph: DependencyGraph,
  condemned: ReadonlySet<ResourceState>,
): ResourceState[][] {
  // The level of a resource is the longest chain of condemned dependencies below it.
  const levels = new Map<ResourceState, number>();
  const level = (state: ResourceState): number => {
    const known = levels.get(state);
    if (known !== undefined) return known;
    let height = 0;
    for (const dependency of graph.dependenciesOf(state)) {
      if (condemned.has(dependency)) height = Math.max(height, level(dependency) + 1);
    }
    levels.set(state, height);
    return height;
  };
  const groups: ResourceState[][] = [];
  for (const state of condemned) (groups[level(state)] ??= []).push(state);
  return groups.reverse();
}
