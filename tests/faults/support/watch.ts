import { isRuleName, isServiceName } from "../../../mapping/names";
import { ruleFrom, serviceFrom, tagFrom } from "../../../panos/entries";
import { containerXpath, vsysXpath } from "../../../panos/location";
import { entries, parseXml, type XmlElement } from "../../../panos/xml";
import { differences } from "../../../provider/declaration";
import { ruleHash, serviceHash, tagHash } from "../../../provider/content";
import type { Declaration } from "../../../provider/inputs";
import type { FiredFault, Job, RequestRecord, Simulator } from "../../../simulator";
import { isWrite } from "../../support/lab";
import { OWNER, TAG } from "./program";

export const ADMINISTRATOR = "aws-panos";
const CLEANUP = "cleanup";
const VSYS = { vsys: "vsys1" };
const CONTAINERS = {
  rules: containerXpath(VSYS, "rules"),
  service: containerXpath(VSYS, "service"),
  tag: containerXpath(VSYS, "tag"),
  address: `${vsysXpath(VSYS)}/address`,
};

export type Place = keyof typeof CONTAINERS;

/** What another administrator does with one entry of their own. */
export interface Edit {
  place: Place;
  name: string;
  /** Its XML from then on; undefined: it is removed. */
  entry?: string;
}

/** Others' entries by place and name, as text. */
type Theirs = Map<string, string>;

interface Configuration {
  theirs: Theirs;
  ours: Declaration;
  /** Our rules that stand below the cleanup rule. */
  below: string[];
}

/** A configuration's entries, sorted by whose they are. */
function configuration(firewall: Simulator, which: "candidate" | "running"): Configuration {
  const theirs: Theirs = new Map();
  const ours: Declaration = { rules: {}, services: {}, tags: {} };
  const below: string[] = [];
  let isBelow = false;
  for (const [place, xpath] of Object.entries(CONTAINERS) as [Place, string][]) {
    const text = firewall[which](xpath);
    if (text === "") continue;
    const order: string[] = [];
    for (const [name, entry] of entries(parseXml(text))) {
      if (place === "rules" && name === CLEANUP) isBelow = true;
      if (place === "rules" && isRuleName(name) && tagsOf(entry).includes(TAG)) {
        ours.rules[name] = ruleHash(ruleFrom(entry));
        if (isBelow) below.push(name);
      } else if (place === "service" && isServiceName(name, OWNER)) {
        ours.services[name] = serviceHash(serviceFrom(entry));
      } else if (place === "tag" && name === TAG) ours.tags[name] = tagHash(tagFrom(entry));
      else {
        theirs.set(`${place}/${name}`, textOf(entry));
        order.push(name);
      }
    }
    if (place === "rules") theirs.set("the order of rules", order.join(" "));
  }
  return { theirs, ours, below };
}

function tagsOf(entry: XmlElement): string[] {
  return ruleFrom(entry).tag;
}

/** An entry as its owner wrote it: without what the device adds. */
function textOf({ name, attributes, children, text }: XmlElement): string {
  return JSON.stringify([name, { ...attributes, uuid: "" }, text, children.map(textOf)]);
}

/** Edits entries as a device does: what is new comes last. */
function edited(before: Theirs, { place, name, entry }: Edit): Theirs {
  const after = new Map(before);
  const key = `${place}/${name}`;
  if (entry === undefined) after.delete(key);
  else after.set(key, textOf(parseXml(entry)));
  if (place === "rules") {
    const order = (before.get("the order of rules") ?? "")
      .split(" ")
      .filter((other) => other !== name || entry);
    if (entry !== undefined && !order.includes(name)) order.push(name);
    after.set("the order of rules", order.join(" "));
  }
  return after;
}

/** What a stack declares now and what it has declared since its last success. */
export interface Declared {
  now: Declaration;
  since: Declaration[];
}

/**
 * Watches a firewall through everything that happens to it, and notes what must never be: others' entries that are
 * not as their owners left them, rules of ours below the cleanup rule, half a revision in running.
 */
export class Watch {
  readonly violations: string[] = [];
  /** What others have made of their own entries, in either configuration. */
  private theirs: { candidate: Theirs; running: Theirs };
  private ours: Declaration;
  private readonly shipped = new Map<number, { theirs: Theirs; declared: Declaration }>();
  /** Rules of ours that somebody else has changed. */
  readonly tampered = new Set<string>();

