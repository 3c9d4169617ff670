import { alreadyReported } from "./errors";
import type { StepExecutor } from "./executor";
import type { StepGenerator } from "./generator";
import { DependencyGraph, deletionOrder } from "./graph";
import type { DeploymentOptions } from "./options";
import { dependentReplacements } from "./replacement";
import type { ResourceState } from "./state";
import type { Step } from "./step";
import { DeleteStep, RemovePendingReplaceStep, SameStep } from "./steps";

interface Deleting {
  options: DeploymentOptions;
  generator: StepGenerator;
  executor: StepExecutor;
}

/**
 * Deletes what was not declared and what was replaced, after everything else: dependents before what they depend
 * on, at once where nothing says otherwise.
 */
export async function deleteUndeclared({ options, generator, executor }: Deleting): Promise<void> {
  const { base } = options;
  const { sames, deletes } = await plan(options, generator);
  if (sames.length > 0) await (await executor.executeSerial(sames)).finished;
  const graph = new DependencyGraph(base.resources);
  const steps = new Map(deletes.map((step) => [step.res, step]));
  for (const group of deletionOrder(graph, new Set(steps.keys()))) {
    // What a failed resource still depends on must stay.
    const needed = new Set<ResourceState>();
    for (const errored of executor.erroredSteps) {
      for (const state of [errored.old, errored.new]) {
        if (!state || !graph.contains(state)) continue;
        for (const dependency of graph.transitiveDependenciesOf(state)) needed.add(dependency);
      }
    }
    const free = group.filter((state) => !needed.has(state));
    await executor.executeParallel(free.flatMap((state) => steps.get(state) ?? []));
  }
}

async function plan(
  options: DeploymentOptions,
  generator: StepGenerator,
): Promise<{ sames: Step[]; deletes: Step[] }> {
  const { base, targets } = options;
  const allowed = targets.constrained ? await implicated(options, generator) : undefined;
  const sames: Step[] = [];
  const deletes: Step[] = [];
  for (const state of base.resources) {
    const { urn } = state;
    if (allowed && !allowed.has(urn)) {
      if (!generator.isOperatedOn(urn))
        sames.push(new SameStep(generator.context, state, { ...state }, undefined, true));
    } else if (state.delete) {
      if (generator.deletedEarly.has(state)) continue;
      generator.deletes.add(urn);
      deletes.push(new DeleteStep(generator.context, state, { beforeCreate: false }));
    } else if (!generator.isOperatedOn(urn)) {
      generator.deletes.add(urn);
      const step = state.pendingReplacement
        ? new RemovePendingReplaceStep(state)
        : new DeleteStep(generator.context, state);
      deletes.push(step);
    }
  }
  refuseUntargeted(options, generator, deletes);
  return { sames, deletes };
}

/** URNs that the targets name, and everything that depends on them or is their child. */
async function implicated(options: DeploymentOptions, generator: StepGenerator): Promise<Set<string>> {
  const { base, targets } = options;
  const urns = new Set<string>();
  for (const state of base.resources) {
    if (!targets.contains(state.urn) || urns.has(state.urn)) continue;
    urns.add(state.urn);
    for (const dependent of base.graph.dependingOn(state, new Set(), true)) urns.add(dependent.urn);
  }
  for (const urn of [...urns]) {
    for (const state of base.all.get(urn) ?? []) {
      for (const dependent of await dependentReplacements(generator, state)) urns.add(dependent.state.urn);
    }
  }
  return urns;
}

function refuseUntargeted(options: DeploymentOptions, generator: StepGenerator, deletes: Step[]): void {
  const { targets, targetDependents, diagnostics, dryRun } = options;
  if (targetDependents) return;
  const surplus = deletes.filter((step) => !targets.contains(step.urn));
  for (const { urn } of surplus) {
    diagnostics.error(
      `Resource '${urn}' will be destroyed but was not specified in --target list.\n` +
        "Either include resource in --target list or pass --target-dependents to proceed.",
      urn,
    );
    generator.sawError = true;
  }
  if (surplus.length > 0 && !dryRun) throw alreadyReported("delete untargeted resource");
}
