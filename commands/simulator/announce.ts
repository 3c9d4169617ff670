import type { HaPair, PanoramaLab, Simulator } from "../../packages/simulator";

/** What the command can start: a firewall, a pair of them, or Panorama with its own. */
export type Running = Simulator | HaPair | PanoramaLab;

/** Says where each of them listens. */
export function announce(running: Running, say: (text: string) => void): void {
  for (const [which, { url, httpUrl }] of namesOf(running)) {
    say(`PAN-OS simulator${which}: XML API on ${url}/api/ (self-signed certificate) and ${httpUrl}/api/`);
    say(`Rulebase and jobs to look at: ${httpUrl}/`);
  }
}

function namesOf(running: Running): (readonly [string, Simulator])[] {
  if ("first" in running) {
    const { first, second } = running;
    return [
      [", the first firewall of an HA pair", first],
      [", the second one", second],
    ];
  }
  if (!("panorama" in running)) return [["", running]];
  const { panorama, pair, firewalls } = running;
  const behind = [...firewalls].map(([serial, each]) => [`, its firewall ${serial}`, each] as const);
  if (pair === undefined) return [[", a Panorama", panorama], ...behind];
  return [[", the first Panorama of an HA pair", panorama], [", the second one", pair.second], ...behind];
}
