import type { DeploymentOptions } from "./options";
import { alreadyReported } from "./errors";
import type { StepExecutor } from "./executor";
import type { ResourceState } from "./state";
import { referencedUrns } from "./state";
import { RefreshStep } from "./refresh-step";
import type { StepContext } from "./step";

/**
 * Reads every resource of the state, or the targeted ones, and makes what was found the state to start from. The
 * state file follows at the end of the phase.
 */
export async function refreshState(
  options: DeploymentOptions,
  context: StepContext,
  executor: StepExecutor,
): Promise<void> {
  const { base, targets } = options;
  for (const urn of targets.names()) {
    if (base.all.has(urn)) continue;
    options.diagnostics.error(`Target '${urn}' could not be found in the stack.`);
    throw alreadyReported("one or more targets could not be found in the stack");
  }
  const steps = refreshable(options).map((state) => new RefreshStep(context, state));
  await executor.executeParallel(steps);
  await executor.drain();
  base.rebuild(new Map(steps.map((step) => [step.old, step.new])));
}

function refreshable(options: DeploymentOptions): ResourceState[] {
  const { base, targets, targetDependents } = options;
  if (!targets.constrained) return base.resources;
  const implicated = new Set<string>();
  return base.resources.filter((state) => {
    const included =
      targets.contains(state.urn) ||
      (targetDependents && [...referencedUrns(state)].some((urn) => implicated.has(urn)));
    if (included) implicated.add(state.urn);
    return included;
  });
}
