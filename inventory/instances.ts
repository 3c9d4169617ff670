/** The instances of answers: those that run or start, and those that don't. */
import type { Answers, InstanceAnswer } from "./answers";
import { place } from "./place";
import { given } from "../lib/records";
import type { Instance, StoppedInstance } from "./types";

/** One that starts running between two requests counts once, as running. */
export function instancesOf({ instanceIds, instances = [] }: Answers): Instance[] {
  const details = new Map(instances.map((each) => [each.id, each]));
  const states = new Map<string, Instance["state"]>();
  for (const id of instanceIds.pending) states.set(id, "pending");
  for (const id of instanceIds.running) states.set(id, "running");
  return [...states].map(([id, state]) => {
    const answer = details.get(id);
    if (answer === undefined) return { id, state };
    return { ...instanceDetails(answer), state };
  });
}

/** Those that run in another page of the same answer, because they started meanwhile, are none of them. */
export function stoppedOf({ instanceIds }: Answers, stopped: InstanceAnswer[]): StoppedInstance[] {
  const running = new Set([...instanceIds.pending, ...instanceIds.running]);
  return stopped.filter(({ id }) => !running.has(id)).map(instanceDetails);
}

function instanceDetails(answer: InstanceAnswer): StoppedInstance {
  const tags = answer.tags ?? {};
  return { id: answer.id, ...place(answer), ...given({ name: tags["Name"] || undefined }), tags };
}