  /**
   * @param declared what our stack declares at that moment
   * @param edits what the faults do that are edits, by their names
   */
  constructor(
    readonly firewall: Simulator,
    private readonly declared: () => Declared,
    private readonly edits: ReadonlyMap<string, readonly Edit[]>,
  ) {
    const running = configuration(firewall, "running");
    this.theirs = { candidate: configuration(firewall, "candidate").theirs, running: running.theirs };
    this.ours = running.ours;
    firewall.on("job", (job: Job) => this.job(job));
    firewall.on("request", (request: RequestRecord) => this.request(request));
    firewall.on("fault", (fault: FiredFault) => this.fault(fault));
    firewall.on("restarted", () => this.restarted());
  }

  /** Notes what is wrong now, in either configuration. */
  look(): void {
    this.compareTheirs("running", configuration(this.firewall, "running"));
    this.compareTheirs("candidate", configuration(this.firewall, "candidate"));
  }

  /** How a configuration's part of ours differs from what is declared. */
  differences(which: "candidate" | "running"): string[] {
    const { ours, below } = configuration(this.firewall, which);
    return [
      ...differences(this.declared().now, ours, new Set()),
      ...below.map((name) => `rule ${name} is below the cleanup rule`),
    ];
  }

  /** The peer of a pair has sent its running configuration. */
  synchronizedFrom(peer: Watch): void {
    this.theirs = { candidate: peer.theirs.running, running: peer.theirs.running };
    this.ours = peer.ours;
  }

  /** Somebody has changed entries of their own. */
  edited(edits: readonly Edit[]): void {
    for (const edit of edits) {
      if (edit.place === "rules" && isRuleName(edit.name)) this.tampered.add(edit.name);
      else this.theirs.candidate = edited(this.theirs.candidate, edit);
    }
  }

  private fault({ fault, note }: FiredFault): void {
    // An edit that was refused is noted so; one whose commit was refused has happened.
    if (note?.startsWith("the edit was refused") === true) return;
    this.edited(this.edits.get(fault) ?? []);
  }

  private restarted(): void {
    this.theirs.candidate = this.theirs.running;
    this.look();
  }

  private request(request: RequestRecord): void {
    if (request.admin !== ADMINISTRATOR || !isWrite(request)) return;
    const { below } = configuration(this.firewall, "candidate");
    this.note(
      below.filter((name) => !this.tampered.has(name)),
      (name) => `rule ${name} was below the cleanup rule in the candidate`,
    );
  }

  private job({ id, type, user, status, result }: Job): void {
    if (type !== "Commit") return;
    if (status === "PEND") {
      this.shipped.set(id, { theirs: this.theirs.candidate, declared: this.declared().now });
    }
    const shipped = this.shipped.get(id);
    if (status !== "FIN" || result !== "OK" || shipped === undefined) return;
    const now = configuration(this.firewall, "running");
    if (user === ADMINISTRATOR) {
      this.note(
        differences(shipped.declared, now.ours, new Set()),
        (difference) => `our commit ${id} shipped part of a revision: ${difference}`,
      );
    } else {
      this.theirs.running = shipped.theirs;
      this.othersCommit(id, now.ours);
    }
    this.compareTheirs("running", now);
    this.note(
      now.below.filter((name) => !this.tampered.has(name)),
      (name) => `rule ${name} was below the cleanup rule in running`,
    );
    this.ours = now.ours;
  }

  /** Somebody's commit of everything may bring declared additions and changes forward, or a whole revision. */
  private othersCommit(id: number, now: Declaration): void {
    const { now: current, since } = this.declared();
    if (differences(current, now, new Set()).length === 0) return;
    const names = new Set([...Object.keys(this.ours.rules), ...Object.keys(now.rules)]);
    for (const name of names) {
      const content = now.rules[name];
      if (this.tampered.has(name) || content === this.ours.rules[name]) continue;
      if (content === undefined)
        this.violations.push(`somebody's commit ${id} shipped the removal of ${name} alone`);
      else if (!since.some(({ rules }) => rules[name] === content))
        this.violations.push(`somebody's commit ${id} shipped ${name} as nobody declared it`);
    }
  }

  private compareTheirs(which: "candidate" | "running", { theirs }: Configuration): void {
    const expected = this.theirs[which];
    const names = new Set([...expected.keys(), ...theirs.keys()]);
    this.note(
      [...names].filter((name) => expected.get(name) !== theirs.get(name)),
      (name) =>
        `${name} of others is not as its owner left it in ${which}: ` +
        `${theirs.get(name) ?? "absent"} instead of ${expected.get(name) ?? "absent"}`,
    );
  }

  private note(wrong: readonly string[], sentence: (one: string) => string): void {
    this.violations.push(...wrong.map(sentence));
  }
}
