import { Stack, type Deployment, type Executable, type StackOptions } from "../../packages/pulumi/stack";
import { automation } from "./automation";
import { Lines } from "./log";
import { Heard, type Engine, type Update, type Updated } from "./update";

type Place = Omit<StackOptions, "executable" | "env">;

/** What runs a stack of a file backend: the Pulumi CLI through the Automation API, or the stand-in for it. */
export function engineFor(executable: Executable, place: Place): Engine {
  if (executable.kind === "engine") return standIn(place);
  const { name: stack, projectDir, configFile } = place;
  return automation({ cli: executable.path, stack, projectDir, configFile });
}

/**
 * The project's own engine, where there is no Pulumi CLI: for the demo and the tests. Only with a file backend.
 */
function standIn(options: Place): Engine {
  const stackWith = (env: Record<string, string>) =>
    Stack.existing({ ...options, executable: { kind: "engine" }, env });

  const run = async ({ mode, environment, signal, onLine }: Update): Promise<Updated> => {
    const flags = { refresh: true, skipPreview: true, continueOnError: true, parallel: 100 };
    const { child, done } = stackWith(environment).start(mode, flags);
    const interrupt = () => child.kill("SIGINT");
    signal.addEventListener("abort", interrupt);
    const lines = new Lines(onLine);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (text: Buffer | string) => lines.add(String(text)));
    }
    const result = await done;
    signal.removeEventListener("abort", interrupt);
    lines.end();
    const heard = new Heard();
    for (const event of result.events) heard.onEvent(event);
    if (result.code !== 0) heard.addErrorsOf(result.stderr);
    const { errors, rules } = heard;
    return { succeeded: result.code === 0, locked: undefined, errors, rules };
  };

  return {
    name: "the project's own engine, for the demo and the tests only, because no pulumi was found",
    run,
    async exportState(environment) {
      return JSON.stringify({ version: 3, deployment: await stackWith(environment).exportState() });
    },
    async importState(text, environment) {
      const { deployment } = JSON.parse(text) as { deployment: Deployment };
      await stackWith(environment).importState(deployment);
    },
  };
}
