import { References } from "../schema/references";
import type { Beside } from "../schema/references";
import type { RegisteredIps } from "../userid/registered";
import type { XmlElement } from "../xml/element";
import { defaultAction, evaluatedRules } from "../pushed/evaluated";
import type { Pushed } from "../pushed/pushed";
import { takes } from "./match";
import type { Flow } from "./match";
import { overridingApplication } from "./overrides";
import { policyRules } from "./rules";

/** What of a firewall decides on its traffic. */
interface Running extends Beside {
  readonly running: XmlElement;
  readonly pushed: Pushed;
  registeredIps(vsys: string): RegisteredIps;
  vsys(config: XmlElement, name: string): XmlElement | undefined;
}

/** What names in the running policy of a vsys stand for, with the addresses that are registered now. */
export function runningReferences(firewall: Running, vsys: string): References {
  const registered = (fits: (tags: ReadonlySet<string>) => boolean): string[] =>
    firewall.registeredIps(vsys).matching(fits);
  return new References(firewall.running, vsys, registered, firewall);
}

/** The running rule that takes a flow, and its action; a default rule where no other one does. */
export function firstMatch(firewall: Running, vsys: string, flow: Flow): { rule: string; action: string } {
  const scope = firewall.vsys(firewall.running, vsys);
  const references = runningReferences(firewall, vsys);
  const { pushed } = firewall;
  const overrides = evaluatedRules(pushed, vsys, scope, "application-override");
  const application = overridingApplication(overrides, flow, references);
  const seen = application === undefined ? flow : { ...flow, application };
  const rules = policyRules(evaluatedRules(pushed, vsys, scope), references);
  const rule = rules.find((each) => takes(each, seen, references));
  if (rule) return { rule: rule.name, action: rule.action };
  const name = flow.from === flow.to ? "intrazone-default" : "interzone-default";
  return { rule: name, action: defaultAction(pushed, vsys, scope, name) };
}
