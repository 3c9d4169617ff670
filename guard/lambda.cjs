// Lambda's runtime loads no TypeScript itself.
require("../typescript.cjs");
exports.handler = require("./lambda.ts").handler;
