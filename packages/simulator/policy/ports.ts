/** Ports from `low` to `high`, both included. */
export interface PortRange {
  low: number;
  high: number;
}

/** Reads PAN-OS's "80,443-445"; undefined when it isn't such a list. Spaces are not allowed. */
export function portRanges(text: string): PortRange[] | undefined {
  const ranges: PortRange[] = [];
  for (const part of text.split(",")) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part);
    if (!match) return undefined;
    const low = Number(match[1]);
    const high = Number(match[2] ?? match[1]);
    if (low > high || high > 65535) return undefined;
    ranges.push({ low, high });
  }
  return ranges;
}
