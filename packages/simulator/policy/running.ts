import { References } from "../schema/references";
import type { RegisteredIps } from "../userid/registered";
import type { XmlElement } from "../xml/element";
import type { Content } from "./content";
import { takes } from "./match";
import type { Flow } from "./match";
import { overridingApplication } from "./overrides";
import { policyRules } from "./rules";

/** What of a firewall decides on its traffic. */
interface Running {
  readonly running: XmlElement;
  readonly content: Content;
  registeredIps(vsys: string): RegisteredIps;
  vsys(config: XmlElement, name: string): XmlElement | undefined;
}

/** What names in the running policy of a vsys stand for, with the addresses that are registered now. */
export function runningReferences(firewall: Running, vsys: string): References {
  const registered = (fits: (tags: ReadonlySet<string>) => boolean): string[] =>
    firewall.registeredIps(vsys).matching(fits);
  return new References(firewall.running, vsys, registered, firewall.content);
}

/** The running rule that takes a flow, and its action; a default rule where no other one does. */
export function firstMatch(firewall: Running, vsys: string, flow: Flow): { rule: string; action: string } {
  const scope = firewall.vsys(firewall.running, vsys);
  const references = runningReferences(firewall, vsys);
  const application = scope && overridingApplication(scope, flow, references);
  const seen = application === undefined ? flow : { ...flow, application };
  const rule = scope && policyRules(scope, references).find((each) => takes(each, seen, references));
  if (rule) return { rule: rule.name, action: rule.action };
  const name = flow.from === flow.to ? "intrazone-default" : "interzone-default";
  const overridden = scope?.at("rulebase", "default-security-rules", "rules", `entry:${name}`);
  return {
    rule: name,
    action: overridden?.value("action") ?? (name === "intrazone-default" ? "allow" : "deny"),
  };
}
