import type { StepOp } from "./events";
import type { Registration } from "./goal";
import type { ProviderHost, ProviderDiff } from "./host";
import { InitError } from "./provider-failure";
import type { ResourceState } from "./state";
import { pathContains, topLevelKey } from "./values";
import type { DiffKind, PropertyMap } from "./values";

/** What a step needs of the deployment it belongs to. */
export interface StepContext {
  readonly dryRun: boolean;
  /** The process that serves a resource. Throws when there is none. */
  host(state: ResourceState): ProviderHost;
  configureProvider(state: ResourceState, id: string): Promise<void>;
  sameProvider(state: ResourceState): void;
  /** URNs that this run deletes. */
  readonly deletes: ReadonlySet<string>;
  diff(
    urn: string,
    old: { id: string; inputs: PropertyMap; outputs: PropertyMap },
    news: PropertyMap,
    host: ProviderHost,
    ignoreChanges: string[],
  ): Promise<StepDiff>;
  warning(message: string, urn: string): void;
}

/** A provider's diff, with the differences of the inputs where the provider left the decision to the engine. */
export interface StepDiff extends Pick<ProviderDiff, "replaces" | "diffs" | "deleteBeforeReplace"> {
  changes: boolean;
  detailed?: Map<string, DiffKind>;
}

export const noDiff: StepDiff = { changes: false, replaces: [], diffs: [], deleteBeforeReplace: false };

export interface StepOutcome {
  status: "ok" | "partial" | "unknown";
  error?: Error;
  /** Answers the program, once the state is saved. */
  complete?: () => void;
}

export const ok: StepOutcome = { status: "ok" };

/** One thing to do to one resource (`pkg/resource/deploy/step.go`). */
export abstract class Step {
  /** Counts in the summary, and later outputs belong to it. */
  readonly logical: boolean = true;
  readonly keys: string[] = [];
  diff: StepDiff = noDiff;

  constructor(
    readonly op: StepOp,
    readonly old: ResourceState | undefined,
    private readonly next: ResourceState | undefined,
    readonly registration?: Registration,
  ) {}

  /** The state after the step; undefined when the resource is gone. */
  get new(): ResourceState | undefined {
    return this.next;
  }

  get res(): ResourceState {
    const state = this.next ?? this.old;
    if (!state) throw new Error("a step needs a resource");
    return state;
  }

  get urn(): string {
    return this.res.urn;
  }

  abstract apply(): Promise<StepOutcome>;

  /** Tells the program that its resource failed, or was left out because of a failure. */
  settle(result: "failed" | "skipped"): void {
    this.registration?.done({ state: this.res, result });
  }

  protected succeed(state: ResourceState): () => void {
    return () => this.registration?.done({ state, result: "success" });
  }
}

/** Runs a call to a provider; the outcome of a partial failure carries what exists nevertheless. */
export async function attempt(
  work: () => Promise<void>,
  partially: (failure: InitError) => void,
): Promise<StepOutcome> {
  try {
    await work();
    return ok;
  } catch (error) {
    if (!(error instanceof InitError)) return { status: "unknown", error: error as Error };
    partially(error);
    return { status: "partial", error };
  }
}

/** `replaceOnChanges` turns a change of the named properties (or of `*`) into a replacement. */
export function withReplaceOnChanges(
  diff: StepDiff,
  paths: readonly string[],
  hasInitErrors: boolean,
): StepDiff {
  if (paths.length === 0 || !(diff.changes || hasInitErrors)) return diff;
  const covered = (path: string): boolean => paths.some((each) => pathContains(each, path));
  const changed = diff.detailed ? [...diff.detailed.keys()].map(topLevelKey) : diff.diffs;
  const replaces = new Set([...diff.replaces, ...changed.filter(covered)]);
  const initErrors = hasInitErrors && covered("#initerror");
  if (initErrors) replaces.add("#initerror");
  return { ...diff, changes: diff.changes || initErrors, replaces: [...replaces] };
}
