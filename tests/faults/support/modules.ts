import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { Script } from "node:vm";

const ROOT = join(__dirname, "..", "..", "..");
const fromPackages = createRequire(join(ROOT, "package.json"));

type StartInterval = (again: () => void, ms: number) => NodeJS.Timeout;

type Body = (
  exports: unknown,
  require: (id: string) => unknown,
  module: { exports: unknown },
  process: NodeJS.Process,
  setInterval: StartInterval,
  directory: string,
) => void;

/** Compiled once for all registries. */
const compiled = new Map<string, Body>();

/** What a process has of its own: modules in place of packages, `process`, and what goes on until it ends. */
export interface Surroundings {
  packages: Readonly<Record<string, unknown>>;
  process: NodeJS.Process;
  setInterval: StartInterval;
}

/**
 * The project's modules with state of their own, as a new process has them: a provider remembers sessions and
 * failures in its modules, and starting a real process for each run of a test would take a second of CPU.
 * @param path of a module, from the project's root
 */
export function freshModules(surroundings: Surroundings): (path: string) => unknown {
  const loaded = new Map<string, { exports: unknown }>();
  const load = (file: string): unknown => {
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(file, module);
    const directory = dirname(file);
    const required = (id: string): unknown => {
      const own = surroundings.packages[id];
      if (own !== undefined) return own;
      return id.startsWith(".") ? load(sourceFile(directory, id)) : fromPackages(id);
    };
    body(file)(module.exports, required, module, surroundings.process, surroundings.setInterval, directory);
    return module.exports;
  };
  return (path) => load(sourceFile(ROOT, path));
}

const sourceFiles = new Map<string, string>();

function sourceFile(directory: string, id: string): string {
  const path = resolve(directory, id);
  let file = sourceFiles.get(path);
  if (file === undefined) {
    file = [`${path}.ts`, join(path, "index.ts")].find((each) => existsSync(each)) ?? path;
    sourceFiles.set(path, file);
  }
  return file;
}

function body(file: string): Body {
  let known = compiled.get(file);
  if (known === undefined) {
    const wrapped = `(function (exports, require, module, process, setInterval, __dirname) {${javaScriptOf(file)}\n})`;
    known = new Script(wrapped, { filename: file }).runInThisContext() as Body;
    compiled.set(file, known);
  }
  return known;
}

/** What `typescript.cjs` makes of a file. */
function javaScriptOf(file: string): string {
  let code = "";
  require.extensions[".ts"]?.(
    { _compile: (made: string) => (code = made) } as unknown as NodeJS.Module,
    file,
  );
  return code;
}
