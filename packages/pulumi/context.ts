import type { DeploymentOptions } from "./options";
import type { ProviderRegistry } from "./registry";
import type { ResourceState } from "./state";
import type { StepContext, StepDiff } from "./step";
import { parseProviderReference } from "./urn";
import { differences, resetPath, topLevelKey } from "./values";

/** What steps need of a deployment: its providers, loaded on demand from the state, and its diff. */
export function stepContext(
  options: DeploymentOptions,
  providers: ProviderRegistry,
  deletes: () => ReadonlySet<string>,
): StepContext {
  /** A provider that the program has not registered serves with the configuration in the state. */
  const ensure = (reference: string): void => {
    if (providers.has(reference)) return;
    const { urn, id } = parseProviderReference(reference);
    const state = options.base.all.get(urn)?.find((candidate) => candidate.id === id);
    if (!state) throw new Error(`could not find provider ${reference} in the state`);
    providers.same(state);
  };
  return {
    dryRun: options.dryRun,
    get deletes() {
      return deletes();
    },
    host: (state: ResourceState) => {
      const reference = state.provider ?? "";
      ensure(reference);
      return providers.host(reference);
    },
    configureProvider: (state, id) => providers.configure(state, id),
    sameProvider: (state) => {
      providers.same(state);
    },
    diff: async (urn, old, news, host, ignoreChanges): Promise<StepDiff> => {
      const answer = await host.diff(urn, old, news, ignoreChanges);
      if (answer.changes !== "unknown") return { ...answer, changes: answer.changes === "some" };
      const compared = { ...news };
      for (const path of ignoreChanges) resetPath(compared, old.inputs, path);
      const detailed = differences(old.inputs, compared);
      const diffs = [...new Set([...detailed.keys()].map(topLevelKey))];
      return { ...answer, changes: detailed.size > 0, diffs, detailed };
    },
    warning: (message, urn) => {
      options.diagnostics.warning(message, urn);
    },
  };
}
