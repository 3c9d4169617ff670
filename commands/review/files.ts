/** The files that a review leaves in its folder. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeSnapshot } from "../../inventory";
import { makeFolder } from "../../lib/saving";
import { INVENTORY_FILE, REVIEW_FILE, RULEBASE_FILE } from "../../plan/reviewed";
import type { Facts } from "../../review/change/facts";
import { markdownOf } from "../../review/change/markdown";
import { pageOf } from "../../review/change/page/html";
import type { Review } from "../../review/change/types";
import { madeNow } from "../../review/page/made";

export const PAGE = "review.html";
/** Everything that a review's folder can hold. */
const FILES = [REVIEW_FILE, "review.md", PAGE, INVENTORY_FILE, RULEBASE_FILE];

export async function clearReview(out: string): Promise<void> {
  await Promise.all(FILES.map((file) => rm(join(out, file), { force: true })));
}

export async function writeReview(out: string, made: Review, facts: Facts): Promise<void> {
  await makeFolder(out);
  const write = (name: string, content: string) => writeFile(join(out, name), content);
  await write("review.md", markdownOf(made));
  await write(PAGE, pageOf(made, madeNow()));
  if (made.seen !== undefined) {
    await writeSnapshot(join(out, INVENTORY_FILE), facts.inventory);
    const parts = facts.firewalls.map(({ firewall, seen = {} }) => [firewall, seen] as const);
    await write(RULEBASE_FILE, `${JSON.stringify(Object.fromEntries(parts), undefined, 1)}\n`);
  }
  // Last: where it is, all of them are.
  await write(REVIEW_FILE, `${JSON.stringify(made, undefined, 1)}\n`);
}
