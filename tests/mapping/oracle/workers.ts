/** Cases side by side, on as many threads as the machine has cores. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Failure } from "./cases";
import { nothingSeen } from "./verdict";
import type { Seen } from "./verdict";

/** A thread has to load TypeScript for itself. */
const PROGRAM = `
  const { parentPort, workerData } = require("node:worker_threads");
  require(workerData.loader);
  const { runCases } = require(workerData.cases);
  const { seed, first, count, step } = workerData;
  parentPort.postMessage(runCases(seed, Array.from({ length: Math.ceil((count - first) / step) }, (_, index) => first + index * step)));
`;

/** Runs cases 0 to count; of several that go wrong the first by its number is returned. */
export async function runInParallel(seed: number, count: number): Promise<{ seen: Seen; failure?: Failure }> {
  const step = Math.min(availableParallelism(), 8, count);
  const results = await Promise.all(
    Array.from({ length: step }, (_, first) => run({ seed, first, count, step })),
  );
  const seen = nothingSeen();
  for (const { seen: part } of results) {
    for (const key of Object.keys(seen) as (keyof Seen)[]) {
      if (key !== "services") seen[key] += part[key];
    }
    for (const [key, count] of Object.entries(part.services)) {
      seen.services[key] = (seen.services[key] ?? 0) + count;
    }
  }
  const failures = results.flatMap(({ failure }) => failure ?? []);
  const failure = failures.sort((a, b) => a.index - b.index)[0];
  return failure ? { seen, failure } : { seen };
}

function run(range: object): Promise<{ seen: Seen; failure?: Failure }> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(PROGRAM, {
      eval: true,
      workerData: {
        ...range,
        cases: join(__dirname, "cases"),
        loader: join(__dirname, "../../../typescript.cjs"),
      },
    });
    worker.once("message", resolve).once("error", reject);
  });
}
