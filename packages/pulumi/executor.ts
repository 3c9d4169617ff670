import type { EventSink, StepMetadata, StepOp } from "./events";
import type { Diagnostics } from "./events";
import { stepState } from "./events";
import type { SnapshotManager } from "./snapshot";
import { RefreshStep } from "./refresh-step";
import { CreateStep, ProtectedError, RemovePendingReplaceStep, SameStep, SkippedCreateStep } from "./steps";
import type { Step, StepOutcome } from "./step";
import type { ResourceState } from "./state";
import { inputsOf } from "./state";
import { isDefaultProvider } from "./urn";
import { isSecret, makeSecret } from "./values";

/** What the steps of one phase leave behind and report to. */
export interface ExecutorOptions {
  dryRun: boolean;
  parallel: number;
  continueOnError: boolean;
  /** A refresh reads everything there is, whatever fails. */
  ignoreErrors: boolean;
  /** Is the whole phase a refresh? Then what a read came to is counted. */
  countRefreshes: boolean;
  events: EventSink;
  diagnostics: Diagnostics;
  /** None in a preview. */
  snapshot: SnapshotManager | undefined;
  /** Counts by operation, for the summary. */
  changes: Record<string, number>;
}

/** Runs chains of steps on a number of workers (`pkg/resource/deploy/step_executor.go`). */
export class StepExecutor {
  /** Steps whose resource is known, by URN, until their outputs are registered. */
  readonly pendingNews = new Map<string, Step>();
  readonly erroredSteps: Step[] = [];
  error: Error | undefined;
  private stopped = false;
  private busy = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly running = new Set<Promise<void>>();
  private readonly onStop: (() => void)[] = [];

  constructor(private readonly options: ExecutorOptions) {}

  get cancelled(): boolean {
    return this.stopped;
  }

  /** Starts nothing any more; what is under way goes on. */
  cancel(): void {
    if (this.stopped) return;
    this.stopped = true;
    for (const wake of [...this.waiting.splice(0), ...this.onStop.splice(0)]) wake();
  }

  whenCancelled(wake: () => void): void {
    if (this.stopped) wake();
    else this.onStop.push(wake);
  }

  /** Hands a chain to a worker, waiting for a free one; the result is the end of the chain. */
  async executeSerial(chain: Step[]): Promise<{ finished: Promise<void> }> {
    while (this.busy >= this.options.parallel && !this.stopped) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    if (this.stopped) return { finished: Promise.resolve() };
    this.busy++;
    const finished = this.executeChain(chain).finally(() => {
      this.busy--;
      this.running.delete(finished);
      this.waiting.shift()?.();
    });
    this.running.add(finished);
    return { finished };
  }

  async executeParallel(steps: Step[]): Promise<void> {
    const chains: Promise<void>[] = [];
    for (const step of steps) chains.push((await this.executeSerial([step])).finished);
    await Promise.all(chains);
  }

  async drain(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
  }

  private async executeChain(chain: Step[]): Promise<void> {
    for (const step of chain) {
      if (this.stopped) return;
      const error = await this.executeStep(step);
      if (!error) continue;
      this.error ??= error;
      if (this.options.ignoreErrors) return;
      if (this.options.continueOnError || error instanceof ProtectedError) {
        step.settle("failed");
        this.erroredSteps.push(step);
      } else this.cancel();
      return;
    }
  }

  private async executeStep(step: Step): Promise<Error | undefined> {
    const { events, snapshot, dryRun } = this.options;
    const internal = step.op === "remove-pending-replace" || isDefaultProvider(step.urn);
    if (!internal) events.emit({ resourcePreEvent: { metadata: metadata(step.op, step), planning: dryRun } });
    const end = snapshot && beginMutation(snapshot, step);
    let outcome: StepOutcome;
    try {
      outcome = await step.apply();
    } catch (error) {
      outcome = { status: "ok", error: error as Error };
    }
    if (!outcome.error && step.logical && step.new) this.pendingNews.set(step.urn, step);
    if (step.new && step.op !== "replace") markSecretOutputs(step.new);
    this.report(step, outcome, internal);
    if (outcome.status === "partial" && step.op === "update" && step.new && step.old) {
      // The next update must see what was asked for as not yet done.
      step.new.inputs = { ...inputsOf(step.old) };
    }
    end?.(!outcome.error || outcome.status === "partial");
    outcome.complete?.();
    return outcome.error;
  }

