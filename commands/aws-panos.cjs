#!/usr/bin/env node
// TypeScript runs as it is.
require("../typescript.cjs");
const { main } = require("./main.ts");

main();
