const HOUR = 3600;
const DAY_HOURS = 24;

/** The hours of which there is anything at all: a number for each day, whatever the number of records. */
export class WatchedHours {
  first: number | undefined;
  last: number | undefined;
  private readonly days = new Map<number, number>();

  /** @param start and `end`: in seconds since 1970 */
  add(start: number, end: number): void {
    if (this.first === undefined || start < this.first) this.first = start;
    if (this.last === undefined || end > this.last) this.last = end;
    // A record is of ten minutes at most; one of longer would claim what it didn't see.
    for (const second of start === end ? [start] : [start, end]) {
      const hour = Math.floor(second / HOUR);
      const day = Math.floor(hour / DAY_HOURS);
      const mask = this.days.get(day) ?? 0;
      const bit = 1 << (hour % DAY_HOURS);
      if ((mask & bit) === 0) this.days.set(day, mask | bit);
    }
  }

  /** How many hours between the first and the last have nothing. */
  get missing(): number {
    if (this.first === undefined || this.last === undefined) return 0;
    const all = Math.floor(this.last / HOUR) - Math.floor(this.first / HOUR) + 1;
    let seen = 0;
    for (let mask of this.days.values()) for (; mask !== 0; mask &= mask - 1) seen++;
    return all - seen;
  }
}
