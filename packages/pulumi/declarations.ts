import { DefaultProviders } from "./default-providers";
import { EngineError, alreadyReported, messageOf } from "./errors";
import type { StepExecutor } from "./executor";
import type { StepGenerator } from "./generator";
import type { SourceEvent } from "./goal";
import { Monitor } from "./monitor";
import type { DeploymentOptions } from "./options";
import type { NodeProcess } from "./processes";
import { loggedErrorsExitCode, startProgram } from "./program";
import { referencedUrns, type ResourceState } from "./state";
import { stackType, typeOf } from "./urn";
import type { PropertyMap } from "./values";

/** What the program's run needs of the deployment it belongs to. */
interface Deploying {
  options: DeploymentOptions;
  generator: StepGenerator;
  executor: StepExecutor;
  engineAddress: string;
  /** Called as soon as the program is on its way. */
  warmUp: () => void;
  /** Called when the program has declared everything. */
  onDeclared: () => Promise<void>;
}

/** Runs the program and does what it declares, in the order in which it declares it. */
export class Declarations {
  private readonly queue: SourceEvent[] = [];
  private wake: () => void = () => undefined;
  /** Failed, or left out because of what failed. */
  private readonly skipped = new Set<string>();
  private stackOutputs: { urn: string; outputs: PropertyMap } | undefined;
  private readonly options: DeploymentOptions;
  private readonly generator: StepGenerator;
  private readonly executor: StepExecutor;

  constructor(private readonly deploying: Deploying) {
    ({ options: this.options, generator: this.generator, executor: this.executor } = deploying);
  }

  async run(): Promise<void> {
    const { options } = this;
    const { engineAddress, warmUp } = this.deploying;
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
        engineAddress,
      },
      (stream, text) => {
        options.diagnostics.report(stream === "stderr" ? "info#err" : "info", text);
      },
    );
    warmUp();
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
        await this.deploying.onDeclared();
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
    if (this.executor.cancelled) await program.stop();
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
