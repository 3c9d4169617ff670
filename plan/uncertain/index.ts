/**
 * What stays on a firewall because AWS was not read in full: unknown is neither open nor gone. What would be declared if all
 * that is unknown led to the firewall is held against what it has.
 */
import type { PolicyContent } from "../../declaration/declaration";
import { compareTexts } from "../../lib/order";
import type { Inventory } from "../../inventory/types";
import { isReadInPart, notRead } from "../../mapping/not-read";
import type { FirewallSettings, Settings } from "../../settings/types";
import { openedText } from "../accounts/as-made";
import { withObjectsOf } from "../accounts/keep";
import { withEntriesOfToday } from "../accounts/permitted";
import type { OnFirewall } from "../on-firewall";
import type { FirewallState } from "../state";
import { possibleOn } from "./possible";
import { stayingRegistered, united, type Registrations } from "./registered";
import { isBeside, uncertainRules } from "./rules";
import { registeredTexts, rulesText } from "./texts";

/** What is to be declared, with what stays. */
export interface WithUncertain {
  content: PolicyContent;
  /** With what stays registered. */
  registered: (known: Registrations | undefined) => Registrations | undefined;
  /** Whether anything is behind the firewall; or may be that the firewall has rules for. */
  mayProtect: () => boolean;
  /** One sentence each. */
  warnings: string[];
}

/** @param needed what is known to be needed, of a policy as the firewall takes it */
export function withUncertain(
  needed: PolicyContent,
  asked: OnFirewall["asked"],
  inventory: Inventory,
  state: FirewallState,
  firewall: FirewallSettings,
  guardrails: Settings["guardrails"],
): WithUncertain {
  const isProtecting = asked.protectedInterfaces.length > 0;
  const known: WithUncertain = {
    content: needed,
    registered: (registrations) => registrations,
    mayProtect: () => isProtecting,
    warnings: [],
  };
  if (!isReadInPart(inventory, firewall.mapping)) return known;
  const { ownerId, destinations } = firewall.mapping;
  const possible = possibleOn(inventory, state, firewall, guardrails);
  const addressGroups = withEntriesOfToday(state.running.objects.addressGroups, inventory, ownerId);
  const running = { ...state.running.objects, addressGroups };
  const { staying, opened } = uncertainRules(needed.rules, possible, running, firewall.mapping);
  const registrations = destinations === "dynamic" ? stayingRegistered(asked, possible, state) : {};
  const mayProtect = () => isProtecting || possible().areBehind([...running.rules.keys()]);
  const warnings = opened.length === 0 ? [] : [openedText(opened)];
  if (staying.length === 0 && Object.keys(registrations).length === 0)
    return { ...known, mayProtect, warnings };
  const reasons = notRead(inventory, firewall.mapping);
  const names = new Set(staying.map(({ rule }) => rule.name));
  const added = needed.rules.filter(({ name }) => !names.has(name));
  const rules = [
    ...added.filter(
      (rule) => running.rules.has(rule.name) || !staying.some((each) => isBeside(rule, each.rule)),
    ),
    ...staying.map(({ rule }) => rule),
  ];
  const dynamic = staying.length === 0 ? [] : possible().content.addressGroups.filter(isDynamic);
  const declared = new Set(needed.addressGroups.map(({ name }) => name));
  const groups = [...needed.addressGroups, ...dynamic.filter(({ name }) => !declared.has(name))];
  return {
    content: withObjectsOf(
      rules.sort((a, b) => compareTexts(a.name, b.name)),
      { services: needed.services, addressGroups: groups },
      running,
      ownerId,
    ),
    registered: (others) => united(others, registrations),
    mayProtect,
    warnings: [
      ...(staying.length === 0 ? [] : [rulesText(staying, reasons)]),
      ...registeredTexts(registrations, reasons),
      ...warnings,
    ],
  };
}

function isDynamic(group: PolicyContent["addressGroups"][number]): boolean {
  return "filter" in group;
}
