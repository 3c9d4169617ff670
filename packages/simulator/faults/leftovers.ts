interface Leftover {
  fault: string;
  /** Requests that still see it; undefined: until it is released. */
  left: number | undefined;
  end: () => void;
}

/** What fired faults have left behind on the firewall: locks, stuck jobs. */
export class Leftovers {
  private list: Leftover[] = [];

  add(fault: string, requests: number | undefined, end: () => void): void {
    this.list.push({ fault, left: requests, end });
  }

  /** A request arrives: what has been there for its number of requests ends. */
  tick(): void {
    const over = this.list.filter(({ left }) => left === 0);
    this.end(over);
    for (const leftover of this.list) if (leftover.left !== undefined) leftover.left--;
  }

  /** Ends what one fault left, or everything. */
  release(fault?: string): void {
    this.end(this.list.filter((leftover) => fault === undefined || leftover.fault === fault));
  }

  /** Forgets everything without ending it: the firewall did, by a restart. */
  forget(): void {
    this.list = [];
  }

  private end(over: readonly Leftover[]): void {
    this.list = this.list.filter((leftover) => !over.includes(leftover));
    for (const { end } of over) end();
  }
}
