// Has Pulumi's SDK load TypeScript's compiler, npm's tree reader (both to serialise functions), the Automation API
// and what sends traces where they are asked for, and not at every start: hardly any process here needs them. The
// SDK is loaded with a third of the processor time then.
// Nor does it read the source maps of packages when it notes where a resource was declared, or have a debugger tell
// of each script that is loaded (it maps functions that it serialises to files): a fifth of what a program takes.
// And a provider's process, whose line in the state asks for tsx, loads TypeScript as everything else here.
const { Module } = require("node:module");
const path = require("node:path");

const LATE = /^(typescript|@npmcli\/arborist|\.\/automation|@opentelemetry\/(?!api$).*)$/;
const SDK = /[\\/]@pulumi[\\/]pulumi[\\/](?!.*[\\/]node_modules[\\/])/;

/** Where the SDK would wait for the debugger. Who serialises a function asks for one then. */
const HOOKS = "../../runtime/closure/v8Hooks";
const NO_MAP = { version: 3, sources: [], names: [], mappings: "" };
/** Lines of our sources stay in stacks. */
const packagesHaveNone = (source) =>
  /[\\/]node_modules[\\/]/.test(source) ? { url: source, map: NO_MAP } : null;

const load = Module._load;
Module._load = (request, parent, isMain) => {
  if (request === "tsx/cjs") return load(path.join(__dirname, "typescript.cjs"), parent, isMain);
  const now = () => load(request, parent, isMain);
  if (!SDK.test(parent?.filename ?? "")) return now();
  if (request === HOOKS) return { isInitializedAsync: () => Promise.resolve() };
  if (request === "source-map-support/register")
    return load("source-map-support", parent, isMain).install({ retrieveSourceMap: packagesHaveNone });
  if (!LATE.test(request)) return now();
  let loaded;
  // An `__esModule` is taken as it is by the SDK's imports; they would ask another for all that it has.
  return new Proxy({}, { get: (_, name) => name === "__esModule" || (loaded ??= now())[name] });
};
