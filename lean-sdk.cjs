// Has Pulumi's SDK load TypeScript's compiler, npm's tree reader (both to serialise functions), the Automation API
// and what sends traces where they are asked for, and not at every start: hardly any process here needs them. The
// SDK is loaded with a third of the processor time then.
// And a provider's process, whose line in the state asks for tsx, loads TypeScript as everything else here.
const { Module } = require("node:module");
const path = require("node:path");

const LATE = /^(typescript|@npmcli\/arborist|\.\/automation|@opentelemetry\/(?!api$).*)$/;
const SDK = /[\\/]@pulumi[\\/]pulumi[\\/](?!.*[\\/]node_modules[\\/])/;

const load = Module._load;
Module._load = (request, parent, isMain) => {
  if (request === "tsx/cjs") return load(path.join(__dirname, "typescript.cjs"), parent, isMain);
  const now = () => load(request, parent, isMain);
  if (!LATE.test(request) || !SDK.test(parent?.filename ?? "")) return now();
  let loaded;
  // An `__esModule` is taken as it is by the SDK's imports; they would ask another for all that it has.
  return new Proxy({}, { get: (_, name) => name === "__esModule" || (loaded ??= now())[name] });
};
