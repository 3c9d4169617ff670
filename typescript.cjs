// Loads TypeScript as it is, through tsx, and leaves packages to Node: tsx reads each of their files for ESM
// syntax, which cost a third of the time that a program with @pulumi/pulumi takes to start.
const { Module } = require("node:module");

require("./lean-sdk.cjs");

const node = Module._extensions[".js"];
require("tsx/cjs");
const tsx = Module._extensions[".js"];
Module._extensions[".js"] = (module, file) =>
  (/[\\/]node_modules[\\/]/.test(file) ? node : tsx)(module, file);
