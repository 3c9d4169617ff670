import type { BaseState } from "./base";
import type { Diagnostics, EventSink } from "./events";
import type { Invokes } from "./invokes";
import type { StartNode } from "./processes";
import type { Project, StackConfig } from "./project";
import type { SnapshotManager } from "./snapshot";
import type { Targets } from "./targets";

/** What a phase is asked to do, and with what. */
export interface DeploymentOptions {
  kind: "update" | "refresh" | "destroy";
  dryRun: boolean;
  refresh: boolean;
  targets: Targets;
  targetDependents: boolean;
  continueOnError: boolean;
  parallel: number;
  project: Project;
  stack: string;
  config: StackConfig;
  /** What program and provider have in their environment. */
  environment: NodeJS.ProcessEnv;
  startNode: StartNode;
  invokes: Invokes;
  base: BaseState;
  snapshot: SnapshotManager | undefined;
  events: EventSink;
  diagnostics: Diagnostics;
}
