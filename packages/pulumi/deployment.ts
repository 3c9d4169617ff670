import { pendingWarning } from "./base";
import { stepContext } from "./context";
import { Declarations } from "./declarations";
import { deleteUndeclared } from "./deletes";
import { EngineError, alreadyReported, messageOf } from "./errors";
import { StepExecutor } from "./executor";
import { StepGenerator } from "./generator";
import { ProviderHost } from "./host";
import { EngineServer } from "./monitor";
import type { DeploymentOptions } from "./options";
import { refreshState } from "./refresh";
import { ProviderRegistry } from "./registry";

export interface DeploymentResult {
  result: "succeeded" | "failed" | "canceled";
  changes: Record<string, number>;
}

/**
 * One phase (a preview, or what follows it): optionally reads what exists, runs the program, does what it asks for,
 * and deletes what it no longer declares (`pkg/resource/deploy/deployment_executor.go`).
 */
export class Deployment {
  readonly changes: Record<string, number> = {};
  readonly executor: StepExecutor;
  readonly generator: StepGenerator;
  private readonly engine: EngineServer;
  private engineAddress = "";
  private readonly providers: ProviderRegistry;
  private cancelledByUser = false;
  private activeExecutor: StepExecutor;

  constructor(readonly options: DeploymentOptions) {
    this.engine = new EngineServer(options.diagnostics);
    this.providers = new ProviderRegistry(() => this.startHost());
    this.executor = this.newExecutor(false);
    this.activeExecutor = this.executor;
    const context = stepContext(options, this.providers, () => this.generator.deletes);
    this.generator = new StepGenerator(options, options.base, context, options.diagnostics);
  }

  /** SIGINT: what is under way is finished and saved, nothing is started. */
  cancel(): void {
    this.cancelledByUser = true;
    this.executor.cancel();
    this.activeExecutor.cancel();
    void this.providers.cancel();
  }

  async run(): Promise<DeploymentResult> {
    this.engineAddress = await this.engine.listen();
    let failure: unknown;
    try {
      await this.execute();
    } catch (error) {
      failure = error;
    }
    const failed = failure !== undefined || this.executor.error !== undefined || this.generator.sawError;
    await this.providers.close(!this.cancelledByUser);
    this.engine.close();
    const { diagnostics, dryRun } = this.options;
    if (failure && !(failure instanceof EngineError && failure.reported))
      diagnostics.error(messageOf(failure));
    const result = failed ? "failed" : this.cancelledByUser ? "canceled" : "succeeded";
    if (result !== "succeeded") diagnostics.error(`${dryRun ? "preview" : "update"} ${result}`);
    return { result, changes: this.changes };
  }

  private newExecutor(forRefresh: boolean): StepExecutor {
    const { dryRun, parallel, continueOnError, events, diagnostics, snapshot, kind } = this.options;
    return new StepExecutor({
      dryRun,
      parallel,
      continueOnError,
      events,
      diagnostics,
      snapshot,
      ignoreErrors: forRefresh,
      countRefreshes: kind === "refresh",
      changes: this.changes,
    });
  }

  private startHost(): ProviderHost {
    const { project, config, environment, startNode, diagnostics } = this.options;
    const plain = Object.fromEntries([...config].map(([key, { value }]) => [key, value]));
    return ProviderHost.start({
      project,
      engineAddress: this.engineAddress,
      startNode,
      env: { ...environment, PULUMI_CONFIG: JSON.stringify(plain) },
      log: (stream, text) => {
        if (text.trim() !== "") diagnostics.report(stream === "stderr" ? "info#err" : "info", text);
      },
    });
  }

  private async execute(): Promise<void> {
    const { kind, refresh, base, diagnostics, dryRun } = this.options;
    if (refresh) {
      const executor = this.newExecutor(true);
      this.activeExecutor = executor;
      if (this.cancelledByUser) executor.cancel();
      await refreshState(this.options, this.generator.context, executor);
      if (executor.error) throw alreadyReported("refresh failed");
      if (kind === "refresh" || this.cancelledByUser) return;
    } else if (base.pendingOperations.length > 0 && !dryRun) diagnostics.warning(pendingWarning(base));
    if (kind === "destroy") {
      await this.deleteRest();
      await this.executor.drain();
    } else await this.runProgram();
  }

  private runProgram(): Promise<void> {
    const { options, generator, executor, engineAddress } = this;
    const warmUp = () => this.providers.warmUp();
    const onDeclared = () => this.deleteRest();
    return new Declarations({ options, generator, executor, engineAddress, warmUp, onDeclared }).run();
  }

  /** Deletes what nobody has declared, once it is known that the targets are there. */
  private async deleteRest(): Promise<void> {
    checkTargets(this.options, this.generator);
    await deleteUndeclared(this);
  }
}

/** A literal target must be a resource of the state or of the program. */
function checkTargets(options: DeploymentOptions, generator: StepGenerator): void {
  const missing = options.targets
    .names()
    .filter((urn) => !options.base.all.has(urn) && !generator.urns.has(urn));
  for (const urn of missing) {
    const hint = urn.includes("$") ? "" : " Did you forget to escape $ in your shell?";
    options.diagnostics.error(`Target '${urn}' could not be found in the stack.${hint}`);
  }
  if (missing.length > 0) throw alreadyReported("one or more targets could not be found in the stack");
}
