import { withoutGroup } from "../../declaration/logical-name";
import type { UpdateResult } from "../../lib/pulumi/engine";
import { listed } from "../../lib/text";
import type { RunNote } from "../../settings/run";
import type { RunOutcome } from "./runner";

/** Most that an outcome says: it goes into a message to a person. */
const LONGEST = 2_000;
const MOST_NAMES = 10;

type Clean = (text: string) => string;

/**
 * How a run ended.
 * @param notes what it told
 * @param stopped whether it was interrupted or killed because its time was over
 * @param clean takes secrets out of a text, which is cut only then: half of a secret is found by nobody
 */
export function outcomeOf(
  mode: "up" | "preview",
  { succeeded, errors, steps }: UpdateResult,
  notes: readonly RunNote[],
  stopped: boolean,
  clean: Clean = (text) => text,
): RunOutcome {
  const sentences = (reasons: readonly string[]) => sentencesOf(reasons, clean);
  const held = notes.filter((note) => note.note === "held");
  if (succeeded) {
    const ended = mode === "preview" ? previewed(steps, clean) : applied(notes, clean);
    // Limits hold back what opens, while everything else is applied: a person has to decide on the rest.
    return held.length === 0
      ? ended
      : withHeld(
          ended,
          held.map(({ reason }) => reason),
          clean,
        );
  }
  const late = notes.filter((note) => note.note === "out-of-time");
  const excused = new Set([...held, ...late].map(({ firewall }) => firewall));
  const failed = notes
    .filter((note) => note.note === "failed")
    .filter(({ firewall }) => !excused.has(firewall));
  if (failed.length === 0) {
    if (late.length > 0)
      return { result: "out-of-time", reason: sentences(late.map(({ reason }) => reason)) };
    if (held.length > 0) return { result: "held", reason: sentences(held.map(({ reason }) => reason)) };
    if (stopped) return { result: "out-of-time", reason: stoppedWhile(notes) };
  }
  return { result: "failed", reason: sentences([...errors, ...failed.map(({ reason }) => reason)]) };
}

function withHeld(
  ended: Extract<RunOutcome, { summary: string }>,
  reasons: readonly string[],
  clean: Clean,
): RunOutcome {
  return ended.result === "previewed"
    ? { ...ended, summary: sentencesOf([ended.summary, ...reasons], clean) }
    : { result: "held", reason: sentencesOf([...reasons, `the rest was applied: ${ended.summary}`], clean) };
}

function applied(notes: readonly RunNote[], clean: Clean): Extract<RunOutcome, { result: "applied" }> {
  const done = notes.flatMap((note) => {
    if (note.note === "commit-ended") return [`commit job ${note.job} on ${note.firewall}: ${note.counts}`];
    if (note.note === "pushed") return [`${note.firewall} is in force on ${note.reach}`];
    return note.note === "registered" ? [`other addresses are registered on ${note.firewall}`] : [];
  });
  const isChange = (note: RunNote) =>
    note.note === "pushed" ? note.wasSent : ["commit-ended", "registered"].includes(note.note);
  if (done.length === 0) {
    return {
      result: "applied",
      changed: false,
      summary: "nothing to do: the firewall has what AWS asks for",
    };
  }
  return { result: "applied", changed: notes.some(isChange), summary: sentencesOf(done, clean) };
}

function previewed(steps: UpdateResult["steps"], clean: Clean): Extract<RunOutcome, { result: "previewed" }> {
  const rules = (op: string) =>
    steps
      .filter((step) => step.op === op && step.type.endsWith("panos:SecurityRule"))
      .map(({ name }) => withoutGroup(name));
  const [created, deleted] = [rules("create"), rules("delete")];
  // What Pulumi would create and delete has another name with Pulumi alone: on the firewall it stays.
  const [add, remove] = [without(created, deleted), without(deleted, created)];
  const parts = Object.entries({ add, change: rules("update"), remove })
    .filter(([, names]) => names.length > 0)
    .map(([verb, names]) => `${verb} ${listed(names, MOST_NAMES)}`);
  const summary = parts.length === 0 ? "would change no rule" : `would ${parts.join("; ")}`;
  return { result: "previewed", summary: cut(clean(summary)) };
}

function without(names: readonly string[], others: readonly string[]): string[] {
  const left = new Set(others);
  return names.filter((name) => !left.has(name));
}

/** What a run was at when it was stopped. */
function stoppedWhile(notes: readonly RunNote[]): string {
  const has = (note: RunNote["note"]) => notes.some((each) => each.note === note);
  const [at, left] = has("push-submitted")
    ? ["waiting for the push, which goes on in Panorama", "the next run pushes what is missing"]
    : has("commit-submitted")
      ? ["waiting for the commit's job, which goes on in the firewall", "the next run finds what came of it"]
      : has("first-write")
        ? ["staging changes", "what was staged waits in the candidate for the next run"]
        : has("inventory-read")
          ? ["asking the firewall what it has", "nothing was written"]
          : ["reading what AWS has", "nothing was written"];
  return `the run's time was over while it was ${at}; ${left}`;
}

/** One after the other, without repeating any. */
function sentencesOf(reasons: readonly string[], clean: Clean): string {
  return cut(clean([...new Set(reasons)].join("; ")) || "the run ended without saying why: look at its log");
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} …`.toWellFormed() : text;
}
