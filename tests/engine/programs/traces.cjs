// Says what it finds of scripts that ran before it, and leaves traces of its own.
const net = require("node:net");

const [how, code] = process.argv.slice(2);
const state = require("./state.cjs");
const { left } = globalThis;
const listeners = process.listenerCount("SIGUSR2");
console.log(
  JSON.stringify({ pid: process.pid, found: { left, state: state.left, env: process.env.LEFT, listeners } }),
);
globalThis.left = state.left = process.env.LEFT = "by an earlier one";
process.on("SIGUSR2", () => undefined);
if (how === "waits") globalThis.setTimeout(() => undefined, 60);
else globalThis.setInterval(() => process.exit(9), 30).unref();
if (how === "exits") process.exit(Number(code));
if (how === "throws") throw new Error("of its own");
if (how === "serves") net.createServer().listen(0, "127.0.0.1", () => console.log("serving"));
process.exitCode = Number(code);
