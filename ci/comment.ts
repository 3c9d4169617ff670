/**
 * Puts a review on its pull request or merge request, in place of the one before.
 *
 *   node --require ./typescript.cjs ci/comment.ts STACK [FOLDER]     FOLDER has review.md: reviews/STACK unless given
 *
 * Exit code 0: said, or why it can't be said here; 1: it failed.
 */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { lines, runCommand, type Terminal } from "../commands/terminal";
import { HostError } from "./host/error";
import { publish } from "./host/thread";
import { linkOf, placeOf, type Place } from "./host/place";

/** @returns the exit code */
export async function comment(args: string[], { output, folder, environment }: Terminal): Promise<number> {
  const say = lines(output);
  const [stack = "", from = `reviews/${stack}`, ...more] = args;
  if (stack === "" || more.length > 0) {
    say("say whose review it is: ci/comment.ts STACK [FOLDER]");
    return 1;
  }
  const review = await readFile(join(resolve(folder, from), "review.md"), "utf8").catch(() => undefined);
  const place = placeOf(environment);
  if ("problem" in place) {
    say(`No comment is written: ${place.problem}`);
    return place.isExpected ? 0 : 1;
  }
  try {
    const done = await publish(
      place.comments,
      (body) => isOf(stack, review, body),
      (old) => textOf(review, place, old),
    );
    say(`${WORDS[done]} in ${place.name}`);
    return 0;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    say(error.message);
    return 1;
  }
}

const WORDS = {
  made: "A comment with the review is",
  updated: "The review's comment was updated",
  nothing: "There is no review to show, and no earlier one",
};

const MARKER = /^<!-- aws-panos-review (\S+) -->/;

/** Whether a comment is the one of this stack: by the first line of the review, or without one by the name in it. */
function isOf(stack: string, review: string | undefined, body: string): boolean {
  const found = MARKER.exec(body)?.[1];
  if (found === undefined) return false;
  const wanted = review && MARKER.exec(review)?.[1];
  return wanted === undefined ? nameIn(found) === nameIn(encodeURIComponent(stack)) : found === wanted;
}

/** The stack's name alone; the program knows it as organization/project/stack. */
function nameIn(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded).split("/").pop();
  } catch {
    return undefined;
  }
}

/** A review that failed takes the place of an earlier one, which would be taken for it; alone it says nothing. */
function textOf(review: string | undefined, place: Place, old: string | undefined): string | undefined {
  if (review !== undefined)
    return `${review}\n${linkOf(place, "The page and the data are among the artifacts of")}\n`;
  const first = old?.split("\n")[0];
  if (first === undefined) return undefined;
  return `${first}\n**The review of the last change failed**, so what stood here is out of date.\n\n${linkOf(place, "Why, says")}\n`;
}

if (require.main === module) runCommand(comment);
