/** What runs a stack's program: the Pulumi CLI, or what stands in for it where there is none. */

/** Where a stack is. Its backend is what PULUMI_BACKEND_URL says in the environment of each call. */
export interface StackPlace {
  /** As the backend knows it: its name, or organization/name. */
  stack: string;
  /** The folder of Pulumi.yaml. */
  projectDir: string;
  /** Where it isn't Pulumi.STACK.yaml of the project. */
  configFile?: string | undefined;
}

/** Variables that are added to this process's environment; undefined: it is not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One `up --refresh --skip-preview --continue-on-error` or `preview --refresh` of the stack. */
export interface Update {
  mode: "up" | "preview";
  environment: Environment;
  /** Interrupts the engine: it lets what is under way end, and begins nothing new. */
  signal: AbortSignal;
  onLine: (line: string) => void;
}

/** What was done (in a preview: would be done) to a resource. */
export interface ResourceStep {
  op: string;
  type: string;
  /** Its logical name. */
  name: string;
}

/** How an update ended. */
export interface UpdateResult {
  succeeded: boolean;
  /** Whether somebody else's update of the stack kept it from beginning, in the engine's words. */
  locked: string | undefined;
  /** Errors in the engine's and the program's words. */
  errors: string[];
  steps: ResourceStep[];
}

/** Runs the program of one stack. */
export interface Engine {
  /** What it is, for the log. */
  readonly name: string;
  /** Makes the stack, unless the backend has it. @throws PulumiError */
  createStack(environment: Environment): Promise<void>;
  /** @throws PulumiError where nothing could be run */
  run(update: Update): Promise<UpdateResult>;
  /** The stack's state, as `pulumi stack export` gives it, secrets encrypted. @throws PulumiError */
  exportState(environment: Environment): Promise<string>;
  /** Replaces it. @throws PulumiError */
  importState(text: string, environment: Environment): Promise<void>;
}

/** Which engine this machine has. */
export interface Engines {
  /** Whether it is no Pulumi CLI: it knows no backend but a folder, and writes a salt into a stack file without one. */
  readonly isStandIn: boolean;
  at(place: StackPlace): Engine;
}
