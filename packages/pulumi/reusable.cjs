// A process that runs one script after another as if each had a process of its own, for the demo and the tests: these
// start hundreds, and half of what a short run takes is the start. Each finds modules, globals, environment, arguments and
// listeners as a new process does; what is kept is what V8 has compiled, and packages that hold nothing of a run. A
// script that does not end well ends the process with it.
const { statSync } = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const { clearTimeout, setImmediate } = require("node:timers");
const vm = require("node:vm");
const { Module } = require("node:module");

/** Packages whose modules hold nothing of a run. */
const LASTING =
  /[\\/]node_modules[\\/](google-protobuf|fast-xml-parser|ipaddr\.js|yaml|typescript|esbuild|source-map(-support)?)[\\/]|[\\/]@pulumi[\\/]pulumi[\\/]proto[\\/](?!.*_grpc_pb)/;
/** So often a loop has to have nothing to do, one time after the other, until it is taken for ended. */
const ROUNDS = 4;

const { channel } = process;
const send = process.send.bind(process);
delete process.send;

compileOnce();
const opened = trackHandles();
const timers = trackTimers();
const start = {
  modules: new Set(Object.keys(Module._cache)),
  // google-protobuf's messages are in `proto`.
  globals: new Set(["proto", ...Reflect.ownKeys(globalThis)]),
  stackTraceLimit: Error.stackTraceLimit,
};

let running = false;
let idleRounds = 0;
process.on("message", (message) => {
  if (message === "end") letGo();
  else run(message);
});
process.on("disconnect", () => process.exit(1));
process.on("beforeExit", () => {
  if (!running) return;
  idleRounds++;
  if (idleRounds > ROUNDS) finish();
  else setImmediate(() => undefined);
});
start.listeners = new Map(process.eventNames().map((name) => [name, process.rawListeners(name)]));

function run({ script, args, environment, directory, mark }) {
  running = mark;
  idleRounds = 0;
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
  process.chdir(directory);
  process.argv = [process.execPath, script, ...args];
  process.exitCode = undefined;
  // It ends when nothing but this is left.
  channel.unref();
  Module._load(script, null, true);
}

/** What a provider's process has open when its engine ends it. */
function letGo() {
  for (const one of opened) one.destroy?.() ?? one.close();
  opened.clear();
  for (const timer of timers) clearTimeout(timer);
  timers.clear();
}

function finish() {
  process.emit("exit", process.exitCode ?? 0);
  const code = process.exitCode ?? 0;
  letGo();
  for (const name of process.eventNames()) {
    const before = start.listeners.get(name) ?? [];
    for (const listener of process.rawListeners(name)) {
      if (!before.includes(listener)) process.off(name, listener.listener ?? listener);
    }
  }
  for (const file of Object.keys(Module._cache)) {
    if (!start.modules.has(file) && !LASTING.test(file)) delete Module._cache[file];
  }
  for (const name of Reflect.ownKeys(globalThis)) {
    if (!start.globals.has(name)) delete globalThis[name];
  }
  Error.stackTraceLimit = start.stackTraceLimit;
  channel.ref();
  for (const stream of [process.stdout, process.stderr]) stream.write(`${running}\n`);
  running = false;
  send(code);
}

/** Has each file read and compiled once, as long as it is the same. */
function compileOnce() {
  const known = new Map();
  const { load } = Module.prototype;
  Module.prototype.load = function loadKnown(filename) {
    const stamp = stampOf(filename);
    const before = known.get(filename);
    if (before === undefined || before.stamp !== stamp) {
      load.call(this, filename);
      const one = known.get(filename);
      if (one !== undefined) one.stamp = stamp;
      return;
    }
    this.filename = filename;
    this.paths = Module._nodeModulePaths(path.dirname(filename));
    this._compile(before.content, filename);
    this.loaded = true;
  };
  const importModuleDynamically = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  Module.prototype._compile = function compile(content, filename) {
    let one = known.get(filename);
    if (one?.content !== content) {
      const wrapped = Module.wrap(content.replace(/^#!.*/, ""));
      one = {
        content,
        body: new vm.Script(wrapped, { filename, importModuleDynamically }).runInThisContext(),
      };
      known.set(filename, one);
    }
    const require = (id) => this.require(id);
    require.resolve = (request, options) => Module._resolveFilename(request, this, false, options);
    require.resolve.paths = (request) => Module._resolveLookupPaths(request, this);
    Object.assign(require, {
      main: process.mainModule,
      extensions: Module._extensions,
      cache: Module._cache,
    });
    return one.body.call(this.exports, this.exports, require, this, filename, path.dirname(filename));
  };
}

/** Changes when somebody writes to a file, or puts another one in its place. */
function stampOf(filename) {
  const { ino, size, mtimeNs, ctimeNs } = statSync(filename, { bigint: true });
  return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

function trackHandles() {
  const found = new Set();
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function connectTracked(...parameters) {
    found.add(this);
    return connect.apply(this, parameters);
  };
  const { listen } = net.Server.prototype;
  net.Server.prototype.listen = function listenTracked(...parameters) {
    found.add(this);
    this.prependListener("connection", (socket) => found.add(socket));
    return listen.apply(this, parameters);
  };
  return found;
}

function trackTimers() {
  const made = new Set();
  for (const name of ["setTimeout", "setInterval"]) {
    const real = globalThis[name];
    const tracked = (...parameters) => {
      const timer = real(...parameters);
      made.add(timer);
      return timer;
    };
    globalThis[name] = Object.defineProperties(tracked, Object.getOwnPropertyDescriptors(real));
  }
  return made;
}
