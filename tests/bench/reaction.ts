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

/** The same where only addresses are registered, which takes no commit. */
type Registration = Pick<Reaction, "starting" | "reading"> & {
  /** What the firewall has and is to have, and the registration. */
  registering: number;
};

export interface RegistrationResult {
  instances: number;
  rounds: Registration[];
}

/**
 * Times runs of the automation's runner with `destinations: dynamic`, from their start to the firewall's answer that
 * other addresses are registered. In each round one instance, and with it its address, goes or comes.
 */
export function measureRegistration(
  instances: number,
  rounds: number,
  executable: Executable,
  progress: (text: string) => void,
): Promise<RegistrationResult> {
  const settings = { "aws-panos-rules:destinations": "dynamic" };
  return withRuns({ instances, executable, settings, progress }, async (run) => {
    const result: RegistrationResult = { instances, rounds: [] };
    for (let round = 1; round <= rounds; round++) {
      const { began, notes } = await run(round % 2 === 1);
      const [started, read, registered] = times(notes, ["started", "inventory-read", "registered"]);
      const between = (from = NaN, to = NaN) => (to - from) / 1000;
      result.rounds.push({
        starting: between(began, started),
        reading: between(started, read),
        registering: between(read, registered),
      });
      progress(`round ${round}/${rounds}: ${instances} instances: registered`);
    }
    return result;
  });
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
  return withRuns({ instances, executable, settings: {}, progress }, async (run, lab) => {
    const result: ReactionResult = { instances, rules: lab.ours().length, rounds: [] };
    for (let round = 1; round <= rounds; round++) {
      const { began, notes, ended } = await run(round % 2 === 1);
      const reaction = parts(began, notes, ended);
      result.rounds.push(reaction);
      progress(
        `round ${round}/${rounds}: ${instances} instances: ${own(reaction).toFixed(1)} s and the commit`,
      );
    }
    return result;
  });
}

interface Timed {
  began: number;
  notes: readonly TimedNote[];
  ended: number;
}

/** Makes a stack with a first run, and gives what runs it again, with an instance stopped or not. */
async function withRuns<T>(
  {
    instances,
    executable,
    settings,
    progress,
  }: {
    instances: number;
    executable: Executable;
    settings: Record<string, string>;
    progress: (text: string) => void;
  },
  measure: (run: (stopped: boolean) => Promise<Timed>, lab: Lab) => Promise<T>,
): Promise<T> {
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
        ...settings,
      },
    });
    let notes: TimedNote[] = [];
    const { runner } = runnerFor(lab, { executable, onNotes: (all) => (notes = all) });
    const run = async (stopped: boolean): Promise<Timed> => {
      ec2.listsFor = () => fleet(instances, stopped);
      const began = Date.now();
      const outcome = await runner.start(request({ deadline: began + 900_000 }));
      if (outcome.result !== "applied") throw new Error(`the run ended as ${JSON.stringify(outcome)}`);
      return { began, notes, ended: Date.now() };
    };
    progress(`${instances} instances: the first run`);
    await run(false);
    return await measure(run, lab);
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
  const between = (from = NaN, to = NaN) => (to - from) / 1000;
  const [started, read, wrote, submitted, committed] = times(notes, [
    ...(["started", "inventory-read", "first-write", "commit-submitted", "commit-ended"] as const),
  ]);
  return {
    starting: between(began, started),
    reading: between(started, read),
    planning: between(read, wrote),
    writing: between(wrote, submitted),
    committing: between(submitted, committed),
    after: between(committed, ended),
  };
}

/** When a run told of each. */
function times(notes: readonly TimedNote[], names: readonly RunNote["note"][]): number[] {
  return names.map((name) => {
    const found = notes.find(({ note }) => note === name);
    if (found === undefined) throw new Error(`the run did not tell of ${name}`);
    return found.at;
  });
}

export function registrationText(results: readonly RegistrationResult[]): string {
  const rows = results.map(({ instances, rounds }) => [
    String(instances),
    ...(["starting", "reading", "registering"] as const).map((part) =>
      shown(spread(rounds.map((each) => each[part])), 1),
    ),
    shown(spread(rounds.map((each) => each.starting + each.reading + each.registering + WINDOW_SECONDS)), 1),
  ]);
  return (
    `The address of one instance goes or comes, destinations: dynamic: seconds from the event's arrival in the queue ` +
    `to the registration. In the sum are ${WINDOW_SECONDS} s of the queue's batch window, which nobody waited for here\n` +
    table([["instances", "starting", "reading", "planning and registering", "registered after"], ...rows])
  );
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
