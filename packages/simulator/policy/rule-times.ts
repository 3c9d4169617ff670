import type { XmlElement } from "../xml/element";
import { print } from "../xml/print";

/** When a rule came into the running configuration and when it last changed there; seconds since 1970. */
export interface RuleTime {
  created: number;
  modified: number;
}

/**
 * The life of each rule, by its uuid: a renamed rule is the same one changed, and one made anew under an
 * old name is new. Where a rule stands is no part of it.
 */
export class RuleTimes {
  private readonly times = new Map<string, RuleTime>();

  /** @param start when the device first had the rules it starts with */
  constructor(
    running: XmlElement,
    private start = now(),
  ) {
    for (const uuid of rulesOf(running).keys()) this.times.set(uuid, { created: start, modified: start });
  }

  /** Makes everything older, as if so much time had passed. */
  age(seconds: number): void {
    this.start -= seconds;
    for (const time of this.times.values()) {
      time.created -= seconds;
      time.modified -= seconds;
    }
  }

  /** Default rules are there from the start. */
  of(rule: XmlElement): RuleTime {
    return this.times.get(rule.attributes["uuid"] ?? "") ?? { created: this.start, modified: this.start };
  }

  /** Notes what a new running configuration has that the old one had not. */
  changed(before: XmlElement, after: XmlElement, at = now()): void {
    const old = rulesOf(before);
    for (const [uuid, rule] of rulesOf(after)) {
      const known = this.times.get(uuid);
      const previous = old.get(uuid);
      if (!known) this.times.set(uuid, { created: at, modified: at });
      else if (!previous || print(previous) !== print(rule)) known.modified = at;
    }
  }
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

function rulesOf(config: XmlElement): Map<string, XmlElement> {
  const found = new Map<string, XmlElement>();
  for (const device of config.child("devices")?.entries() ?? []) {
    for (const vsys of device.child("vsys")?.entries() ?? []) {
      for (const rulebase of vsys.child("rulebase")?.children ?? []) {
        for (const rule of rulebase.child("rules")?.entries() ?? []) {
          const uuid = rule.attributes["uuid"];
          if (uuid !== undefined) found.set(uuid, rule);
        }
      }
    }
  }
  return found;
}
