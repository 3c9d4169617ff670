import type { PanosClient } from "./client";
import { escapeXml, find, textAt } from "./xml";

/** How often a device has used a rule of its running policy. */
export interface HitCount {
  rule: string;
  count: number;
  /** Seconds since 1970; undefined: not since it counts. */
  lastHit: number | undefined;
  /** Since when it counts: the rule's making, or the last reset; seconds since 1970, undefined where it doesn't say. */
  since: number | undefined;
}

/**
 * Reads the hit counts of all security rules of the client's vsys. Each member of an HA pair counts for itself.
 * @throws PanosError, also where the device doesn't know the command
 */
export async function hitCounts(client: PanosClient): Promise<HitCount[]> {
  const { result } = await client.op(
    `<show><rule-hit-count><vsys><vsys-name><entry name='${escapeXml(client.connection.vsys)}'><rule-base>` +
      "<entry name='security'><rules><all/></rules></entry></rule-base></entry></vsys-name></vsys></rule-hit-count></show>",
    true,
  );
  const rules =
    find(result, "rule-hit-count", "vsys", "entry", "rule-base", "entry", "rules")?.children ?? [];
  return rules.flatMap((entry): HitCount[] => {
    const rule = entry.attributes["name"];
    const count = textAt(entry, "hit-count");
    if (rule === undefined || !/^\d+$/.test(count)) return [];
    const moment = (name: string) => {
      const seconds = Number(textAt(entry, name));
      return Number.isSafeInteger(seconds) && seconds > 0 ? seconds : undefined;
    };
    const since = [moment("last-reset-timestamp"), moment("rule-creation-timestamp")].flatMap(
      (each) => each ?? [],
    );
    return [
      {
        rule,
        count: Number(count),
        lastHit: moment("last-hit-timestamp"),
        since: since.length > 0 ? Math.max(...since) : undefined,
      },
    ];
  });
}
