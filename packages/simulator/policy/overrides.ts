import type { References } from "../schema/references";
import type { XmlElement } from "../xml/element";
import { addressesTake } from "./match";
import type { Flow } from "./match";
import { portRanges } from "./ports";
import { addressSet } from "./rules";

const NUMBERS: Record<string, number> = { tcp: 6, udp: 17 };

/** What the first of the application overrides that takes a flow calls it, whatever is in it; undefined where none does. */
export function overridingApplication(
  rules: readonly XmlElement[],
  flow: Flow,
  references: References,
): string | undefined {
  return rules.find((rule) => overrides(rule, flow, references))?.value("application");
}

function overrides(rule: XmlElement, flow: Flow, references: References): boolean {
  const isOf = (side: "from" | "to", zone: string | undefined): boolean =>
    zone === undefined || rule.members(side).some((name) => name === "any" || name === zone);
  const has = (side: "source" | "destination"): boolean =>
    addressesTake(
      addressSet(rule.members(side), rule.value(`negate-${side}`) === "yes", references),
      flow[side],
    );
  const ports = portRanges(rule.value("port") ?? "") ?? [];
  return (
    rule.value("disabled") !== "yes" &&
    NUMBERS[rule.value("protocol") ?? ""] === flow.protocol &&
    ports.some(({ low, high }) => low <= flow.port && flow.port <= high) &&
    isOf("from", flow.from) &&
    isOf("to", flow.to) &&
    has("source") &&
    has("destination")
  );
}
