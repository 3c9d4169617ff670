// Loads TypeScript as it is: esbuild takes its types away and makes CommonJS of it. What came out is kept, by
// content, so that a process that starts again finds it and can't find anything stale. Packages are left to Node.
// `node --enable-source-maps` shows lines of the sources in stacks, for a tenth of the time that a start takes.
const { createHash } = require("node:crypto");
const { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } = require("node:fs");
const { Module } = require("node:module");
const path = require("node:path");

require("./lean-sdk.cjs");
// AWS's SDK is pinned: that a later one wants another Node is no news for who runs a command or an update.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
// Node 22 and later keep what V8 makes of a file, too.
Module.enableCompileCache?.();

const KEPT = path.join(__dirname, "node_modules", ".cache", "typescript");
/** A higher number when what is made of a source changes, here or with esbuild. */
const VERSION = `2 ${require("esbuild/package.json").version}`;

/** What a file says that may export something that changes later. */
const MAY_CHANGE = /^(export )?(let|var) /m;
/**
 * esbuild exports getters of getters, and each call from another file goes through them, a tenth of the time that
 * mapping takes. So what doesn't change is exported as it is.
 */
const PLAIN_EXPORTS =
  'if (module.exports.__esModule) module.exports = Object.defineProperty({ ...module.exports }, "__esModule", { value: true });';

// Their order is that in which Node tries them: "./account" is account.ts, though there is an account.json as well.
const { ".js": js, ...others } = Module._extensions;
for (const extension of Object.keys(Module._extensions)) delete Module._extensions[extension];
Object.assign(Module._extensions, { ".js": js, ".ts": loadTypeScript, ...others });

function loadTypeScript(module, file) {
  module._compile(codeOf(file), file);
}

/** What a file of TypeScript is as JavaScript, kept or made now. */
function codeOf(file) {
  const source = readFileSync(file, "utf8");
  const kept = path.join(
    KEPT,
    `${createHash("sha256").update(`${VERSION}\0${file}\0${source}`).digest("hex")}.js`,
  );
  return readKept(kept) ?? transpiled(file, source, kept);
}

function readKept(kept) {
  try {
    return readFileSync(kept, "utf8");
  } catch {
    return undefined;
  }
}

function transpiled(file, source, kept) {
  const { code } = require("esbuild").transformSync(source, {
    loader: "ts",
    format: "cjs",
    target: "node20",
    sourcefile: file,
    sourcemap: "inline",
    sourcesContent: false,
    // What `import()` loads is TypeScript, too.
    supported: { "dynamic-import": false },
    ...(!MAY_CHANGE.test(source) && { footer: PLAIN_EXPORTS }),
  });
  try {
    mkdirSync(KEPT, { recursive: true });
    const unfinished = `${kept}.${process.pid}`;
    writeFileSync(unfinished, code);
    renameSync(unfinished, kept);
  } catch {
    // Where nothing can be written each start does it again.
  }
  return code;
}

// `node typescript.cjs PLACE…` makes all of them, and all that folders hold, ahead: for an image that can't be written to.
if (require.main === module) for (const place of process.argv.slice(2)) makeAhead(path.resolve(place));

function makeAhead(place) {
  if (place.endsWith(".ts")) codeOf(place);
  else if (statSync(place).isDirectory())
    for (const name of readdirSync(place)) makeAhead(path.join(place, name));
}
