// Calls the function as Lambda does, by the name that the image's CMD has, in a process that knows nothing of
// TypeScript: with each message's input, answering with what it answers.
const process = require("node:process");
const { handler } = require("../../trigger/handler/lambda.cjs");

let calls = 0;
process.on("message", async (input) => {
  const context = { awsRequestId: `call-${++calls}`, getRemainingTimeInMillis: () => 900_000 };
  process.send(await handler(input, context));
});
