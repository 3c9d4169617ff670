import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Dependencies } from "../../trigger/handler/dependencies";
import { Handler } from "../../trigger/handler/handler";
import { Ledger } from "../../trigger/ledger/ledger";
import { openStore } from "../../trigger/ledger/open";
import { runnerFor, type LabPlace } from "./runner";

/** What a handler told, and asked for. */
export interface Outside {
  /** Seconds after which it wants to be woken. */
  wakes: number[];
  told: string[];
  letters: string[];
  log: Record<string, unknown>[];
  /** What the runs said. */
  runs: string[];
}

/** The handler as Lambda calls it, with the real runner, for a lab's stack; its ledger in the lab's folder. */
export function liveHandler(
  lab: LabPlace,
  now: Dependencies["now"] = Date.now,
): { handler: Handler; outside: Outside } {
  const { runner, log: runs } = runnerFor(lab);
  const outside: Outside = { wakes: [], told: [], letters: [], log: [], runs };
  const handler = new Handler(
    { stack: "dev", mode: "up", lookAgainAfter: 0, watch: { ownRoles: [], tagKeys: [] } },
    {
      ledger: new Ledger(openStore(`file://${lab.directory}/automation/ledger`), "dev", delay),
      runner,
      outbox: {
        wake: (seconds) => Promise.resolve(void outside.wakes.push(seconds)),
        deadLetter: ({ reason }) => Promise.resolve(void outside.letters.push(reason)),
        tell: ({ text }) => Promise.resolve(void outside.told.push(text)),
      },
      now,
      fetchFile: () => Promise.reject(new Error("no files here")),
      log: (line) => outside.log.push(line),
      newId: randomUUID,
    },
  );
  return { handler, outside };
}

// As a process of its own, which can be killed: with a lab's place and Lambda's input as JSON.
if (require.main === module) {
  const { place, input } = JSON.parse(process.argv[2] ?? "") as { place: LabPlace; input: unknown };
  void liveHandler(place).handler.handle(input, { id: "first", end: Date.now() + 900_000 });
}
