import type { Fleet, FleetRule } from "../page/types";
import type { Side } from "../pushed/pushed";
import { lineage } from "../schema/hierarchy";
import type { Firewall } from "../firewall";
import { groupNames, groupNode, membersOf } from "./groups";
import type { Panorama } from "./panorama";

/** What the page shows of everything that a Panorama manages. */
export function fleetOf(panorama: Panorama<Firewall>, { running }: Firewall): Fleet {
  const groups = groupNames(running).map((name) => ({
    name,
    depth: lineage(running, name).length - 1,
    firewalls: membersOf(running, name).map((member) => {
      const { status, pushState, pushedAt } = panorama.state(member);
      const firewall = panorama.attached.get(member.serial)?.firewall;
      const connected = panorama.isConnected(member.serial);
      const { serial } = member;
      return { serial, name: firewall?.hostname ?? serial, connected, status, pushed: pushState, pushedAt };
    }),
  }));
  const nodes = [...panorama.attached.values()].map(({ firewall }) => firewall);
  const orders = nodes.map((firewall) => ({ name: firewall.hostname, order: orderOn(firewall) }));
  const at = (name: string, from: string): Record<string, string> =>
    Object.fromEntries(
      orders.map((each) => {
        const index = each.order.findIndex((rule) => rule.name === name && rule.from === from);
        return [each.name, index < 0 ? "" : String(index + 1)];
      }),
    );
  const pushed = (side: Side): FleetRule[] =>
    ["shared", ...groupNames(running)].flatMap((from) => {
      const scope = from === "shared" ? running.child("shared") : groupNode(running, from);
      return (scope?.at(side, "security", "rules")?.entries() ?? []).map((rule) => {
        const name = rule.name ?? "";
        return { from, place: side, name, disabled: rule.value("disabled") === "yes", at: at(name, from) };
      });
    });
  const local = nodes.flatMap((firewall) =>
    localRules(firewall).map(({ name, disabled }) => {
      const from = firewall.hostname;
      return { from, place: "local", name, disabled, at: at(name, from) };
    }),
  );
  const firewalls = orders.map(({ name }) => name);
  return { groups, firewalls, rules: [...pushed("pre-rulebase"), ...local, ...pushed("post-rulebase")] };
}

/** A firewall's rules in the order in which they are evaluated, with who wrote each. */
function orderOn(firewall: Firewall): { name: string; from: string }[] {
  const pushed = (side: Side) =>
    firewall.pushed
      .rules("vsys1", side)
      .map(({ name = "", attributes: { loc = "" } }) => ({ name, from: loc }));
  const local = localRules(firewall).map(({ name }) => ({ name, from: firewall.hostname }));
  return [...pushed("pre-rulebase"), ...local, ...pushed("post-rulebase")];
}

function localRules(firewall: Firewall): { name: string; disabled: boolean }[] {
  const rules =
    firewall.vsys(firewall.running, "vsys1")?.at("rulebase", "security", "rules")?.entries() ?? [];
  return rules.map((rule) => ({ name: rule.name ?? "", disabled: rule.value("disabled") === "yes" }));
}
