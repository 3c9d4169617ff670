import type { ResourceState } from "./state";
import type { PropertyMap } from "./values";

/** How a resource may have been called before. */
export interface Alias {
  urn?: string;
  name?: string;
  type?: string;
  stack?: string;
  project?: string;
  parent?: string;
  noParent?: boolean;
}

/** What the program declares about one resource. */
export interface Goal {
  type: string;
  name: string;
  custom: boolean;
  properties: PropertyMap;
  parent: string;
  /** `urn::id`; empty for components and providers. */
  provider: string;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  aliases: Alias[];
  additionalSecretOutputs: string[];
  ignoreChanges: string[];
  hideDiffs: string[];
  replaceOnChanges: string[];
  deletedWith: string;
  importId: string;
  protect?: boolean;
  retainOnDelete?: boolean;
  deleteBeforeReplace?: boolean;
  customTimeouts?: Record<string, number>;
  sourcePosition?: string;
  stackTrace?: { sourcePosition?: string }[];
}

/** What a registration is answered with. */
export interface RegisterResult {
  state: ResourceState;
  result: "success" | "failed" | "skipped";
}

export interface Registration {
  goal: Goal;
  done(result: RegisterResult): void;
}

/** What the program sends the deployment, in the order of arrival. */
export type SourceEvent =
  | { kind: "register"; registration: Registration }
  | { kind: "outputs"; urn: string; outputs: PropertyMap; done: () => void }
  /** The program has ended, or waits for the deletes. */
  | { kind: "finished"; error?: Error };

/** The state a resource will have if all goes well; id and outputs follow from what is done. */
export function newState(
  goal: Goal,
  urn: string,
  old: ResourceState | undefined,
  alias: string,
): ResourceState {
  return {
    urn,
    custom: goal.custom,
    type: goal.type,
    inputs: goal.properties,
    outputs: {},
    parent: goal.parent,
    protect: goal.protect ?? false,
    retainOnDelete: goal.retainOnDelete ?? false,
    dependencies: goal.dependencies,
    provider: goal.provider,
    propertyDependencies: goal.propertyDependencies,
    additionalSecretOutputs: goal.additionalSecretOutputs,
    aliases: alias === "" ? [] : [alias],
    deletedWith: goal.deletedWith,
    ignoreChanges: goal.ignoreChanges,
    hideDiff: goal.hideDiffs.map((name) => [name]),
    replaceOnChanges: goal.replaceOnChanges,
    ...(goal.customTimeouts && { customTimeouts: goal.customTimeouts }),
    ...(goal.sourcePosition && { sourcePosition: goal.sourcePosition }),
    ...(goal.stackTrace && { stackTrace: goal.stackTrace }),
    ...(old?.created && { created: old.created }),
    ...(old?.modified && { modified: old.modified }),
  };
}
