import { randomUUID } from "node:crypto";
import type { StepOp } from "./events";
import type { Registration } from "./goal";
import type { ProviderHost, ProviderDiff } from "./host";
import { InitError } from "./host";
import type { ResourceState } from "./state";
import { inputsOf, outputsOf } from "./state";
import { isProviderType } from "./urn";
import type { DiffKind, PropertyMap } from "./values";
import { equalValues, unknownValue } from "./values";

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

const ok: StepOutcome = { status: "ok" };

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
async function attempt(
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

export class SameStep extends Step {
  constructor(
    private readonly context: StepContext,
    override readonly old: ResourceState,
    private readonly state: ResourceState,
    registration: Registration | undefined,
    /** Not part of this operation because of --target. */
    readonly untargeted = false,
  ) {
    super("same", old, state, registration);
  }

  override apply(): Promise<StepOutcome> {
    if (this.old.id) this.state.id = this.old.id;
    this.state.outputs = outputsOf(this.old);
    if (isProviderType(this.state.type) && !this.untargeted) {
      this.context.sameProvider({ ...this.state, inputs: inputsOf(this.old) });
    }
    return Promise.resolve({ status: "ok", complete: this.succeed(this.state) });
  }

  /** Must the state be written although nothing was done? (`sameSnapshotMutation.mustWrite`) */
  get changesState(): boolean {
    const fields: (keyof ResourceState)[] = [
      ...([
        "urn",
        "type",
        "custom",
        "provider",
        "parent",
        "protect",
        "retainOnDelete",
        "deletedWith",
      ] as const),
    ];
    const plain = (state: ResourceState, field: keyof ResourceState): unknown => state[field] || undefined;
    return (
      fields.some((field) => plain(this.old, field) !== plain(this.state, field)) ||
      !equalValues(inputsOf(this.old), inputsOf(this.state)) ||
      !equalValues([...(this.old.dependencies ?? [])].sort(), [...(this.state.dependencies ?? [])].sort())
    );
  }
}

/** A resource that --target leaves uncreated; what depends on it must be left out too. */
export class SkippedCreateStep extends Step {
  constructor(
    private readonly state: ResourceState,
    registration: Registration,
  ) {
    super("same", undefined, state, registration);
  }

  override apply(): Promise<StepOutcome> {
    return Promise.resolve({ status: "ok", complete: this.succeed(this.state) });
  }
}

export class CreateStep extends Step {
  override readonly logical: boolean;

  constructor(
    private readonly context: StepContext,
    private readonly state: ResourceState,
    registration: Registration,
    /** What it takes the place of, and whether that is deleted afterwards or was deleted before. */
    readonly replacing?: { old: ResourceState; keys: string[]; diff: StepDiff; pendingDelete: boolean },
  ) {
    super(replacing ? "create-replacement" : "create", replacing?.old, state, registration);
    this.logical = !replacing;
    if (replacing) {
      this.keys.push(...replacing.keys);
      this.diff = replacing.diff;
    }
  }

  override async apply(): Promise<StepOutcome> {
    const { state, context } = this;
    const outcome = !state.custom
      ? ok
      : isProviderType(state.type)
        ? await this.createProvider()
        : context.dryRun
          ? this.foresee()
          : await attempt(
              async () => {
                const { id, outputs } = await context.host(state).create(state);
                state.id = id;
                state.outputs = outputs;
              },
              (failure) => {
                state.id = failure.id;
                state.outputs = failure.outputs;
                state.initErrors = failure.reasons;
              },
            );
    if (outcome.status === "unknown") return outcome;
    state.created = state.modified = new Date().toISOString();
    if (this.replacing?.pendingDelete) this.replacing.old.delete = true;
    return outcome.error ? outcome : { ...outcome, complete: this.succeed(state) };
  }

  /** A preview knows no more of a new resource than its inputs; the id stays unknown. */
  private foresee(): StepOutcome {
    this.state.outputs = inputsOf(this.state);
    return ok;
  }

  private async createProvider(): Promise<StepOutcome> {
    const id = this.context.dryRun ? unknownValue : randomUUID();
    this.state.id = id;
    this.state.outputs = inputsOf(this.state);
    await this.context.configureProvider(this.state, id);
    return ok;
  }
}

export class UpdateStep extends Step {
  constructor(
    private readonly context: StepContext,
    override readonly old: ResourceState,
    private readonly state: ResourceState,
    registration: Registration,
    diff: StepDiff,
    private readonly ignoreChanges: string[],
  ) {
    super("update", old, state, registration);
    this.diff = diff;
  }

  override async apply(): Promise<StepOutcome> {
    const { old, state, context } = this;
    if (old.id) state.id = old.id;
    if (!state.custom) return { status: "ok", complete: this.succeed(state) };
    if (isProviderType(state.type)) {
      state.outputs = inputsOf(state);
      await context.configureProvider(state, state.id ?? "");
      return { status: "ok", complete: this.succeed(state) };
    }
    if (context.dryRun) {
      state.outputs = inputsOf(state);
      return { status: "ok", complete: this.succeed(state) };
    }
    const outcome = await attempt(
      async () => {
        state.outputs = await context.host(state).update(old, state, this.ignoreChanges);
      },
      (failure) => {
        state.outputs = failure.outputs;
        state.initErrors = failure.reasons;
      },
    );
    if (outcome.status === "unknown") return outcome;
    state.modified = new Date().toISOString();
    return outcome.error ? outcome : { ...outcome, complete: this.succeed(state) };
  }
}

export class DeleteStep extends Step {
  override readonly logical: boolean;

  constructor(
    private readonly context: StepContext,
    override readonly old: ResourceState,
    /** Part of a replacement: the old one, before or after the new one is made. */
    readonly replacing?: { beforeCreate: boolean },
  ) {
    super(replacing ? "delete-replaced" : "delete", old, undefined);
    this.logical = !replacing;
  }

  override async apply(): Promise<StepOutcome> {
    const { old, context } = this;
    if (!this.replacing && old.protect) {
      return { status: "ok", error: new ProtectedError(old.urn) };
    }
    const goesWith = old.deletedWith !== undefined && context.deletes.has(old.deletedWith);
    const needsCall =
      old.custom && !isProviderType(old.type) && !old.external && !old.retainOnDelete && !goesWith;
    if (needsCall && !context.dryRun) {
      const outcome = await attempt(
        () => context.host(old).delete(old),
        () => undefined,
      );
      if (outcome.error) return outcome;
    }
    if (this.replacing?.beforeCreate) old.pendingReplacement = true;
    return ok;
  }
}

/** A protected resource stays, and the run goes on to other deletes before it fails. */
export class ProtectedError extends Error {
  constructor(urn: string) {
    super(
      `resource "${urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, either remove the ` +
        "`protect` flag from the resource in your Pulumi program and run `pulumi up`, or use the command:\n" +
        `\`pulumi state unprotect '${urn}'\``,
    );
  }
}

/** Says in display and summary that a create and a delete belong together. */
export class ReplaceStep extends Step {
  constructor(
    override readonly old: ResourceState,
    state: ResourceState,
    keys: string[],
    diff: StepDiff,
  ) {
    super("replace", old, state);
    this.keys.push(...keys);
    this.diff = diff;
  }

  override apply(): Promise<StepOutcome> {
    return Promise.resolve(ok);
  }
}

/** Forgets what was deleted before its replacement could be made, and is not wanted any more. */
export class RemovePendingReplaceStep extends Step {
  override readonly logical = false;

  constructor(override readonly old: ResourceState) {
    super("remove-pending-replace", old, undefined);
  }

  override apply(): Promise<StepOutcome> {
    return Promise.resolve(ok);
  }
}

export class RefreshStep extends Step {
  override readonly logical = false;
  private state: ResourceState | undefined;

  constructor(
    private readonly context: StepContext,
    override readonly old: ResourceState,
  ) {
    super("refresh", old, old);
    this.state = old;
  }

  override get new(): ResourceState | undefined {
    return this.state;
  }

  /** What reading it came to. */
  get resultOp(): StepOp {
    if (!this.state) return "delete";
    return this.state === this.old || !this.diff.changes ? "same" : "update";
  }

  override async apply(): Promise<StepOutcome> {
    const { old, context } = this;
    if (!old.custom || isProviderType(old.type) || old.pendingReplacement) return ok;
    const host = context.host(old);
    let initErrors: string[] = [];
    let found: Awaited<ReturnType<ProviderHost["read"]>>;
    try {
      found = await host.read(old);
    } catch (error) {
      if (!(error instanceof InitError)) return { status: "unknown", error: error as Error };
      initErrors = error.reasons;
      found = { id: error.id, outputs: error.outputs, inputs: undefined };
      const list = error.reasons.map((reason) => `\n* ${reason}`).join("");
      context.warning(`Refreshed resource is in an unhealthy state:${list}`, old.urn);
    }
    if (found.id === "") {
      this.state = undefined;
      return ok;
    }
    const state: ResourceState = {
      ...old,
      id: found.id,
      inputs: found.inputs ?? inputsOf(old),
      outputs: found.outputs,
      initErrors,
    };
    const moved = !equalValues(state.inputs, inputsOf(old)) || !equalValues(state.outputs, outputsOf(old));
    if (moved) state.modified = new Date().toISOString();
    this.state = state;
    // What an update without changes to the program would do now, seen from the other side.
    try {
      const refreshed = { id: found.id, inputs: inputsOf(state), outputs: outputsOf(state) };
      const diff = await context.diff(old.urn, refreshed, inputsOf(old), host, old.ignoreChanges ?? []);
      this.diff = inverted(diff);
    } catch (error) {
      this.state = old;
      return { status: "ok", error: error as Error };
    }
    return ok;
  }
}

function inverted(diff: StepDiff): StepDiff {
  if (!diff.detailed) return diff;
  const opposite = { add: "delete", delete: "add", update: "update" } as const;
  return { ...diff, detailed: new Map([...diff.detailed].map(([path, kind]) => [path, opposite[kind]])) };
}
