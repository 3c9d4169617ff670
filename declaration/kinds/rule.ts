import { addressSet, asSet, ruleFrom, ruleXml, type FoundRule } from "../../panos/entries";
import type { SecurityRule } from "../../panos/policy";
import { hash, spaced } from "../hashes";
import { isQuarantineRuleName, isRuleName } from "../names";
import { byTag, type Kind } from "./kind";

/** A security rule. */
export const rule: Kind<SecurityRule, FoundRule> = {
  noun: "rule",
  object: "rule",
  container: "rules",
  resource: { type: "SecurityRule", module: "rule" },
  uses: {
    service: ["services"],
    application: ["applications"],
    source: ["addresses", "addressGroups"],
    destination: ["addresses", "addressGroups"],
    tag: ["tags"],
  },
  isOurName: (name, ownerId) => isRuleName(name) || isQuarantineRuleName(name, ownerId),
  ...byTag,
  xml: ruleXml,
  from: ruleFrom,
  hash: ruleHash,
  says: ({ source, destination, application, service }) => [source, destination, application, service].flat(),
};

/** A hash of what a rule says; order, case and duplicates that mean nothing to PAN-OS don't change it. */
export function ruleHash(rule: SecurityRule | FoundRule): string {
  return hash([
    rule.name,
    spaced(rule.description),
    asSet(rule.tag),
    asSet(rule.from),
    asSet(rule.to),
    addressSet(rule.source),
    addressSet(rule.destination),
    asSet(rule.application),
    asSet(rule.service),
    rule.action,
    rule.profileGroup ?? "",
    rule.logSetting ?? "",
    "extras" in rule ? rule.extras : rule.logStart === true ? ["log-start: yes"] : [],
  ]);
}
