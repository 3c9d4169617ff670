import type { Kind, ProviderProcess } from "./process";

/** A resource that a program declares. */
export interface Resource {
  kind: Kind;
  name: string;
  inputs: object;
  /** Names of what has to be there before. */
  dependsOn: readonly string[];
}

interface ResourceState {
  kind: Kind;
  id: string;
  inputs: object;
  outputs: object;
}

/** What an engine keeps between runs, by resource, in the order in which they were made. */
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
 * resource depends on is done; creates and updates at the same time; Commit, whose declaration waits for all the
 * others, after them; deletes last.
 */
export async function up(
  process: ProviderProcess,
  program: readonly Resource[],
  before: State,
  options: UpOptions = {},
): Promise<Outcome> {
  const deployment = new Deployment(process, before, options);
  if (options.refresh === true) await deployment.refresh();
  if (deployment.errors.length === 0) {
    await deployment.register(program);
    await deployment.deleteUndeclared(new Set(program.map(({ name }) => name)));
  }
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
  if (deployment.errors.length === 0) await deployment.deleteUndeclared(new Set());
  return deployment;
}

/** The order in which deletes run: what depends on others first. */
const DELETE_ORDER: readonly Kind[] = ["commit", "rule", "service", "tag", "firewall"];

class Deployment implements Outcome {
  readonly state: State;
  readonly errors: string[] = [];
  readonly steps: string[] = [];
  private readonly failed = new Set<string>();
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
      Object.entries(this.state).map(async ([name, { kind, id, inputs, outputs }]) => {
        try {
          const found: { id?: string; props?: object; inputs?: object } =
            (await this.process.provider(kind).read?.(id, copy(outputs))) ?? {};
          if (found.id === undefined) delete this.state[name];
          else this.state[name] = copy({ kind, id: found.id, inputs, outputs, ...read(found) });
          this.options.checkpoint?.(this.state);
        } catch (error) {
          this.fail(name, error);
        }
      }),
    );
  }

  async register(program: readonly Resource[]): Promise<void> {
    const done = new Map<string, Promise<void>>();
    for (const resource of program) {
      const others = resource.kind === "commit" ? [...done.values()] : [];
      const needed = resource.dependsOn.map((name) => done.get(name));
      done.set(
        resource.name,
        Promise.all([...others, ...needed]).then(() => this.step(resource)),
      );
    }
    await Promise.all(done.values());
  }

  async deleteUndeclared(declared: ReadonlySet<string>): Promise<void> {
    for (const kind of DELETE_ORDER) {
      const gone = Object.entries(this.state).filter(
        ([name, state]) => state.kind === kind && !declared.has(name),
      );
      await Promise.all(gone.map(([name, state]) => this.remove(name, state)));
    }
  }

  private async step(resource: Resource): Promise<void> {
    const { kind, name, inputs: declared } = resource;
    if (this.stopped) return;
    if (resource.dependsOn.some((dependency) => this.failed.has(dependency))) {
      this.failed.add(name);
      return;
    }
    const provider = this.process.provider(kind);
    const old = this.state[name];
    try {
      const inputs = copy(declared);
      const changes = await this.oneAtATime(async () => {
        const checked = await provider.check?.(old === undefined ? {} : copy(old.inputs), inputs);
        const failures = checked?.failures ?? [];
        if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("; "));
        if (old === undefined) return true;
        return (await provider.diff?.(old.id, copy(old.outputs), inputs))?.changes ?? true;
      });
      if (!changes && old !== undefined) {
        this.state[name] = { ...old, inputs };
        return;
      }
      if (this.stopped) return;
      const done =
        old === undefined
          ? await provider.create(inputs)
          : { id: old.id, ...(await provider.update?.(old.id, copy(old.outputs), inputs)) };
      this.state[name] = copy({ kind, id: done.id, inputs, outputs: (done.outs ?? {}) as object });
      this.done(name);
    } catch (error) {
      this.fail(name, error);
    }
  }

  private async remove(name: string, { kind, id, outputs }: ResourceState): Promise<void> {
    if (this.stopped) return;
    try {
      await this.process.provider(kind).delete?.(id, copy(outputs));
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

/** What a read says of the state; without inputs in it those that there are stay. */
function read({ props, inputs }: { props?: object; inputs?: object }): Partial<ResourceState> {
  return { ...(props !== undefined && { outputs: props }), ...(inputs !== undefined && { inputs }) };
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
