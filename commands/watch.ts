/** `--watch` of a report: it is made again, and its page with it, until Ctrl-C. */
import { watch } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { counted } from "../lib/text";
import { failureOf, flag, lines, number, refuse, type Outcome, type Terminal } from "./framework";

const EVERY_SECONDS = 60;
/** Whoever writes a file does so in several steps, and all of them are one change. */
const SETTLED_MS = 200;

export const watchOptions = {
  watch: flag("keep the page current until Ctrl-C"),
  every: number("SECONDS", `with --watch, how often it asks again (${EVERY_SECONDS})`, {
    from: 1,
    to: 86_400,
  }),
};

interface Watched {
  watch: boolean;
  every: number | undefined;
}

export function refuseEvery({ watch: isWatched, every }: Watched): void {
  refuse(every !== undefined && !isWatched && "--every says how often --watch asks again: give --watch too");
}

interface Kept {
  make: () => Promise<Outcome>;
  /** Takes what was made away, because it is true no more. */
  clear: () => Promise<unknown>;
  /** What it is made of; undefined: of what has to be asked. */
  files: readonly string[] | undefined;
}

/** Makes a report once, or with `--watch` again and again; then it ends with `fine` on Ctrl-C. */
export async function keptCurrent(
  { make, clear, files }: Kept,
  { watch: isWatched, every = EVERY_SECONDS }: Watched,
  { errors }: Terminal,
): Promise<Outcome> {
  if (!isWatched) return make();
  const say = lines(errors);
  const stop = new AbortController();
  const { signal } = stop;
  const onInterrupt = () => stop.abort();
  process.once("SIGINT", onInterrupt);
  try {
    const next = files === undefined ? () => pause(every * 1000, signal) : changesOf(files, signal);
    const how = files === undefined ? `every ${counted(every, "second")}` : "when a file changes";
    let isThere: boolean | undefined;
    for (; !signal.aborted; await next()) {
      try {
        await make();
        if (isThere === undefined) say(`Kept current until Ctrl-C: made again ${how}; reload the page`);
        else if (!isThere) say("The page is there again.");
        isThere = true;
      } catch (error) {
        // Ctrl-C reaches what it runs as well.
        if (signal.aborted) break;
        if (isThere === undefined) throw error;
        isThere = false;
        await clear();
        say(`${failureOf(error)}\nThere is no page until this is mended.`);
      }
    }
    return "fine";
  } finally {
    process.off("SIGINT", onInterrupt);
    stop.abort();
  }
}

/** Waits for a change of any of these files since the last time. Editors put another file in the place of one. */
function changesOf(files: readonly string[], signal: AbortSignal): () => Promise<void> {
  let isChanged = false;
  let wake = () => {};
  const tell = () => {
    isChanged = true;
    wake();
  };
  signal.addEventListener("abort", () => wake());
  for (const folder of new Set(files.map((file) => dirname(file)))) {
    watch(folder, { signal }, (_, name) => {
      if (name === null || files.includes(join(folder, name))) tell();
    }).on("error", tell);
  }
  return async () => {
    const next = new Promise<void>((resolve) => (wake = resolve));
    if (!isChanged && !signal.aborted) await next;
    await pause(SETTLED_MS, signal);
    isChanged = false;
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
