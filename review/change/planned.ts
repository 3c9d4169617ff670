/** The facts of firewalls that are planned for here, without Pulumi. */
import type { Inventory } from "../../inventory/types";
import { printable } from "../../lib/printable";
import { askFirewall } from "../../plan/ask";
import { planLine, type PlanLine } from "../../plan/plan-file";
import { plansFor, type Run } from "../../plan/plans";
import { isExpected } from "../../plan/preconditions";
import { recordedState } from "../../plan/recordings/read";
import type { Settings } from "../../settings/types";
import { runFrom } from "../../settings/run";
import type { FirewallFacts } from "./facts";
import { firewallFacts } from "./from-plan";
import { PreviewError } from "./lines";

/** Where firewalls' states come from. */
interface StateSource {
  /** A recording; undefined: they are asked. */
  rulebase: string | undefined;
  environment: NodeJS.ProcessEnv;
}

/** How firewalls are planned for. @param add gets each plan */
export function runIn({ rulebase, environment }: StateSource, add: (line: PlanLine) => void): Run {
  return {
    ask: (firewall) =>
      rulebase === undefined
        ? askFirewall(firewall, { registered: true, drift: false })
        : recordedState(rulebase, firewall),
    revoked: runFrom(environment).run.revoked,
    onPlan: (each) => add(planLine(each)),
  };
}

/**
 * The facts of one firewall, where its settings and the account are known: also where a limit would stop the update.
 * @param settings with that firewall alone
 * @throws PreviewError where it can't be planned for
 */
export async function factsOfFirewall(
  settings: Settings,
  inventory: Inventory,
  from: StateSource,
): Promise<FirewallFacts> {
  const lines: PlanLine[] = [];
  try {
    await plansFor(
      settings,
      inventory,
      runIn(from, (line) => void lines.push(line)),
    );
  } catch (error) {
    if (!isExpected(error)) throw error;
    if (!lines.some(({ line }) => line === "plan")) throw new PreviewError(printable(error.message));
  }
  const found = lines.find((each) => each.line === "plan");
  if (found === undefined) throw new PreviewError("nothing could be planned for the firewall");
  return firewallFacts(found.plan);
}
