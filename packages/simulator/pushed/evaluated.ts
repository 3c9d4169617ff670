import type { XmlElement } from "../xml/element";
import type { Pushed } from "./pushed";

/** The rules of a kind as a vsys evaluates them: Panorama's before its own, and Panorama's behind them. */
export function evaluatedRules(
  pushed: Pushed,
  vsys: string,
  scope: XmlElement | undefined,
  kind = "security",
): XmlElement[] {
  return [
    ...pushed.rules(vsys, "pre-rulebase", kind),
    ...(scope?.at("rulebase", kind, "rules")?.entries() ?? []),
    ...pushed.rules(vsys, "post-rulebase", kind),
  ];
}

/** What a default rule does: as the vsys overrides it, else as Panorama does. */
export function defaultAction(
  pushed: Pushed,
  vsys: string,
  scope: XmlElement | undefined,
  name: "intrazone-default" | "interzone-default",
): string {
  const own = scope?.at("rulebase", "default-security-rules", "rules", `entry:${name}`);
  const overridden = own?.value("action") ?? pushed.defaultRule(vsys, name)?.value("action");
  return overridden ?? (name === "intrazone-default" ? "allow" : "deny");
}
