import type { Review } from "./types";

/** A review in one line. */
export function summaryOf({ counts, against, firewalls }: Omit<Review, "summary">): string {
  const { opening, closing, added, changed, removed, withheld, alreadyAllowed } = counts;
  const by = (count: number) => `by ${count} ${count === 1 ? "rule" : "rules"}`;
  const traffic = [
    opening === 0 ? "Opens nothing" : `Opens ${by(opening)}`,
    closing === 0 ? "closes nothing" : `closes ${by(closing)}`,
  ].join(opening + closing === 0 ? " and " : ", ");
  const edits = [
    [added, "added"],
    [changed, "changed"],
    [removed, "removed"],
  ].flatMap(([count, verb]) => (count === 0 ? [] : [`${count} ${verb}`]));
  const refused = firewalls.filter(({ refusal }) => refusal !== undefined).map(({ firewall }) => firewall);
  return [
    `${traffic} (${edits.length === 0 ? "no rule changes" : `rules: ${edits.join(", ")}`})`,
    ...(withheld > 0 ? [`${withheld} withheld`] : []),
    ...(alreadyAllowed > 0 ? [`${alreadyAllowed} already allowed`] : []),
    ...(against.length > 0 ? [`${against.length} ${against.length === 1 ? "objection" : "objections"}`] : []),
    ...(refused.length > 0 ? [`nothing known of ${refused.join(", ")}`] : []),
  ].join("; ");
}
