import type { BaseState } from "./base";
import type { ResourceState } from "./state";
import type { StepContext } from "./step";

/** What a run has decided so far, by the resources' URNs. */
export class Decisions {
  readonly urns = new Set<string>();
  readonly creates = new Set<string>();
  readonly sames = new Set<string>();
  readonly updates = new Set<string>();
  readonly replaces = new Set<string>();
  readonly deletes = new Set<string>();
  /** Old resources that were deleted for the sake of another's delete-before-replace. */
  readonly deletedEarly = new Set<ResourceState>();
  readonly dependentReplaceKeys = new Map<string, string[]>();
  /** Something was reported that makes the run fail, although it went on. */
  sawError = false;

  constructor(
    readonly base: BaseState,
    readonly context: StepContext,
  ) {}
}
