// Has every process of a test run use another version of Pulumi's SDK: `node --require` this, with OTHER_SDK as the
// folder that it is installed in. What the stand-in shares with it comes along: objects of two copies don't mix.
const { Module } = require("node:module");

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = (request, parent, isMain, options) =>
  /^(@pulumi\/pulumi|@grpc\/grpc-js|google-protobuf)(\/|$)/.test(request)
    ? resolveFilename(request, parent, isMain, { paths: [process.env.OTHER_SDK] })
    : resolveFilename(request, parent, isMain, options);
