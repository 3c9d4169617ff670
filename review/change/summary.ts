import type { Review } from "./types";
import { counted } from "../../lib/text";

/** A review in one line. */
export function summaryOf({ counts, against, firewalls }: Omit<Review, "summary">): string {
  const { opening, closing, added, changed, removed, withheld, alreadyAllowed } = counts;
  const by = (count: number) => `by ${counted(count, "rule")}`;
  const traffic = [
    opening === 0 ? "Opens nothing" : `Opens ${by(opening)}`,
    closing === 0 ? "closes nothing" : `closes ${by(closing)}`,
  ].join(opening + closing === 0 ? " and " : ", ");
  const cuts = firewalls.flatMap(({ changes }) =>
    changes.flatMap(({ closes }) => closes.filter(({ cut }) => cut !== undefined)),
  );
  const edits = [
    [added, "added"],
    [changed, "changed"],
    [removed, "removed"],
  ].flatMap(([count, verb]) => (count === 0 ? [] : [`${count} ${verb}`]));
  const refused = firewalls.filter(({ refusal }) => refusal !== undefined).map(({ firewall }) => firewall);
  return [
    `${traffic} (${edits.length === 0 ? "no rule changes" : `rules: ${edits.join(", ")}`})`,
    ...(cuts.length > 0 ? [cutsText(cuts.length)] : []),
    ...(withheld > 0 ? [`${withheld} withheld`] : []),
    ...(alreadyAllowed > 0 ? [`${alreadyAllowed} already allowed`] : []),
    ...(against.length > 0 ? [counted(against.length, "objection")] : []),
    ...(refused.length > 0 ? [`nothing known of ${refused.join(", ")}`] : []),
  ].join("; ");
}

/** How many closings meet what flow logs showed. */
export function cutsText(count: number): string {
  return `${counted(count, "closing")} ${count === 1 ? "meets" : "meet"} traffic that was seen`;
}
