import type { NetworkInterface } from "../../inventory/types";
import { isInside, parseCidr } from "../../lib/net/cidr";
import { isQuarantineRuleName } from "../../declaration/names";
import { bearerOf } from "../../mapping/marks";
import type { IsolatedInstance } from "../../mapping/types";
import type { PacketQuestion } from "./packets";
import type { Explanation, Reason } from "./reason";
import type { View } from "./view";

/** What is isolated of an interface, its instance or itself; undefined: nothing is. */
function isolatedAt({ policy }: View, networkInterface: NetworkInterface): IsolatedInstance | undefined {
  return policy.isolation?.instances.find(({ id }) => id === bearerOf(networkInterface));
}

/**
 * What becomes of packets because one of their ends is isolated; undefined: nothing does.
 * @param from whose address they come from, as far as the inventory knows
 * @param to whose address they go to
 */
export function explainIsolated(
  view: View,
  asked: PacketQuestion,
  what: string,
  [from, to]: readonly [NetworkInterface[], NetworkInterface[]],
): (Pick<Explanation, "verdict" | "text"> & { because: Reason[] }) | undefined {
  const { isolation } = view.policy;
  const whollyIsolated = (owners: NetworkInterface[]) => {
    const found = owners.flatMap((each) => isolatedAt(view, each) ?? []);
    return found.length > 0 && found.length === owners.length ? found : [];
  };
  const [senders, receivers] = [whollyIsolated(from), whollyIsolated(to)];
  const isolated = [...senders, ...receivers];
  if (isolation === undefined || isolated.length === 0) return undefined;
  const because = [...new Set(isolated.map(({ reason }) => reason))].map((text) => ({ text }));
  const rule = (part: string) => isolation.rules.find(({ name }) => name.endsWith(`-${part}`))?.name;
  const isMarked = (some: IsolatedInstance[]) => some.some((each) => each.isMarked);
  const responds = isolation.responders.some((text) => {
    const block = parseCidr(text);
    return block?.family === asked.from.family && isInside(asked.from, block);
  });
  if (senders.length === 0 && isMarked(receivers) && responds && rule("responders") !== undefined) {
    return { verdict: "allowed", text: `${rule("responders")} lets in ${what}`, because };
  }
  const denial = isMarked(senders) ? rule("out") : isMarked(receivers) ? rule("in") : undefined;
  const how = denial === undefined ? "no rule of ours lets it through" : `${denial} denies it`;
  return { verdict: "isolated", text: `${what} meets isolation: ${how}`, because };
}

/** What a rule about isolated instances is there for, or why there is none; undefined: its name is another. */
export function explainIsolationRule({ policy, options }: View, name: string): Explanation | undefined {
  if (!isQuarantineRuleName(name, options.ownerId)) return undefined;
  const { instances = [], rules = [] } = policy.isolation ?? {};
  const rule = rules.find((each) => each.name === name);
  const marked = instances.filter(({ isMarked }) => isMarked);
  const who: Reason[] = marked.map(({ id, reason, addresses }) => ({
    id,
    text: `${reason}: ${addresses.join(", ")}`,
  }));
  const because = who.length > 0 ? who : [{ text: "no instance behind the firewall is marked" }];
  if (rule === undefined) {
    const unset = options.quarantine?.deny === true ? [] : [{ text: "quarantine.deny is not set" }];
    return { verdict: "not asked for", text: `There is no rule ${name}`, because: [...unset, ...because] };
  }
  const ends = `${rule.source.join(", ")} → ${rule.destination.join(", ")}`;
  const isAllow = rule.action === "allow";
  return {
    verdict: isAllow ? "allowed" : "isolated",
    text: `${name} ${isAllow ? "lets through" : "denies"} ${ends}`,
    because,
  };
}