  private report(step: Step, outcome: StepOutcome, internal: boolean): void {
    const { events, diagnostics, dryRun, changes } = this.options;
    if (outcome.error) {
      const text = outcome.error.message;
      diagnostics.error(dryRun ? `Preview failed: ${text}` : text, internal ? undefined : step.urn);
      if (!dryRun) {
        const status = outcome.status === "ok" ? 0 : outcome.status === "partial" ? 1 : 2;
        events.emit({ resOpFailedEvent: { metadata: metadata(step.op, step), status, steps: 0 } });
      }
      return;
    }
    let op: StepOp = step.op;
    let counted = step.logical;
    if (step instanceof RefreshStep && this.options.countRefreshes) {
      op = step.resultOp;
      counted = true;
    }
    if (internal) return;
    if (counted) changes[op] = (changes[op] ?? 0) + 1;
    if (dryRun || step.res.custom || step.op === "refresh" || step.op === "delete") {
      events.emit({ resOutputsEvent: { metadata: metadata(op, step), planning: dryRun } });
    }
  }

  /** The outputs a component (or the stack) registered belong to its state from now on. */
  registerOutputs(urn: string, outputs: Record<string, unknown>): boolean {
    const step = this.pendingNews.get(urn);
    if (!step) return false;
    this.pendingNews.delete(urn);
    if (step instanceof SkippedCreateStep || !step.new) return true;
    step.new.outputs = outputs;
    const { events, snapshot, dryRun } = this.options;
    events.emit({ resOutputsEvent: { metadata: metadata(step.op, step), planning: dryRun } });
    snapshot?.outputsRegistered();
    return true;
  }
}

/** Records in the state file what a step is about to do; the result records how it ended. */
function beginMutation(snapshot: SnapshotManager, step: Step): (successful: boolean) => void {
  if (step instanceof SkippedCreateStep || step instanceof RefreshStep || step.op === "replace") {
    return () => undefined;
  }
  if (step instanceof SameStep) {
    return (successful) => {
      if (successful) snapshot.same(step.old, step.new, step.changesState);
    };
  }
  if (step instanceof RemovePendingReplaceStep) {
    return () => {
      snapshot.same(step.old, undefined, true);
    };
  }
  const subject = step.res;
  const type = step.op.startsWith("create") ? "creating" : step.op === "update" ? "updating" : "deleting";
  snapshot.begin(subject, type);
  return (successful) => {
    if (!successful) snapshot.end(subject, {});
    else if (step instanceof CreateStep) {
      const replaced = step.old?.pendingReplacement ? step.old : undefined;
      snapshot.end(subject, { old: replaced, new: step.new });
    } else if (step.op === "update") snapshot.end(subject, { old: step.old, new: step.new });
    else if (step.op === "delete-replaced" && step.old?.pendingReplacement) snapshot.end(subject, {});
    else snapshot.end(subject, { old: step.old });
  };
}

/** Outputs are secret when they were declared so, or when the input of the same name is. */
function markSecretOutputs(state: ResourceState): void {
  const outputs = state.outputs ?? {};
  const inputs = inputsOf(state);
  const secret = Object.keys(outputs).filter(
    (key) =>
      !isSecret(outputs[key]) && (isSecret(inputs[key]) || state.additionalSecretOutputs?.includes(key)),
  );
  if (secret.length === 0) return;
  state.outputs = { ...outputs, ...Object.fromEntries(secret.map((key) => [key, makeSecret(outputs[key])])) };
}

function metadata(op: StepOp, step: Step): StepMetadata {
  const { keys, diff, res } = step;
  return {
    op,
    urn: step.urn,
    type: res.type,
    old: stepState(step.old),
    new: stepState(step.new),
    ...(keys.length > 0 && { keys }),
    ...(diff.diffs.length > 0 && { diffs: diff.diffs }),
    detailedDiff: diff.detailed
      ? Object.fromEntries(
          [...diff.detailed].map(([path, diffKind]) => [path, { diffKind, inputDiff: true }]),
        )
      : null,
    ...(step.logical && { logical: true }),
    provider: res.provider ?? "",
  };
}
