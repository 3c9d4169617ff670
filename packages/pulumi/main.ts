import { runCommand } from "./command";

void runCommand(process.argv.slice(2), {
  environment: process.env,
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  signals: process,
}).then((code) => {
  process.exitCode = code;
});
