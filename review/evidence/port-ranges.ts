/** So many ranges are kept apart: a flow of one that has many clients' ports takes no more than this. */
const MOST_RANGES = 16;

/** Ports that were seen, as ranges in bounded memory: where there are too many, the nearest ones become one. */
export class PortRanges {
  /** In order, and apart from each other. */
  private ranges: [number, number][] = [];
  /** Whether they have ports in them that nobody saw. */
  private isRough = false;

  add(first: number, last = first): void {
    const { ranges } = this;
    if (ranges.some((each) => each[0] <= first && last <= each[1])) return;
    const meeting = ranges.filter((each) => each[0] <= last + 1 && first <= each[1] + 1);
    const merged: [number, number] = [
      Math.min(first, ...meeting.map(([least]) => least)),
      Math.max(last, ...meeting.map(([, most]) => most)),
    ];
    this.ranges = [...ranges.filter((each) => !meeting.includes(each)), merged].sort(([a], [b]) => a - b);
    if (this.ranges.length > MOST_RANGES) this.mergeNearest();
  }

  addAll({ ranges, isRough }: PortRanges): void {
    for (const [first, last] of ranges) this.add(first, last);
    this.isRough ||= isRough;
  }

  /** Whether a port was seen for sure. */
  has(port: number): boolean {
    return !this.isRough && this.ranges.some(([first, last]) => first <= port && port <= last);
  }

  get all(): [number, number][] {
    return this.ranges.map(([first, last]) => [first, last]);
  }

  private mergeNearest(): void {
    const { ranges } = this;
    const gapAt = (at: number) => ranges[at + 1]![0] - ranges[at]![1];
    let nearest = 0;
    for (let at = 1; at < ranges.length - 1; at++) if (gapAt(at) < gapAt(nearest)) nearest = at;
    const [first] = ranges[nearest]!;
    const [, last] = ranges[nearest + 1]!;
    ranges.splice(nearest, 2, [first, last]);
    this.isRough = true;
  }
}
