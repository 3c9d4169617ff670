import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Ledger } from "../ledger/ledger";
import { openStore } from "../ledger/open";
import { runnerFrom } from "../runner";
import { AwsOutbox, LogFiles } from "./aws";
import { Handler, type BatchAnswer } from "./handler";
import { handlerSettings } from "./settings";

/** What the handler needs of Lambda's context. */
export interface LambdaContext {
  awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** Kept between the invocations of a process. */
let made: Handler | undefined;

/** The function that Lambda calls. */
export async function handler(event: unknown, context: LambdaContext): Promise<BatchAnswer> {
  made ??= make(process.env);
  const end = Date.now() + context.getRemainingTimeInMillis();
  return made.handle(event, { id: context.awsRequestId, end });
}

function make(environment: NodeJS.ProcessEnv): Handler {
  const { addresses, ledger, ...settings } = handlerSettings(environment);
  const files = new LogFiles();
  return new Handler(settings, {
    ledger: new Ledger(openStore(ledger), settings.stack, delay),
    runner: runnerFrom(environment),
    outbox: new AwsOutbox(addresses),
    now: Date.now,
    fetchFile: (file) => files.fetch(file),
    // Not console.log, to whose lines Lambda adds words of its own: metrics are read from lines that are JSON.
    log: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
    newId: randomUUID,
  });
}
