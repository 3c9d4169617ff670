/** The answer to a question, from what AWS has and, where it can be asked, from what the firewall says. */
import { firewallsSay, type FirewallSays } from "../../review/explain/firewall";
import { explainPacket } from "../../review/explain/packet";
import { endProblem, meetingOf } from "../../review/explain/packets";
import { allOf, askedPacket } from "../../review/explain/question";
import type { Explanation } from "../../review/explain/reason";
import { explainRule } from "../../review/explain/rule";
import type { View } from "../../review/explain/view";
import type { FirewallSettings } from "../../settings/types";
import { refuse } from "../framework";
import { askWithKey, type NotAsked } from "./ask";
import type { Question } from "./question";

/** It was asked for its rules; no packet was in question. */
export type RulesAsked = { asked: true } | NotAsked;

/** Never fails because of the firewall. @throws UsageError where one end has several interfaces. @param closed why its key in the stack file can't be opened */
export async function answerTo(
  question: Exclude<Question, { interfaces: string }>,
  firewall: FirewallSettings,
  view: View,
  closed: string | undefined,
): Promise<{ explanation: Explanation; says: FirewallSays | RulesAsked }> {
  if ("rule" in question) {
    const says = await askWithKey(firewall, view, closed, () => ({ asked: true as const }));
    return { says, explanation: explainRule(view, question.rule) };
  }
  refuse(endProblem(view.inventory, question) ?? false);
  const says = await askWithKey(firewall, view, closed, ({ devices, running }) => {
    const { packets, rules } = meetingOf(view, question);
    const packet = askedPacket(view, packets, rules);
    const all = allOf(packets, packet);
    return firewallsSay(devices, running, { packet, all }, firewall.mapping.ownerId);
  });
  return { says, explanation: explainPacket(view, question, says) };
}
