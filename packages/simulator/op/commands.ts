import type { Answer } from "../http/answers";
import { panoramaCommands } from "../panorama/commands";
import { Refusal } from "../refusal";
import { scopeNode } from "../schema/hierarchy";
import type { XmlElement } from "../xml/element";
import { checkCommands } from "./check";
import { configCommands } from "./config";
import { deviceCommands } from "./device";
import { haCommands } from "./high-availability";
import { hitCountCommands } from "./hit-count";
import { jobCommands } from "./jobs";
import { lockCommands } from "./locks";
import { objectCommands } from "./objects";
import { policyCommands } from "./policy";
import { pushedCommands } from "./pushed";
import { sessionCommands } from "./sessions";
import type { OpCommand, OpContext } from "./types";
import { updateCommands } from "./updates";

const COMMANDS = new Map<string, OpCommand>(
  Object.entries({
    ...checkCommands,
    ...configCommands,
    ...deviceCommands,
    ...haCommands,
    ...hitCountCommands,
    ...jobCommands,
    ...lockCommands,
    ...objectCommands,
    ...policyCommands,
    ...pushedCommands,
    ...sessionCommands,
    ...updateCommands,
    ...panoramaCommands,
  }),
);

/** What Panorama has not: it forwards no packets itself. */
const ON_FIREWALLS = /^(test security-policy-match|(show|clear) (session|running))( |$)/;

/** What firewalls have not. */
const PANORAMA: ReadonlySet<OpCommand> = new Set(Object.values(panoramaCommands));

/**
 * Runs an operational command.
 * @throws Refusal for a command that PAN-OS hasn't, or that this one isn't
 */
export function runOp(command: XmlElement, context: OpContext): Answer {
  const { vsys, firewall } = context;
  const isNamed = vsys !== undefined && vsys !== "shared" && vsys !== "all";
  if (isNamed && !scopeNode(firewall.running, vsys)) {
    throw new Refusal("17", [`${vsys} is invalid vsys`]);
  }
  const path: string[] = [];
  let found: { node: XmlElement; run: OpCommand } | undefined;
  for (let node: XmlElement | undefined = command; node; node = node.children[0]) {
    path.push(node.tag);
    const run = COMMANDS.get(path.join(" "));
    if (run) found = { node, run };
  }
  const isElsewhere = context.firewall.panorama
    ? ON_FIREWALLS.test(path.join(" "))
    : found && PANORAMA.has(found.run);
  if (!found || isElsewhere) throw new Refusal("17", ["invalid client cli"]);
  return found.run(found.node, context);
}
