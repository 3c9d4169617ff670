import { availableParallelism } from "node:os";
import type { StackFiles } from "./backend";
import { BaseState } from "./base";
import { Deployment } from "./deployment";
import type { DeploymentResult } from "./deployment";
import { Display } from "./display";
import type { EngineEvent, StepMetadata } from "./events";
import { Diagnostics, EventSink } from "./events";
import type { Flags } from "./flags";
import { Invokes } from "./invokes";
import type { StartNode } from "./processes";
import type { Project } from "./project";
import { crypterOf, readConfig, stackCrypter } from "./project";
import { SnapshotManager } from "./snapshot";
import { openResource } from "./state";
import { Targets } from "./targets";
import { typeOf } from "./urn";

export interface OperationContext {
  flags: Flags;
  project: Project;
  files: StackFiles;
  configFile: string;
  environment: NodeJS.ProcessEnv;
  write: (text: string) => void;
  startNode: StartNode;
  /** What interrupts it; undefined: nothing does. */
  signals: NodeJS.EventEmitter | undefined;
}

export type OperationKind = "update" | "refresh" | "destroy";

const titles = {
  update: ["Previewing update", "Updating"],
  refresh: ["Previewing refresh", "Refreshing"],
  destroy: ["Previewing destroy", "Destroying"],
} as const;

/** `preview`: true when it succeeded. */
export async function preview(context: OperationContext): Promise<boolean> {
  const steps: StepMetadata[] = [];
  const quiet = { ...context, write: () => undefined };
  const { json } = context.flags;
  const { result, changes } = await phase(json ? quiet : context, "update", true, (event) => {
    if (event.resourcePreEvent) steps.push(event.resourcePreEvent.metadata);
  });
  if (json) {
    const shown = steps.map(({ op, urn, provider, old, new: next, detailedDiff }) => ({
      op,
      urn,
      provider,
      ...(old && { oldState: old }),
      ...(next && { newState: next }),
      detailedDiff,
    }));
    context.write(JSON.stringify({ steps: shown, changeSummary: changes }, undefined, 2) + "\n");
  }
  return result === "succeeded";
}

/** `up`, `refresh` and `destroy`: a preview unless it is skipped, and then the real thing. */
export async function operate(context: OperationContext, kind: OperationKind): Promise<boolean> {
  const { files, flags } = context;
  files.lock();
  try {
    for (const dryRun of flags.skipPreview ? [false] : [true, false]) {
      const { result } = await phase(context, kind, dryRun);
      if (result !== "succeeded") return false;
    }
    return true;
  } finally {
    files.unlock();
  }
}

async function phase(
  context: OperationContext,
  kind: OperationKind,
  dryRun: boolean,
  watch?: (event: EngineEvent) => void,
): Promise<DeploymentResult> {
  const { flags, project, files, configFile, environment } = context;
  const started = Date.now();
  const title = `${titles[kind][dryRun ? 0 : 1]} (${files.stack}):`;
  const display = new Display(context.write, { title, details: flags.diff });
  const saved = files.load();
  const crypter = stackCrypter(configFile, environment);
  const savedSalt = saved?.secrets_providers?.state.salt;
  const stateCrypter =
    savedSalt === undefined || savedSalt === crypter.salt ? crypter : crypterOf(savedSalt, environment);
  const base = new BaseState(
    (saved?.resources ?? []).map((state) => openResource(state, stateCrypter)),
    (saved?.pending_operations ?? []).map(({ resource, type }) => ({
      resource: openResource(resource, stateCrypter),
      type,
    })),
  );
  const config = readConfig(project, configFile, crypter);
  const secrets = [...config.values()].filter(({ secret }) => secret).map(({ value }) => value);
  const show = (event: EngineEvent): void => {
    display.show(event);
    watch?.(event);
  };
  const events = new EventSink(show, flags.eventLog, secrets);
  const checkpoints = environment["PULUMI_SKIP_CHECKPOINTS"] !== "true";
  const snapshot = dryRun ? undefined : new SnapshotManager(files, stateCrypter, base, checkpoints);
  const deployment = new Deployment({
    kind,
    dryRun,
    refresh: kind === "refresh" || (flags.refresh ?? project.refreshAlways),
    targets: new Targets(flags.targets),
    targetDependents: flags.targetDependents,
    continueOnError: flags.continueOnError,
    parallel: degree(flags.parallel),
    project,
    stack: files.stack,
    config,
    environment,
    startNode: context.startNode,
    invokes: Invokes.load(environment["ENGINE_INVOKES"]),
    base,
    snapshot,
    events,
    diagnostics: new Diagnostics(events),
  });
  const shown = [...config].map(([key, { value, secret }]): [string, string] => [
    key,
    secret ? "[secret]" : value,
  ]);
  events.emit({ preludeEvent: { config: Object.fromEntries(shown) } });
  const outcome = await interruptible(deployment, context.signals);
  snapshot?.close();
  events.emit({
    summaryEvent: {
      maybeCorrupt: false,
      durationSeconds: Math.ceil((Date.now() - started) / 1000),
      resourceChanges: outcome.changes,
      PolicyPacks: {},
      isPreview: dryRun,
      result: outcome.result,
    },
  });
  events.close();
  return outcome;
}

/** Runs a deployment; the first interrupt ends it in good order, the second at once. */
async function interruptible(
  deployment: Deployment,
  signals: NodeJS.EventEmitter | undefined,
): Promise<DeploymentResult> {
  let interrupts = 0;
  const interrupt = (): void => {
    if (++interrupts > 1) process.exit(1);
    deployment.cancel();
  };
  signals?.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    return await deployment.run();
  } finally {
    signals?.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

/** Operations at once: four for each core unless said otherwise; zero or less means no limit. */
function degree(parallel: number | undefined): number {
  if (parallel === undefined) return 4 * availableParallelism();
  return parallel <= 0 ? Number.MAX_SAFE_INTEGER : parallel;
}

/** The outputs that the program exported, secrets as the state holds them. */
export function stackOutputs(files: StackFiles): Record<string, unknown> {
  const stack = files.load()?.resources?.find(({ urn }) => typeOf(urn) === "pulumi:pulumi:Stack");
  return stack?.outputs ?? {};
}
