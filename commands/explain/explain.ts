import { firewallSays, type FirewallSays } from "../../review/explain/firewall";
import { explainPacket } from "../../review/explain/packet";
import { meetingOf } from "../../review/explain/packets";
import { askedPacket } from "../../review/explain/question";
import { tree, type Explanation } from "../../review/explain/reason";
import { explainRule } from "../../review/explain/rule";
import { viewOf, type View } from "../../review/explain/view";
import { outsidePulumi, readInventory, readSnapshot } from "../../inventory";
import type { Inventory } from "../../inventory/types";
import { withApplicationShift } from "../../mapping/application-shift";
import { alreadyAllowed } from "../../mapping/coverage";
import { throughNat } from "../../mapping/nat";
import { withOverrides } from "../../mapping/overrides";
import { addressesOfInterfaces } from "../../mapping/routing";
import { withFreeNames } from "../../mapping/taken-names";
import type { PanosClient } from "../../panos/client";
import { PanosError } from "../../panos/error";
import { openActive } from "../../panos/ha";
import type { Rulebase } from "../../panos/policy";
import { readRulebases } from "../../panos/rulebase";
import { type FirewallSettings, type Settings } from "../../settings/index";
import { hasKey, openedSettings } from "../../settings/offline";
import { command, lines, UsageError, type GivenTo } from "../framework";
import { findCli } from "../pulumi";
import { questionIn, type Question } from "./question";
import { explainTable } from "./table";
import { withWaiting } from "../../plan/waiting";

type NotAsked = Extract<FirewallSays, { asked: false }>;

/** It was asked for its rules; no packet was in question. */
type RulesAsked = { asked: true } | NotAsked;

type Given = GivenTo<typeof explainTable>;

export const explain = command(explainTable, async (given, { output, errors, folder, environment }) => {
  const say = lines(output);
  const question = questionIn(given);
  const { settings, firewall, closed } = await settingsOf(given, folder, environment);
  const inventory = await inventoryOf(given, settings);
  const { guardrails } = await withWaiting(settings, inventory, lines(errors));
  const view = viewOf(inventory, firewall.mapping, guardrails);
  const { explanation, says } = await answerTo(question, firewall, view, closed);
  if (given.json) say(JSON.stringify({ ...explanation, ...told(says) }, undefined, 2));
  else {
    const [answer, ...reasons] = tree(explanation).split("\n");
    const caveat = `(The firewall was not asked: ${says.asked ? "" : says.because}. This is what is declared.)`;
    say([answer, ...(says.asked ? [] : [caveat]), ...reasons].join("\n"));
  }
  return says.asked || !hasKey(firewall) ? "fine" : "failed";
});

function notAsked(closed: string | undefined): NotAsked {
  const because =
    closed === undefined
      ? "no key is given, in the environment or in the stack file"
      : `its key in the stack file can't be opened, because ${closed}`;
  return { asked: false, because };
}

/** What a program is told of the firewall's part. */
function told(says: FirewallSays | RulesAsked) {
  if (!says.asked) return { firewallAsked: false, firewall: { because: says.because } };
  if (!("how" in says)) return { firewallAsked: true };
  const { how, packet, rule, action, isOurs, unless } = says;
  return { firewallAsked: true, firewall: { how, packet, rule, action, isOurs, unless } };
}

async function answerTo(
  question: Question,
  firewall: FirewallSettings,
  view: View,
  closed: string | undefined,
): Promise<{ explanation: Explanation; says: FirewallSays | RulesAsked }> {
  const ask = <T>(work: (client: PanosClient, running: Rulebase) => Promise<T>): Promise<T | NotAsked> =>
    hasKey(firewall) ? withFirewall(firewall, view, work) : Promise.resolve(notAsked(closed));
  if ("rule" in question) {
    const says = await ask(() => Promise.resolve({ asked: true as const }));
    return { says, explanation: explainRule(view, question.rule) };
  }
  const says = await ask((client, running) => {
    const { packets, rules } = meetingOf(view, question);
    const packet = askedPacket(view, packets, rules);
    return firewallSays(client, running, packet, firewall.mapping.ownerId);
  });
  return { says, explanation: explainPacket(view, question, says) };
}

/**
 * Reads a firewall's rules, notes its NAT and what of ours its own rules allow already, and asks it more. One that can't be asked is no
 * reason not to say the rest.
 */
async function withFirewall<T>(
  firewall: FirewallSettings,
  view: View,
  ask: (client: PanosClient, running: Rulebase) => Promise<T>,
): Promise<T | NotAsked> {
  let client: PanosClient | undefined;
  try {
    client = await openActive(firewall.connection);
    const rulebases = await readRulebases(client);
    const inside = addressesOfInterfaces(view.inventory, view.policy.protectedInterfaces);
    view.untranslated = view.policy;
    const translated = throughNat(view.policy, rulebases, firewall.mapping, inside);
    const overridden = withOverrides(translated, rulebases, firewall.mapping.ownerId);
    const policy = withFreeNames(overridden, rulebases, firewall.mapping.ownerId);
    const options = { ...firewall.coverage, ownerId: firewall.mapping.ownerId };
    const found = alreadyAllowed(policy, rulebases, firewall.coverage);
    const shifted = withApplicationShift(policy, found, rulebases, options);
    [view.policy, view.coverage] = [shifted.policy, shifted.coverage];
    return await ask(client, rulebases.running);
  } catch (error) {
    if (!(error instanceof PanosError)) throw error;
    return { asked: false, because: error.message };
  } finally {
    await client?.close();
  }
}

async function settingsOf(
  { stack, firewall: name, inventory: snapshot }: Given,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ settings: Settings; firewall: FirewallSettings; closed?: string }> {
  const cli = findCli(environment);
  const { settings, ...rest } = await openedSettings(folder, stack, environment, { snapshot, cli });
  const names = settings.firewalls.map(({ declared }) => declared.name);
  const firewall = settings.firewalls.find(({ declared }) => declared.name === (name ?? names[0]));
  if (firewall === undefined || (name === undefined && names.length > 1)) {
    throw new UsageError([`say which firewall: --firewall with one of ${names.join(", ")}`]);
  }
  return { settings, firewall, ...rest };
}

/** What AWS has: where the stack's own way to ask doesn't work here, through EC2's API. */
function inventoryOf({ inventory: snapshot }: Given, { inventory }: Settings): Promise<Inventory> {
  if (snapshot !== undefined) return readSnapshot(snapshot);
  return readInventory(outsidePulumi(inventory));
}
