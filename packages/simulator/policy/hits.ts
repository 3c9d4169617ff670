import type { XmlElement } from "../xml/element";

/** How often a rule was hit; moments in seconds since 1970, 0 for never. */
export interface HitCount {
  count: number;
  firstHit: number;
  lastHit: number;
  lastReset: number;
}

const NEVER: HitCount = { count: 0, firstHit: 0, lastHit: 0, lastReset: 0 };

/**
 * Hit counts as somebody says them: no traffic passes here. They belong to a rule's uuid, so that a
 * renamed rule keeps its own and a new rule under an old name starts at zero.
 */
export class HitCounts {
  private readonly counts = new Map<string, HitCount>();

  of(rule: XmlElement): HitCount {
    return this.counts.get(keyOf(rule)) ?? NEVER;
  }

  set(rule: XmlElement, count: number, lastHit: number): void {
    const before = this.of(rule);
    const hit = count > 0 ? lastHit : 0;
    this.counts.set(keyOf(rule), { ...before, count, firstHit: before.firstHit || hit, lastHit: hit });
  }

  reset(rule: XmlElement, at: number): void {
    this.counts.set(keyOf(rule), { ...NEVER, lastReset: at });
  }
}

function keyOf(rule: XmlElement): string {
  return rule.attributes["uuid"] ?? rule.name ?? "";
}
