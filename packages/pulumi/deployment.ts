import type { BaseState } from "./base";
import { DefaultProviders } from "./defaultProviders";
import { deleteUndeclared } from "./deletes";
import { EngineError, alreadyReported, messageOf } from "./errors";
import { StepExecutor } from "./executor";
import { StepGenerator } from "./generator";
import type { SourceEvent } from "./goal";
import { ProviderHost } from "./host";
import { EngineServer, Monitor } from "./monitor";
import type { DeploymentOptions } from "./options";
import type { NodeProcess } from "./processes";
import { stopProcess } from "./processes";
import { loggedErrorsExitCode, startProgram } from "./program";
import { refreshState } from "./refresh";
import { ProviderRegistry } from "./registry";
import type { ResourceState } from "./state";
import { referencedUrns } from "./state";
import { stepContext } from "./context";
import { stackType, typeOf } from "./urn";
import type { PropertyMap } from "./values";

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
  private readonly queue: SourceEvent[] = [];
  private wake: () => void = () => undefined;
  private cancelledByUser = false;
  /** Failed, or left out because of what failed. */
  private readonly skipped = new Set<string>();
  private stackOutputs: { urn: string; outputs: PropertyMap } | undefined;
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
    await this.providers.close();
    this.engine.close();
    const failed = failure !== undefined || this.executor.error !== undefined || this.generator.sawError;
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
      ...{ dryRun, parallel, continueOnError, events, diagnostics, snapshot },
      ignoreErrors: forRefresh,
      countRefreshes: kind === "refresh",
      changes: this.changes,
    });
  }

  private startHost(): ProviderHost {
    const { project, config, diagnostics } = this.options;
    const plain = Object.fromEntries([...config].map(([key, { value }]) => [key, value]));
    return ProviderHost.start({
      project,
      engineAddress: this.engineAddress,
      env: { ...process.env, PULUMI_CONFIG: JSON.stringify(plain) },
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
      checkTargets(this.options, this.generator);
      await deleteUndeclared(this);
      await this.executor.drain();
    } else await this.runProgram();
  }

  /** Runs the program and does what it declares, in the order in which it declares it. */
  private async runProgram(): Promise<void> {
    const { options } = this;
    const monitor = new Monitor({
      projectRoot: options.project.root,
      invokes: options.invokes,
      providers: new DefaultProviders(options.config, (registration) => {
        this.send({ kind: "register", registration });
      }),
      send: (event) => {
        this.send(event);
      },
    });
    this.executor.whenCancelled(() => {
      this.wake();
    });
    const program = startProgram(
      {
        ...options,
        monitorAddress: await monitor.listen(),
        engineAddress: this.engineAddress,
      },
      (stream, text) => {
        options.diagnostics.report(stream === "stderr" ? "info#err" : "info", text);
      },
    );
    this.providers.warmUp();
    const exit = program.exit.then((code) => {
      const error = exitError(code);
      this.send({ kind: "finished", ...(error && { error }) });
      return error;
    });
    try {
      await this.processEvents();
    } catch (error) {
      this.executor.cancel();
      throw error;
    } finally {
      await this.executor.drain();
      this.registerStackOutputs();
      await this.endProgram(monitor, program);
    }
    const error = await exit;
    if (error && !this.executor.cancelled) throw error;
  }

  private send(event: SourceEvent): void {
    this.queue.push(event);
    this.wake();
  }

  private async processEvents(): Promise<void> {
    while (!this.executor.cancelled) {
      const event = this.queue.shift();
      if (!event) {
        await new Promise<void>((resolve) => (this.wake = resolve));
        continue;
      }
      if (event.kind === "finished") {
        if (event.error) throw event.error;
        checkTargets(this.options, this.generator);
        await deleteUndeclared(this);
        return;
      }
      if (event.kind === "outputs") this.outputs(event);
      else await this.register(event);
    }
  }

  private outputs(event: SourceEvent & { kind: "outputs" }): void {
    // The stack's outputs are written last, when it is known whether everything went well.
    if (typeOf(event.urn) === stackType) this.stackOutputs = event;
    else if (!this.executor.registerOutputs(event.urn, event.outputs)) {
      throw new Error(`cannot complete a resource '${event.urn}' whose registration isn't pending`);
    }
    event.done();
  }

  private async register({ registration }: SourceEvent & { kind: "register" }): Promise<void> {
    let steps;
    try {
      steps = await this.generator.generate(registration);
    } catch (error) {
      if (error instanceof EngineError && error.reported) throw error;
      this.options.diagnostics.error(messageOf(error), this.generator.urnOf(registration.goal));
      throw alreadyReported(messageOf(error));
    }
    const runnable = steps.filter((step) => {
      if (!this.dependsOnFailure(step.res)) return true;
      step.settle("skipped");
      this.skipped.add(step.urn);
      return false;
    });
    if (runnable.length > 0) await this.executor.executeSerial(runnable);
  }

  private dependsOnFailure(state: ResourceState): boolean {
    for (const step of this.executor.erroredSteps) this.skipped.add(step.urn);
    return this.skipped.size > 0 && [...referencedUrns(state)].some((urn) => this.skipped.has(urn));
  }

  private registerStackOutputs(): void {
    if (!this.stackOutputs) return;
    const { urn, outputs } = this.stackOutputs;
    const failed = this.executor.error !== undefined || this.generator.sawError;
    const before = this.options.base.olds.get(urn)?.outputs ?? {};
    this.executor.registerOutputs(urn, failed ? { ...before, ...outputs } : outputs);
  }

  /** What still waits for an answer is turned away; a program that does not end by itself is stopped. */
  private async endProgram(monitor: Monitor, program: NodeProcess): Promise<void> {
    monitor.cancel();
    if (this.executor.cancelled) await stopProcess(program);
    else await program.exit;
    monitor.close();
  }
}

function exitError(code: number): Error | undefined {
  if (code === 0) return undefined;
  // Its errors are on record already.
  if (code === loggedErrorsExitCode) return alreadyReported("the program failed");
  return new Error(`Program exited with non-zero exit code: ${String(code)}`);
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

function pendingWarning(base: BaseState): string {
  const list = base.pendingOperations
    .map(({ resource, type }) => `  * ${resource.urn}, interrupted while ${type}\n`)
    .join("");
  return (
    `Attempting to deploy or update resources with ${String(base.pendingOperations.length)} pending operations ` +
    `from previous deployment.\n${list}` +
    "These resources are in an unknown state because the Pulumi CLI was interrupted while waiting for changes to " +
    "these resources to complete. You should confirm whether or not the operations listed completed successfully " +
    "by checking the state of the appropriate provider. Once you have confirmed the status of the interrupted " +
    "operations, you can repair your stack using `pulumi refresh` which will refresh the state from the provider " +
    "you are using and clear the pending operations if there are any.\n\n" +
    "Note that `pulumi refresh` will need to be run interactively to clear pending CREATE operations."
  );
}
