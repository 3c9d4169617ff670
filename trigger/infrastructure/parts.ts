import { storage } from "./bucket";
import type { Context } from "./context";
import { FUNCTION_SECONDS } from "./function";
import { queues } from "./queue";
import type { Parts } from "./roles";
import { isUrgent } from "./rules";
import { secrets } from "./secrets";
import { topic } from "./topic";

/** What function and builds work with: state and ledger, secrets, queues, and who is told. */
export function partsOf(context: Context): Parts {
  return {
    storage: storage(context),
    secrets: secrets(context),
    queues: queues(FUNCTION_SECONDS + context.settings.batchSeconds, isUrgent(context)),
    topic: topic(context),
  };
}
