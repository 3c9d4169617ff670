import type { FirewallSays } from "../../review/explain/firewall";
import { explainInterface, explainInterfaces } from "../../review/explain/interfaces";
import type { Explanation } from "../../review/explain/reason";
import { treeOf } from "../../review/explain/terminal";
import { viewOf, type View } from "../../review/explain/view";
import { withFilters } from "../../inventory";
import { hasKey } from "../../settings/offline";
import { command, lines } from "../framework";
import { inventoryOf, oneFirewall } from "../one-firewall";
import { displayOf, isTerminal, type Display } from "../../lib/terminal/display";
import { waitingFor } from "../../lib/terminal/progress";
import { questionIn } from "./question";
import { explainTable } from "./table";
import { withWaiting } from "../../plan/waiting";
import { answerTo } from "./answer";
import type { RulesAsked } from "./answer";

export const explain = command(explainTable, async (given, terminal) => {
  const { output, errors, folder, environment } = terminal;
  const say = lines(output);
  const display = displayFor(output, environment);
  const question = questionIn(given);
  const { settings, firewall, closed } = await oneFirewall(given, folder, environment);
  const asked = { inventory: withFilters(settings.inventory) };
  const inventory = await waitingFor("asking AWS", () => inventoryOf(given, asked), terminal);
  const { guardrails } = await withWaiting(settings, inventory, lines(errors));
  const view = viewOf(inventory, firewall.mapping, guardrails);
  if ("interfaces" in question) {
    const explanation = aboutInterfaces(view, question.interfaces);
    const isKnown = explanation.verdict !== "unknown";
    (isKnown || given.json ? say : lines(errors))(
      given.json ? JSON.stringify(explanation, undefined, 2) : treeOf(explanation, display),
    );
    return isKnown ? "fine" : "failed";
  }
  const asking = () => answerTo(question, firewall, view, closed);
  const { explanation, says } = await waitingFor(`asking ${firewall.declared.name}`, asking, terminal);
  const isUnknown = explanation.verdict === "unknown";
  if (given.json) say(JSON.stringify({ ...explanation, ...answerOf(says) }, undefined, 2));
  else {
    const caveat = says.asked
      ? undefined
      : `(The firewall was not asked: ${says.because}. This is what is declared.)`;
    const tell = isUnknown ? lines(errors) : say;
    tell(treeOf(explanation, display, caveat));
  }
  if (isUnknown) return "failed";
  return says.asked || !hasKey(firewall) ? "fine" : "failed";
});

/** A file or another program gets each fact in one line. */
function displayFor(output: NodeJS.WritableStream, environment: NodeJS.ProcessEnv): Display {
  const display = displayOf(output, environment);
  return isTerminal(output) ? display : { ...display, columns: Infinity };
}

/** Which interfaces are behind the firewall, or why one is; AWS alone says it. @param asked an id, or all */
function aboutInterfaces(view: View, asked: string): Explanation {
  if (asked === "all") return explainInterfaces(view);
  const found = view.inventory.networkInterfaces.find(({ id }) => id === asked);
  if (found !== undefined) return explainInterface(view, found);
  const text = `There is no network interface ${asked} in what was read of AWS`;
  return { verdict: "unknown", text, because: [] };
}

/** What a program gets to know of the firewall's part. */
function answerOf(says: FirewallSays | RulesAsked) {
  if (!says.asked) return { firewallAsked: false, firewall: { because: says.because } };
  if (!("how" in says)) return { firewallAsked: true };
  const { how, packet, rule, action, isOurs, unless, fleet } = says;
  return { firewallAsked: true, firewall: { how, packet, rule, action, isOurs, unless, fleet } };
}
