import { References } from "../schema/references";
import { groupMatches } from "../policy/groups";
import { result } from "../http/answers";
import { Refusal } from "../refusal";
import { escapeAttribute, escapeText } from "../xml/print";
import type { OpCommands, OpContext } from "./types";

export const objectCommands: OpCommands = {
  "show object registered-ip": (node, { firewall, vsys }) => {
    if (
      firewall.refuses.pagedAll &&
      node.child("all") &&
      (node.child("limit") ?? node.child("start-point"))
    ) {
      throw new Refusal("17", ["show -> object -> registered-ip -> limit unexpected here"]);
    }
    const tag = node.at("tag")?.entries()[0]?.name;
    const start = Number(node.value("start-point") ?? "1");
    const limit = Number(node.value("limit") ?? "500");
    return result(firewall.registeredIps(vsys).show(node.value("ip"), tag, start, limit));
  },
  "show user ip-user-mapping-mp": (node, { firewall, vsys = "vsys1" }) =>
    result(firewall.registeredIps(vsys).showUsers(node.value("ip"), vsys)),
  "clear registered-ip": (_, { firewall, vsys }) => {
    firewall.registeredIps(vsys).clear();
    return result("<msg><line>Cleared</line></msg>");
  },
  "show object dynamic-address-group": (node, context) => result(dynamicGroups(node.value("name"), context)),
};

function dynamicGroups(wanted: string | undefined, { firewall, vsys = "vsys1" }: OpContext): string {
  const references = new References(firewall.running, vsys, undefined, firewall);
  const groups = references.all(["address-group"]).filter((group) => group.child("dynamic"));
  const shown = groups.filter((group) => wanted === undefined || wanted === group.name);
  const entries = shown.map((group) => {
    const filter = group.child("dynamic")?.value("filter") ?? "";
    const objects = references
      .all(["address"])
      .filter((object) => groupMatches(filter, new Set(object.members("tag"))))
      .map((object) => `<entry name="${escapeAttribute(object.name ?? "")}" type="address-object"/>`);
    const registered = firewall
      .registeredIps(vsys)
      .matching((tags) => groupMatches(filter, tags))
      .map((ip) => `<entry name="${escapeAttribute(ip)}" type="registered-ip"/>`);
    return (
      `<entry><vsys>${escapeText(vsys)}</vsys><group-name>${escapeText(group.name ?? "")}</group-name>` +
      `<filter>${escapeText(filter)}</filter><member-list>${[...objects, ...registered].join("")}</member-list></entry>`
    );
  });
  return `<dyn-addr-grp>${entries.join("")}</dyn-addr-grp>`;
}
