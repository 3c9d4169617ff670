import { randomUUID } from "node:crypto";
import type { Registration } from "./goal";
import type { ResourceState } from "./state";
import { inputsOf, outputsOf } from "./state";
import type { StepContext, StepDiff, StepOutcome } from "./step";
import { Step, attempt, ok } from "./step";
import { isProviderType } from "./urn";
import { equalValues, unknownValue } from "./values";

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
