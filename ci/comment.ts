/** Puts a review on its pull request or merge request, in place of the one before. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { command, lines, refuse, runOnTerminal, table } from "../commands/framework";
import { publish } from "./host/thread";
import { linkOf, placeOf, type Place } from "./host/place";
import { notDone } from "./not-done";

const TABLE = table({
  name: "comment",
  start: "node --require ./typescript.cjs ci/comment.ts",
  options: {},
  summary: "Puts a review on its pull request or merge request, in place of the one before.",
  usage: ["STACK [FOLDER]"],
  operands: { takes: "STACK [FOLDER]", says: "FOLDER has review.md: reviews/STACK unless given", most: 2 },
  exits: { fine: "said, or why it can't be said here" },
});

export const comment = command(TABLE, async ({ operands }, { output, folder, environment }) => {
  const [stack = "", from = `reviews/${stack}`] = operands;
  refuse(stack === "" && "say whose review it is: STACK");
  const review = await readFile(join(resolve(folder, from), "review.md"), "utf8").catch(() => undefined);
  const place = placeOf(environment);
  if ("problem" in place) return notDone(place, "No comment is written", output);
  const done = await publish(
    place.comments,
    (body) => isOf(stack, review, body),
    (old) => textOf(review, place, old),
  );
  lines(output)(`${WORDS[done]} in ${place.name}`);
  return "fine";
});

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

if (require.main === module) runOnTerminal(comment);
