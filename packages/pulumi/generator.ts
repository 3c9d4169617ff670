import { AliasTracker } from "./aliases";
import type { BaseState } from "./base";
import { Decisions } from "./decisions";
import { alreadyReported } from "./errors";
import type { Diagnostics } from "./events";
import { newState, type Goal, type Registration } from "./goal";
import { deleteBeforeReplace } from "./replacement";
import { inputsOf, outputsOf, referencedUrns, type ResourceState } from "./state";
import { noDiff, withReplaceOnChanges, type Step, type StepContext, type StepDiff } from "./step";
import { CreateStep, ReplaceStep, SameStep, SkippedCreateStep, UpdateStep } from "./steps";
import type { Targets } from "./targets";
import { createUrn, isProviderType, parseProviderReference, stackType } from "./urn";
import { equalValues, resetPath, withoutUnknowns } from "./values";

export interface GeneratorOptions {
  stack: string;
  project: { name: string };
  dryRun: boolean;
  targets: Targets;
  targetDependents: boolean;
}

/**
 * Decides what has to be done to each resource that the program declares, one after the other, with the provider's
 * check and diff (`pkg/resource/deploy/step_generator.go`).
 */
export class StepGenerator extends Decisions {
  private readonly skippedCreates = new Set<string>();
  private readonly aliases: AliasTracker;
  /** URNs that are targeted, directly or as dependents of what is. */
  private readonly targetsActual = new Set<string>();

  constructor(
    private readonly options: GeneratorOptions,
    base: BaseState,
    context: StepContext,
    private readonly diagnostics: Diagnostics,
  ) {
    super(base, context);
    this.aliases = new AliasTracker(options.stack, options.project.name);
  }

  /** The steps for one registration, to be done in that order. */
  async generate(registration: Registration): Promise<Step[]> {
    const { goal } = registration;
    if (goal.parent !== "" && !this.urns.has(goal.parent)) {
      throw new Error(`could not find parent resource ${goal.parent}`);
    }
    const urn = this.urnOf(goal);
    if (this.urns.has(urn)) {
      throw this.fail(`Duplicate resource URN '${urn}'; try giving it a unique name`, urn);
    }
    this.urns.add(urn);
    const { old, alias } = this.findOld(urn, goal);
    return this.validated(await this.generateFor(registration, urn, old, newState(goal, urn, old, alias)));
  }

  urnOf(goal: Goal): string {
    return createUrn(this.options.stack, this.options.project.name, goal.parent, goal.type, goal.name);
  }

  /** Has this run decided about the resource with this old URN already? */
  isOperatedOn(urn: string): boolean {
    const current = this.aliases.takenOverBy(urn) ?? urn;
    return this.sames.has(current) || this.updates.has(current) || this.replaces.has(current);
  }

  private fail(message: string, urn: string): Error {
    this.diagnostics.error(message, urn);
    return alreadyReported(message);
  }

  private findOld(urn: string, goal: Goal): { old: ResourceState | undefined; alias: string } {
    const claimed = this.aliases.takenOverBy(urn);
    if (claimed !== undefined) {
      throw this.fail(
        `Duplicate resource URN '${urn}' conflicting with alias on resource with URN '${claimed}'`,
        urn,
      );
    }
    for (const candidate of [urn, ...this.aliases.candidates(goal)]) {
      const old = this.base.olds.get(candidate);
      if (!old) continue;
      if (candidate === urn) return { old, alias: "" };
      const conflicting = this.urns.has(candidate) ? urn : this.aliases.takenOverBy(candidate);
      if (conflicting !== undefined) {
        throw this.fail(
          `Duplicate resource alias '${candidate}' applied to resource with URN '${urn}' ` +
            `conflicting with resource with URN '${conflicting}'`,
          urn,
        );
      }
      this.aliases.takeOver(urn, candidate);
      return { old, alias: candidate };
    }
    return { old: undefined, alias: "" };
  }

