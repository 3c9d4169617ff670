import { capacityFaults, type Capacity } from "../policy/capacity";
import { faultsOf } from "../commit/validate";
import type { Content } from "../policy/content";
import { element } from "../xml/element";
import type { XmlElement } from "../xml/element";
import { duplicates } from "./duplicates";
import { evaluatedRules } from "./evaluated";
import type { Pushed } from "./pushed";
import { withTemplate } from "./template";

interface Device {
  capacity: Capacity;
  running: XmlElement;
  content: Content;
  pushed: Pushed;
  template?: XmlElement | undefined;
}

/**
 * What a firewall finds wrong in what Panorama pushes to it, as the lines of its own job: names that it has itself in
 * the same scope, zones and profiles that it hasn't.
 * @param next everything that would then be pushed to it
 * @param template what a template would then give it
 */
export function pushFaults(device: Device, next: Pushed, template = device.template): string[] {
  const known = new Set(invalid(device));
  const { running: config, pushed } = device;
  const lines = [
    ...capacityFaults({ config, pushed: next }, { config, pushed }, device.capacity),
    ...duplicates(device.running, next),
    ...invalid({
      running: device.running,
      content: device.content,
      template,
      pushed: next,
    }).flatMap((line) => (known.has(line) ? [] : [` ${line}`])),
  ];
  return lines.length === 0
    ? []
    : ["Validation Error:", ...lines, "client device phase 1 failure", "Commit failed"];
}

/** What is wrong in everything that the firewall evaluates, its own and what was pushed. */
function invalid({ running, content, pushed, template }: Omit<Device, "capacity">): string[] {
  const folded = withTemplate(running, template).clone();
  for (const scope of folded.child("devices")?.entries()[0]?.child("vsys")?.entries() ?? []) {
    const rules = evaluatedRules(pushed, scope.name ?? "", scope).map((rule) => rule.clone());
    const rulebase = scope.child("rulebase") ?? scope.add(element("rulebase"));
    const security = rulebase.child("security") ?? rulebase.add(element("security"));
    const own = security.child("rules");
    if (own) security.remove(own);
    security.add(element("rules", ...rules));
  }
  return faultsOf(folded, { content, pushed }).map(({ line }) => line);
}
