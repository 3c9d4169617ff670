/** Watches the firewalls of a device group, and what happens between them and Panorama. */
import { foundDeclaration, type Declaration } from "../../../declaration/declaration";
import { differences } from "../../../declaration/differences";
import { objectsIn } from "../../../declaration/objects";
import { startPanorama, type Job, type PanoramaLab, type PanoramaOptions } from "../../../packages/simulator";
import { groupLocation, type DeviceGroup } from "../../../panos/location";
import { entries, find, parseXml } from "../../../panos/xml";
import { groupRules } from "../../support/rules";
import { firewallConfig, ruleEntry } from "../../support/lab";
import { Configuration, isOurs, isTampering, textOf, type Edit } from "./configuration";
import { CLEANUP, OWNER } from "./program";
import { ADMINISTRATOR } from "./watch";

const GROUP: DeviceGroup = { deviceGroup: "cloud", rulebase: "pre-rulebase" };
export const FLEET = groupLocation(GROUP);

/** A Panorama with two firewalls, the second one in a device group below the first one's. */
export function startLab(options: PanoramaOptions): Promise<PanoramaLab> {
  const rules = [
    ruleEntry("partners", { source: "198.51.100.77", application: "ssl" }),
    ruleEntry("deny-telnet", { application: "telnet", action: "deny" }),
  ];
  return startPanorama({
    ...options,
    firewalls: 2,
    firewall: { config: firewallConfig() },
    groups: ([first = "", second = ""]) => [
      { name: "cloud", serials: [first], content: groupRules(rules) },
      { name: "cloud-eu", parent: "cloud", serials: [second] },
    ],
  });
}

/** What a firewall holds of the device group. */
interface Held {
  ours: Declaration;
  /** Others' entries, as text. */
  theirs: string;
}

/**
 * Notes what must never be on a firewall: a part of a revision, once its push has ended, and what others have committed
 * and our push has taken along.
 */
export class FleetWatch {
  private readonly noted: string[] = [];
  /** What Panorama has run of ours, so far. */
  private readonly revisions: Promise<Declaration>[];
  private readonly theirs = new Map<string, string>();
  private readonly tampered = new Set<string>();
  private readonly under: Promise<unknown>[] = [];

  constructor(
    readonly lab: PanoramaLab,
    start: Declaration,
  ) {
    this.revisions = [Promise.resolve(start)];
    for (const panorama of lab.pair ? [lab.pair.first, lab.pair.second] : [lab.panorama])
      panorama.on("job", ({ type, status, result }: Job) => {
        if (type === "Commit" && status === "FIN" && result === "OK")
          this.revisions.push(new Configuration(panorama, "running", FLEET).ours());
      });
    for (const [serial, firewall] of lab.firewalls) {
      this.theirs.set(serial, this.held(serial).theirs);
      firewall.on("job", (job: Job) => this.pushed(serial, job));
    }
  }

  /** Somebody else edits entries. */
  edited(edits: readonly Edit[]): void {
    for (const edit of edits) if (isTampering(edit)) this.tampered.add(edit.name);
  }

  /** Something that goes on beside a run. */
  beside(work: Promise<unknown>): void {
    this.under.push(work.catch(() => undefined));
  }

  get isQuiet(): boolean {
    return [...this.lab.firewalls.values()].every(({ jobs }) => jobs.every(({ status }) => status === "FIN"));
  }

  async mend(): Promise<void> {
    for (const serial of this.lab.serials) this.lab.connect(serial);
    this.lab.clearPlans();
    await Promise.all(this.under);
  }

  async violations(): Promise<string[]> {
    await Promise.all(this.under);
    return this.noted;
  }

  /** Requires that every firewall holds what is declared. */
  async requireHeld(declared: Declaration, when: string): Promise<void> {
    await Promise.all(this.revisions);
    for (const serial of this.lab.serials)
      for (const difference of differences(declared, this.held(serial).ours, this.tampered))
        this.noted.push(`${when} ${difference} on ${serial}`);
  }

  async close(): Promise<void> {
    await Promise.all(this.under);
    await Promise.all([...this.lab.firewalls.values()].map((firewall) => firewall.stop()));
  }

  private held(serial: string): Held {
    const entry = parseXml(`<entry>${this.lab.pushedPolicy(serial)}</entry>`);
    const ours = foundDeclaration(OWNER, { before: CLEANUP }, objectsIn(entry, undefined, GROUP));
    const rules = [...entries(find(entry, GROUP.rulebase, "security", "rules")).values()];
    const objects = entry.children
      .filter(({ name }) => !name.endsWith("rulebase"))
      .flatMap((container) => [...entries(container).values()]);
    const others = [...rules, ...objects].filter(({ attributes: { name = "" } }) => !isOurs(name));
    return { ours, theirs: others.map(textOf).join("\n") };
  }

  private pushed(serial: string, { type, status, result, user, id }: Job): void {
    if (type !== "CommitAll" || status !== "FIN" || result !== "OK") return;
    const { ours, theirs } = this.held(serial);
    const before = this.theirs.get(serial);
    this.theirs.set(serial, theirs);
    if (user === `Panorama-${ADMINISTRATOR}` && theirs !== before)
      this.noted.push(`our push ${id} to ${serial} took along others' entries: ${before}\nbecame ${theirs}`);
    this.beside(
      Promise.all(this.revisions).then((all) => {
        const parts = all.map((revision) => differences(revision, ours, this.tampered));
        if (parts.every((part) => part.length > 0))
          this.noted.push(
            `push ${id} by ${user} left part of a revision on ${serial}: ${parts.at(-1)!.join("; ")}`,
          );
      }),
    );
  }
}
