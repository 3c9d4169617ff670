import type { Decisions } from "./decisions";
import { alreadyReported } from "./errors";
import type { ResourceState } from "./state";
import { inputsOf, outputsOf } from "./state";
import type { Step } from "./step";
import { withReplaceOnChanges } from "./step";
import { DeleteStep } from "./steps";
import { isProviderType, parseProviderReference } from "./urn";
import type { PropertyMap } from "./values";
import { unknownValue } from "./values";

interface Dependent {
  state: ResourceState;
  keys: string[];
}

/** The deletes that come before a create: first of the dependents that must be replaced too, then of `old` itself. */
export async function deleteBeforeReplace(generator: Decisions, old: ResourceState): Promise<Step[]> {
  const dependents = [...(await dependentReplacements(generator, old)), ...deletedAlong(generator, old.urn)];
  const steps: Step[] = [];
  for (const { state, keys } of dependents.reverse()) {
    if (generator.deletedEarly.has(state)) continue;
    generator.dependentReplaceKeys.set(state.urn, keys);
    if (!state.delete && state.protect) {
      generator.sawError = true;
      throw alreadyReported(`unable to replace resource "${state.urn}": it is protected`);
    }
    steps.push(new DeleteStep(generator.context, state, state.delete ? undefined : { beforeCreate: true }));
    generator.deletes.add(state.urn);
    generator.deletedEarly.add(state);
  }
  if (!old.pendingReplacement) {
    generator.deletes.add(old.urn);
    steps.push(new DeleteStep(generator.context, old, { beforeCreate: true }));
  }
  return steps;
}

function deletedAlong(generator: Decisions, urn: string): Dependent[] {
  return [...generator.base.olds.values()]
    .filter((state) => state.deletedWith === urn)
    .map((state) => ({ state, keys: [] }));
}

/**
 * Which dependents would be replaced by new values of what `root` gives them: their provider is asked for a diff
 * with those inputs unknown.
 */
export async function dependentReplacements(generator: Decisions, root: ResourceState): Promise<Dependent[]> {
  const replaced = new Set([root.urn]);
  const { creates, sames, updates, deletes, replaces, base } = generator;
  const settled = new Set([...creates, ...sames, ...updates, ...deletes, ...replaces]);
  const found: Dependent[] = [];
  for (const state of base.graph.dependingOn(root, settled, false)) {
    const keys = await replacementKeys(generator, state, replaced);
    if (!keys) continue;
    found.push({ state, keys });
    replaced.add(state.urn);
  }
  return found;
}

async function replacementKeys(
  generator: Decisions,
  state: ResourceState,
  replaced: ReadonlySet<string>,
): Promise<string[] | undefined> {
  if (!state.custom || state.external || isProviderType(state.type)) return undefined;
  if (state.provider && replaced.has(parseProviderReference(state.provider).urn)) return [];
  if (state.deletedWith && replaced.has(state.deletedWith)) return [];
  const inputs: PropertyMap = {};
  let affected = false;
  for (const [key, value] of Object.entries(inputsOf(state))) {
    const unknown = (state.propertyDependencies?.[key] ?? []).some((urn) => replaced.has(urn));
    affected ||= unknown;
    inputs[key] = unknown ? unknownValue : value;
  }
  if (!affected) return undefined;
  const before = { id: state.id ?? "", inputs: inputsOf(state), outputs: outputsOf(state) };
  const { context } = generator;
  const ignored = state.ignoreChanges ?? [];
  const diff = withReplaceOnChanges(
    await context.diff(state.urn, before, inputs, context.host(state), ignored),
    state.replaceOnChanges ?? [],
    false,
  );
  return diff.replaces.length > 0 ? diff.replaces : undefined;
}
