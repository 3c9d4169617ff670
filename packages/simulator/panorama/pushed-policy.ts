import { createHash } from "node:crypto";
import { objects } from "../schema/objects";
import type { Sent, Side } from "../pushed/pushed";
import { element, XmlElement } from "../xml/element";
import { print } from "../xml/print";
import { sources } from "./groups";
import type { Member } from "./groups";
import type { PushRequest } from "./push-request";
import { templateFor } from "./templates";

/** A policy as it is sent, and the sum that tells it from another. */
interface Policy {
  policy: string;
  sum: string;
}

/** What configurations of Panorama have for its firewalls: made once for all that get the same. */
export class Policies {
  private readonly made = new WeakMap<XmlElement, Map<string, Policy>>();

  of(config: XmlElement, member: Member): Policy {
    const made = this.made.get(config) ?? new Map<string, Policy>();
    this.made.set(config, made);
    // Rules for certain firewalls alone are what members of a group differ by.
    const key = hasTargets(config, member.group) ? keyOf(member) : member.group;
    let known = made.get(key);
    if (!known) {
      const policy = policyFor(config, member)
        .map((part) => print(part))
        .join("");
      made.set(key, (known = { policy, sum: md5(policy) }));
    }
    return known;
  }

  /** What a push of these parts sends to a member. */
  sent(config: XmlElement, member: Member, parts: PushRequest["parts"]): Sent {
    return {
      policy: parts.has("policy") ? this.of(config, member).policy : undefined,
      template: parts.has("template") ? templateFor(config, member.serial) : undefined,
    };
  }
}

/** What tells a member from every other. */
export function keyOf({ serial, vsys, group }: Member): string {
  return `${group}\n${serial}\n${vsys}`;
}

function hasTargets(config: XmlElement, group: string): boolean {
  return sources(config, group).some(({ node }) =>
    (["pre-rulebase", "post-rulebase"] as const).some((side) =>
      (node.child(side)?.children ?? []).some((kind) =>
        (kind.child("rules")?.entries() ?? []).some((rule) => rule.child("target") !== undefined),
      ),
    ),
  );
}

/**
 * What a configuration of Panorama has for one firewall: the rules of shared, of the groups above and of its own, in
 * the order in which they are evaluated, without those that are disabled or for other firewalls, and the objects in
 * reach, the nearest of a name. Each entry says in `loc` who wrote it.
 */
function policyFor(config: XmlElement, { serial, vsys, group }: Member): XmlElement[] {
  const places = sources(config, group);
  const rulebase = (side: Side): XmlElement => {
    const order = side === "pre-rulebase" ? places.toReversed() : places;
    const kinds = new Set(
      order.flatMap(({ node }) => node.child(side)?.children.map(({ tag }) => tag) ?? []),
    );
    const made = new XmlElement(side);
    for (const kind of kinds) {
      const entries = order.flatMap(({ loc, node }) =>
        (node.at(side, kind, "rules")?.entries() ?? []).map((rule) => ({ loc, rule })),
      );
      const rules = element("rules");
      const isDefaults = kind === "default-security-rules";
      for (const { loc, rule } of entries) {
        if (isDefaults && rules.entry(rule.name ?? "")) continue;
        if (rule.value("disabled") !== "yes" && isFor(rule, serial, vsys)) rules.add(sent(rule, loc));
      }
      if (rules.children.length > 0) made.add(element(kind, rules));
    }
    return made;
  };
  return [rulebase("pre-rulebase"), rulebase("post-rulebase"), ...objectsIn(places)].filter(
    ({ children }) => children.length > 0,
  );
}

function objectsIn(places: readonly { loc: string; node: XmlElement }[]): XmlElement[] {
  return Object.keys(objects).flatMap((home) => {
    const container = new XmlElement(home);
    for (const { loc, node } of places) merge(container, node.child(home), loc);
    return container.children.length > 0 ? [container] : [];
  });
}

/** Adds what a place has, unless a nearer one has it. */
function merge(to: XmlElement, from: XmlElement | undefined, loc: string): void {
  for (const child of from?.children ?? []) {
    if (child.tag === "entry") {
      if (!to.entry(child.name ?? "")) to.add(sent(child, loc));
      continue;
    }
    // log-settings/profiles and profiles/virus are containers in a container.
    const inner = to.child(child.tag) ?? to.add(new XmlElement(child.tag));
    merge(inner, child, loc);
  }
}

function sent(entry: XmlElement, loc: string): XmlElement {
  const copy = entry.clone();
  for (const tag of ["target", "disable-override"]) {
    const own = copy.child(tag);
    if (own) copy.remove(own);
  }
  for (const node of copy.descendants()) node.dirty = undefined;
  copy.attributes = { ...copy.attributes, loc };
  return copy;
}

/** Whether a rule's target has a firewall; no target, or one that names nobody, is everybody. */
function isFor(rule: XmlElement, serial: string, vsys: string): boolean {
  const target = rule.child("target");
  const devices = target?.child("devices")?.entries() ?? [];
  if (!target || devices.length === 0) return true;
  const device = devices.find(({ name }) => name === serial);
  const slots = device?.child("vsys")?.entries() ?? [];
  const isNamed = device !== undefined && (slots.length === 0 || slots.some(({ name }) => name === vsys));
  return isNamed !== (target.value("negate") === "yes");
}

/** As Panorama compares what it has with what a firewall has. */
function md5(policy: string): string {
  return createHash("md5").update(policy).digest("hex");
}
