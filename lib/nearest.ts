/** Which of some names a person may have meant: one that begins so, or one that few changes of letters make. */
export function nearest(name: string, among: readonly string[]): string | undefined {
  if (name.length > 2) {
    const begun = among.filter((each) => each.startsWith(name));
    if (begun.length === 1) return begun[0];
  }
  const most = Math.max(1, Math.floor(name.length / 3));
  const byDistance = among
    .map((each) => ({ each, distance: changes(name, each) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return byDistance[0]?.each;
}

/** Names like one, the nearest first: those that have it in them, and those that few changes of letters make of it. */
export function nearestOf(name: string, among: readonly string[], most: number): string[] {
  const furthest = Math.max(1, Math.floor(name.length / 3));
  return among
    .map((each) => ({ each, distance: name.length > 2 && each.includes(name) ? 0 : changes(name, each) }))
    .filter(({ distance }) => distance <= furthest)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ each }) => each);
}

/** How many letters have to be put in, taken out, replaced or swapped with the next (optimal string alignment). */
function changes(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          rows[i - 1]![j]! + 1,
          row[j - 1]! + 1,
          rows[i - 1]![j - 1]! + (isSame ? 0 : 1),
          isSwapped ? rows[i - 2]![j - 2]! + 1 : Infinity,
        ),
      );
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
