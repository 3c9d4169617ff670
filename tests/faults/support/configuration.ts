import { containerPath, vsysXpath, type Location } from "../../../panos/location";
import { child, entries, parseXml, type XmlElement } from "../../../panos/xml";
import { foundDeclaration } from "../../../declaration/declaration";
import type { Declaration } from "../../../declaration/declaration";
import { objectsIn } from "../../../declaration/objects";
import type { Simulator } from "../../../packages/simulator";
import { CLEANUP, OWNER, TAG } from "./program";

export const VSYS: Location = { vsys: "vsys1" };

/** Others' entries by place and name, as text; and the order of their rules. */
export type Theirs = ReadonlyMap<string, string>;

/** One of a firewall's configurations at one moment. */
export class Configuration {
  readonly theirs: Theirs;
  /** Our rules that stand below the cleanup rule. */
  readonly below: string[] = [];
  private readonly vsys: XmlElement;

  constructor(
    firewall: Simulator,
    which: "candidate" | "running",
    private readonly location = VSYS,
  ) {
    this.vsys = parseXml(firewall[which](vsysXpath(location)));
    const theirs = new Map<string, string>();
    const rulebase = this.at(containerPath(location, "rules").join("/"));
    const names = [...entries(rulebase).keys()];
    this.below = names.slice(names.indexOf(CLEANUP)).filter(isOurs);
    theirs.set(ORDER, names.filter((name) => !isOurs(name)).join(" "));
    for (const [place, container] of [["rules", rulebase] as const, ...this.containers()]) {
      for (const [name, entry] of entries(container)) {
        if (!isOurs(name)) theirs.set(`${place}/${name}`, textOf(entry));
      }
    }
    this.theirs = theirs;
  }

  /** What there is of our stack, as what it declares. */
  ours(): Promise<Declaration> {
    return Promise.resolve(
      foundDeclaration(OWNER, { before: CLEANUP }, objectsIn(this.vsys, undefined, this.location.panorama)),
    );
  }

  private at(path: string): XmlElement | undefined {
    return path.split("/").reduce<XmlElement | undefined>((at, name) => child(at, name), this.vsys);
  }

  private containers(): [string, XmlElement][] {
    return this.vsys.children
      .filter(({ name }) => !name.endsWith("rulebase") && name !== "devices")
      .map((container): [string, XmlElement] => [container.name, container]);
  }
}

const ORDER = "the order of rules";

/** Nobody else gives such a name here. */
export function isOurs(name: string): boolean {
  return name.startsWith("aws-sg-") || name.startsWith(`aws-${OWNER}-`) || name === TAG;
}

/** An entry as its owner wrote it: without what the device adds. */
export function textOf({ name, attributes, children, text }: XmlElement): string {
  return JSON.stringify([name, { ...attributes, uuid: "" }, text, children.map(textOf)]);
}

/** What somebody does with one entry. */
export interface Edit {
  /** "rules", or what the container of objects is called. */
  place: string;
  name: string;
  /** Its XML from then on; undefined: it is removed. */
  entry?: string;
}

/** Whether somebody else edits an entry of ours. */
export function isTampering({ name }: Edit): boolean {
  return isOurs(name);
}

/** Others' entries after an edit, as a device does it: what is new comes last. */
export function edited(before: Theirs, { place, name, entry }: Edit): Theirs {
  const after = new Map(before);
  if (entry === undefined) after.delete(`${place}/${name}`);
  else after.set(`${place}/${name}`, textOf(parseXml(entry)));
  if (place !== "rules") return after;
  const order = (before.get(ORDER) ?? "").split(" ").filter((other) => other !== name || entry !== undefined);
  return after.set(
    ORDER,
    [...order, ...(entry === undefined || order.includes(name) ? [] : [name])].join(" "),
  );
}
