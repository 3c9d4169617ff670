import type { FirewallPolicyArgs } from "../../../provider/policy";
import type { ProviderProcess } from "./process";
import type { Registration } from "./sdk";

interface ResourceState {
  module: string;
  id: string;
  inputs: object;
  outputs: object;
  dependsOn: readonly string[];
}

/** What an engine keeps of each resource between runs, by name. */
export type State = Record<string, ResourceState>;

export interface UpOptions {
  /** Reads what exists first. */
  refresh?: boolean;
  /** Goes on after a failure with what doesn't depend on it. */
  continueOnError?: boolean;
  /** Told after each step. */
  checkpoint?: (state: State) => void;
}

/** What came of a run. */
export interface Outcome {
  state: State;
  /** None: it succeeded. */
  errors: string[];
  /** Resources that were created, updated or deleted. */
  steps: string[];
}

/**
 * Does with providers what Pulumi's engine does in an update: checks and diffs one at a time, as soon as what a
 * resource depends on is done; creates and updates at the same time; deletes last.
 */
export async function up(
  process: ProviderProcess,
  declared: FirewallPolicyArgs,
  before: State,
  options: UpOptions = {},
): Promise<Outcome> {
  const deployment = new Deployment(process, before, options);
  if (options.refresh === true) await deployment.refresh();
  if (deployment.errors.length > 0) return deployment;
  process.declare(declared, (registration) => deployment.register(registration));
  await deployment.deleteUndeclared();
  return deployment;
}

/** Deletes everything, what others depend on last. */
export async function destroy(
  process: ProviderProcess,
  before: State,
  options: UpOptions = {},
): Promise<Outcome> {
  const deployment = new Deployment(process, before, options);
  if (options.refresh === true) await deployment.refresh();
  if (deployment.errors.length === 0) await deployment.deleteUndeclared();
  return deployment;
}

class Deployment implements Outcome {
  readonly state: State;
  readonly errors: string[] = [];
  readonly steps: string[] = [];
  private readonly failed = new Set<string>();
  private readonly registered = new Map<string, Promise<void>>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly process: ProviderProcess,
    before: State,
    private readonly options: UpOptions,
  ) {
    this.state = copy(before);
  }

  /** Whether nothing new may be started. */
  private get stopped(): boolean {
    return this.errors.length > 0 && this.options.continueOnError !== true;
  }

  async refresh(): Promise<void> {
    await Promise.all(
      Object.entries(this.state).map(async ([name, old]) => {
        try {
          const found: { id?: string; props?: object; inputs?: object } =
            (await this.process.provider(old.module).read?.(old.id, copy(old.outputs))) ?? {};
          if (found.id === undefined) delete this.state[name];
          else this.state[name] = copy({ ...old, id: found.id, ...read(found) });
          this.options.checkpoint?.(this.state);
        } catch (error) {
          this.fail(name, error);
        }
      }),
    );
  }

  register(registration: Registration): Promise<void> {
    const { name, inputs, dependsOn } = registration;
    const done = Promise.all(dependsOn.flatMap((dependency) => this.registered.get(dependency) ?? []))
      .then(() => resolved(inputs))
      .then((known) => this.step(registration, known));
    this.registered.set(name, done);
    return done;
  }

  /** Once everything declared is done, deletes the rest. */
  async deleteUndeclared(): Promise<void> {
    await Promise.all(this.registered.values());
    const gone = new Set(Object.keys(this.state).filter((name) => !this.registered.has(name)));
    while (gone.size > 0) {
      const needed = new Set([...gone].flatMap((name) => this.state[name]?.dependsOn ?? []));
      const next = [...gone].filter((name) => !needed.has(name));
      await Promise.all(next.map((name) => this.remove(name)));
      for (const name of next) gone.delete(name);
    }
  }

  private async step({ module, name, dependsOn }: Registration, inputs: object): Promise<void> {
    if (this.stopped) return;
    if (dependsOn.some((dependency) => this.failed.has(dependency))) {
      this.failed.add(name);
      return;
    }
    const provider = this.process.provider(module);
    const old = this.state[name];
    try {
      const changes = await this.oneAtATime(async () => {
        const checked = await provider.check?.(old === undefined ? {} : copy(old.inputs), inputs);
        const failures = checked?.failures ?? [];
        if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("; "));
        if (old === undefined) return true;
        return (await provider.diff?.(old.id, copy(old.outputs), inputs))?.changes ?? true;
      });
      if (!changes && old !== undefined) {
        this.state[name] = { ...old, inputs, dependsOn };
        return;
      }
      if (this.stopped) return;
      const done =
        old === undefined
          ? await provider.create(inputs)
          : { id: old.id, ...(await provider.update?.(old.id, copy(old.outputs), inputs)) };
      const outputs = (done.outs ?? {}) as object;
      this.state[name] = copy({ module, id: done.id, inputs, outputs, dependsOn });
      this.done(name);
    } catch (error) {
      this.fail(name, error);
    }
  }

  private async remove(name: string): Promise<void> {
    const old = this.state[name];
    if (this.stopped || old === undefined) return;
    try {
      await this.process.provider(old.module).delete?.(old.id, copy(old.outputs));
      delete this.state[name];
      this.done(name);
    } catch (error) {
      this.fail(name, error);
    }
  }

  private done(name: string): void {
    this.steps.push(name);
    this.options.checkpoint?.(this.state);
  }

  private fail(name: string, error: unknown): void {
    this.failed.add(name);
    this.errors.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }

  private oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }
}

async function resolved(inputs: Readonly<Record<string, unknown>>): Promise<object> {
  const pairs = Object.entries(inputs).map(async ([key, value]) => [key, await value] as const);
  return copy(Object.fromEntries(await Promise.all(pairs)));
}

/** What a read says of the state; without inputs in it those that there are stay. */
function read({ props, inputs }: { props?: object; inputs?: object }): Partial<ResourceState> {
  return { ...(props !== undefined && { outputs: props }), ...(inputs !== undefined && { inputs }) };
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