  private async generateFor(
    registration: Registration,
    urn: string,
    old: ResourceState | undefined,
    state: ResourceState,
  ): Promise<Step[]> {
    const { goal } = registration;
    if (goal.importId !== "" && old?.id !== goal.importId) {
      // Every dynamic provider fails here, for want of a way to read without state (pulumi/pulumi#16175).
      throw new Error("TypeError: Cannot read properties of undefined (reading 'toJavaScript')");
    }
    const targeted = isProviderType(state.type) || state.type === stackType || this.isTargeted(state);
    const recreating = this.deletes.has(urn);
    if (goal.custom && targeted && !isProviderType(goal.type))
      await this.check(goal, state, recreating ? undefined : old);
    else if (old && !targeted) state.inputs = inputsOf(old);

    if (recreating && old) {
      this.deletes.delete(urn);
      this.replaces.add(urn);
      const keys = this.dependentReplaceKeys.get(urn) ?? [];
      return [
        new ReplaceStep(old, state, [], noDiff),
        new CreateStep(this.context, state, registration, { old, keys, diff: noDiff, pendingDelete: false }),
      ];
    }
    if (targeted && this.options.targets.constrained && this.isTargeted(state)) this.targetsActual.add(urn);
    if (!old) {
      if (!targeted) {
        this.sames.add(urn);
        this.skippedCreates.add(urn);
        return [new SkippedCreateStep(state, registration)];
      }
      this.creates.add(urn);
      return [new CreateStep(this.context, state, registration)];
    }
    if (!targeted) return this.untargetedSames(old, urn, registration);
    return this.stepsFromDiff(registration, old, state, await this.diff(goal, old, state));
  }

  /** Lets the provider complete and judge the inputs; on a replacement it sees no old ones. */
  private async check(goal: Goal, state: ResourceState, old: ResourceState | undefined): Promise<void> {
    const news = this.options.dryRun ? { ...goal.properties } : withoutUnknowns(goal.properties);
    const unresettable = old
      ? goal.ignoreChanges.filter((path) => !resetPath(news, inputsOf(old), path))
      : [];
    if (unresettable.length > 0) {
      const paths = unresettable.join(", ");
      this.diagnostics.report(
        "info",
        `cannot ignore changes in added or removed elements of the path: "${paths}"`,
        state.urn,
      );
    }
    const host = this.context.host(state);
    const { inputs, failures } = await host.check(state.urn, old ? inputsOf(old) : {}, news);
    for (const { property, reason } of failures) {
      const what = `${state.type} resource '${goal.name}'`;
      this.diagnostics.error(
        property === ""
          ? `${what} has a problem: ${reason}`
          : `${what}: property ${property} value ${describe(goal.properties[property])} has a problem: ${reason}`,
        state.urn,
      );
    }
    if (failures.length > 0) throw alreadyReported(`resource ${state.urn} is invalid`);
    state.inputs = inputs;
  }

  private async diff(goal: Goal, old: ResourceState, state: ResourceState): Promise<StepDiff> {
    const replaced = (key: string): StepDiff => ({ ...noDiff, changes: true, replaces: [key] });
    if (goal.deletedWith !== "" && this.replaces.has(goal.deletedWith)) return replaced("deletedWith");
    if (this.providerReplaced(old.provider ?? "", state.provider ?? "")) return replaced("provider");
    const inputs = inputsOf(state);
    if (isProviderType(state.type)) {
      // Its diff has no provider to ask: what differs from what it was configured with is a change.
      return { ...noDiff, changes: !equalValues(outputsOf(old), inputs) };
    }
    if (!goal.custom) return { ...noDiff, changes: !equalValues(inputsOf(old), inputs) };
    const before = { id: old.id ?? "", inputs: inputsOf(old), outputs: outputsOf(old) };
    const host = this.context.host(state);
    return this.context.diff(state.urn, before, inputs, host, goal.ignoreChanges);
  }

  /** Another provider replaces its resources, unless it is the same one under a new name. */
  private providerReplaced(before: string, after: string): boolean {
    if (before === after) return false;
    if (before === "" || after === "") return true;
    const [old, next] = [parseProviderReference(before), parseProviderReference(after)];
    // Dynamic providers have no configuration diff, so a new one can manage the resources of an old one.
    return this.aliases.takenOverBy(old.urn) !== next.urn && !isProviderType(old.urn.split("::")[2] ?? "");
  }

