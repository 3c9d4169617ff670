/** What a test has the program declare; the program reads it from the file TEST_PLAN. */
export interface Plan {
  resources?: PlannedResource[];
  /** Data sources to call; their answers become outputs of the stack, by token. */
  invokes?: { token: string; args: Record<string, unknown> }[];
  /** Configuration keys to show as outputs of the stack. */
  config?: string[];
  /** The program fails after declaring everything. */
  throws?: string;
}

export interface PlannedResource {
  name: string;
  /** A grouping without a provider. */
  component?: boolean;
  /** Values; `{ $ref: "name.key" }` is another resource's output, `{ $secret: value }` a secret. */
  props?: Record<string, unknown>;
  dependsOn?: string[];
  parent?: string;
  deletedWith?: string;
  aliases?: (string | { name?: string; parent?: string; noParent?: boolean })[];
  protect?: boolean;
  retainOnDelete?: boolean;
  deleteBeforeReplace?: boolean;
  ignoreChanges?: string[];
  replaceOnChanges?: string[];
  additionalSecretOutputs?: string[];
}

/** How a thing behaves, beside its `value`. */
export interface Behaviour {
  /** Calls that fail, or for create and update fail in part. */
  fail?: Partial<Record<"check" | "create" | "update" | "delete" | "read", "wholly" | "partly">>;
  /** A new value of it needs a new thing. */
  key?: string;
  deleteFirst?: boolean;
  /** Leave it to the engine whether there is a difference. */
  noDiff?: boolean;
  /** A file that create waits for. */
  waitFor?: string;
}

/** One line of the provider's journal (file TEST_JOURNAL). */
export interface JournalEntry {
  call: "configure" | "check" | "diff" | "create" | "update" | "delete" | "read";
  at: "start" | "end";
  name: string;
  id?: string;
  pid: number;
  /** Whose line it is: the id of a process may come again, where one runs several. */
  process: string;
  olds?: Record<string, unknown>;
  news?: Record<string, unknown>;
  secret?: string;
}
