import type { Executable } from "../../packages/pulumi/stack";
import type { RunNote, TimedNote } from "../../settings/run";
import { Ec2Server, type Ec2Item } from "../support/ec2-server";
import { Lab } from "../support/lab";
import { request, runnerFor } from "../support/runner";
import { fleetLists } from "./fleet";
import { shown, spread, table } from "./statistics";

/** What a device's commit takes. */
const COMMIT_SECONDS = 30;
/** The queue's batch window, as it is deployed unless its settings say otherwise: not slept here. */
const WINDOW_SECONDS = 10;

/** Seconds from the moment at which the handler starts a run to the rule in force, in parts that follow each other. */
interface Reaction {
  /** Locks, processes, and the refresh of what the firewall has. */
  starting: number;
  /** What AWS has. */
  reading: number;
  /** What the firewall has and what it is to have. */
  planning: number;
  /** From the first write to the request of the commit. */
  writing: number;
  committing: number;
  /** After that, until the runner is free for the next. */
  after: number;
}

export interface ReactionResult {
  instances: number;
  rules: number;
  rounds: Reaction[];
}

/**
 * Times runs of the automation's runner against a local EC2 and a simulated firewall, from its start to the end
 * of the commit. In each round one instance stops or starts again.
 */
export async function measureReaction(
  instances: number,
  rounds: number,
  executable: Executable,
  progress: (text: string) => void,
): Promise<ReactionResult> {
  const [ec2, lab] = await Promise.all([Ec2Server.start(), Lab.open({ commitSeconds: COMMIT_SECONDS })]);
  try {
    const { region, accessKey, secretKey, endpoints } = ec2.access;
    await lab.stack({
      executable,
      settings: {
        "aws-panos-rules:inventory": "ec2",
        "aws-panos-rules:snapshot": undefined,
        "aws:region": region,
        "aws:accessKey": accessKey,
        "aws:secretKey": secretKey,
        "aws:endpoints": [endpoints],
      },
    });
    let notes: TimedNote[] = [];
    const { runner } = runnerFor(lab, { executable, onNotes: (all) => (notes = all) });
    const run = async (stopped: boolean): Promise<Reaction> => {
      ec2.listsFor = () => fleet(instances, stopped);
      const began = Date.now();
      const outcome = await runner.start(request({ deadline: began + 900_000 }));
      if (outcome.result !== "applied") throw new Error(`the run ended as ${JSON.stringify(outcome)}`);
      return parts(began, notes, Date.now());
    };
    progress(`${instances} instances: the first run`);
    await run(false);
    const result: ReactionResult = { instances, rules: lab.ours().length, rounds: [] };
    for (let round = 1; round <= rounds; round++) {
      const reaction = await run(round % 2 === 1);
      result.rounds.push(reaction);
      progress(
        `round ${round}/${rounds}: ${instances} instances: ${own(reaction).toFixed(1)} s and the commit`,
      );
    }
    return result;
  } finally {
    await Promise.all([ec2.close(), lab.close()]);
  }
}

/** What isn't the commit. */
function own({ starting, reading, planning, writing }: Reaction): number {
  return starting + reading + planning + writing;
}

function fleet(instances: number, stopped: boolean): Map<string, Ec2Item[]> {
  const lists = fleetLists(instances + 1);
  // The first one is the firewall's own.
  const [last] = lists.get("DescribeInstances")?.at(-1)?.["instancesSet"] as Ec2Item[];
  if (stopped && last !== undefined) last["instanceState"] = { name: "stopped" };
  return lists;
}

function parts(began: number, notes: readonly TimedNote[], ended: number): Reaction {
  const at = (name: RunNote["note"]) => {
    const found = notes.find(({ note }) => note === name);
    if (found === undefined) throw new Error(`the run did not tell of ${name}`);
    return found.at;
  };
  const between = (from: number, to: number) => (to - from) / 1000;
  const [started, read] = [at("started"), at("inventory-read")];
  const [wrote, submitted, committed] = [at("first-write"), at("commit-submitted"), at("commit-ended")];
  return {
    starting: between(began, started),
    reading: between(started, read),
    planning: between(read, wrote),
    writing: between(wrote, submitted),
    committing: between(submitted, committed),
    after: between(committed, ended),
  };
}

export function reactionText(results: readonly ReactionResult[]): string {
  const median = (values: number[]) => spread(values).median.toFixed(1);
  const rows = results.map(({ instances, rules, rounds }) => [
    `${instances} (${rules})`,
    ...(["starting", "reading", "planning", "writing"] as const).map((part) =>
      median(rounds.map((reaction) => reaction[part])),
    ),
    shown(spread(rounds.map(own)), 1),
    median(rounds.map(({ committing }) => committing)),
    median(rounds.map((reaction) => own(reaction) + reaction.committing + WINDOW_SECONDS)),
    median(rounds.map(({ after }) => after)),
  ]);
  const heads = ["instances (rules)", "starting", "reading", "planning", "writing", "these four", "commit"];
  return (
    `One instance stops or starts: seconds from the event's arrival in the queue to the rule in force (medians). In ` +
    `the sum are ${WINDOW_SECONDS} s of the queue's batch window, which nobody waited for here\n` +
    table([[...heads, "in force after", "runner free after"], ...rows])
  );
}