  private async stepsFromDiff(
    registration: Registration,
    old: ResourceState,
    state: ResourceState,
    providerDiff: StepDiff,
  ): Promise<Step[]> {
    const { goal } = registration;
    const { urn } = state;
    const hasInitErrors = (old.initErrors?.length ?? 0) > 0;
    const diff = withReplaceOnChanges(providerDiff, goal.replaceOnChanges, hasInitErrors);
    const replace =
      (diff.changes && diff.replaces.length > 0) || old.pendingReplacement === true || old.taint === true;
    if (replace) return this.replacement(registration, old, state, diff);
    if (diff.changes || hasInitErrors) {
      this.updates.add(urn);
      return [new UpdateStep(this.context, old, state, registration, diff, goal.ignoreChanges)];
    }
    this.sames.add(urn);
    return [new SameStep(this.context, old, state, registration)];
  }

  private async replacement(
    registration: Registration,
    old: ResourceState,
    state: ResourceState,
    diff: StepDiff,
  ): Promise<Step[]> {
    const { goal } = registration;
    const { urn } = state;
    if (state.protect && old.protect) {
      const message =
        `unable to replace resource "${urn}"\nas it is currently marked for protection. To unprotect the ` +
        "resource, remove the `protect` flag from the resource in your Pulumi program and run `pulumi up`";
      this.diagnostics.error(message, urn);
      this.sawError = true;
      if (!this.options.dryRun) throw alreadyReported(message);
    }
    this.replaces.add(urn);
    // What check carried over from the old resource is not true of a new one.
    if (goal.custom && !isProviderType(goal.type)) await this.check(goal, state, undefined);
    const keys = diff.replaces;
    if (goal.deleteBeforeReplace ?? diff.deleteBeforeReplace) {
      return [
        ...(await deleteBeforeReplace(this, old)),
        new ReplaceStep(old, state, keys, diff),
        new CreateStep(this.context, state, registration, { old, keys, diff, pendingDelete: false }),
      ];
    }
    return [
      new CreateStep(this.context, state, registration, { old, keys, diff, pendingDelete: true }),
      new ReplaceStep(old, state, keys, diff),
    ];
  }

  private isTargeted(state: ResourceState): boolean {
    const { targets, targetDependents } = this.options;
    if (targets.contains(state.urn)) return true;
    if (!targetDependents) return false;
    const provider = state.provider ? parseProviderReference(state.provider).urn : "";
    return (
      this.targetsActual.has(provider) ||
      [...referencedUrns(state)].some((urn) => this.targetsActual.has(urn))
    );
  }

  /** Untargeted resources stay as they are, and so does what only their old state still depends on. */
  private untargetedSames(old: ResourceState, urn: string, registration: Registration | undefined): Step[] {
    if (old.delete) return [];
    this.urns.add(old.urn);
    this.sames.add(urn);
    this.sames.add(old.urn);
    const needed = referencedUrns(old);
    if (old.provider) needed.add(parseProviderReference(old.provider).urn);
    const steps: Step[] = [];
    for (const dependency of needed) {
      if (this.urns.has(dependency) || this.isOperatedOn(dependency)) continue;
      const state = this.base.olds.get(dependency);
      if (state) steps.push(...this.untargetedSames(state, state.urn, undefined));
    }
    return [...steps, new SameStep(this.context, old, { ...old }, registration, true)];
  }

  /** A resource cannot be made or changed while something it depends on is left uncreated by --target. */
  private validated(steps: Step[]): Step[] {
    if (!this.options.targets.constrained) return steps;
    for (const step of steps) {
      if (!step.new || step instanceof SkippedCreateStep) continue;
      for (const urn of referencedUrns(step.new)) {
        if (!this.skippedCreates.has(urn)) continue;
        const message = `Resource '${step.urn}' depends on '${urn}' which was was not specified in --target list.`;
        this.diagnostics.error(message, step.urn);
        this.sawError = true;
        if (!this.options.dryRun) throw alreadyReported(message);
        this.skippedCreates.delete(urn);
      }
    }
    return steps;
  }
}

function describe(value: unknown): string {
  return `{${JSON.stringify(value) ?? ""}}`;
}
