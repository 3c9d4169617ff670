import type { Lock } from "../commit/locks";
import { message, result } from "../http/answers";
import { cdata, escapeAttribute, escapeText } from "../xml/print";
import type { Firewall } from "../firewall";
import { Refusal } from "../refusal";
import type { OpCommand, OpCommands, OpContext } from "./types";

function show(kind: Lock["kind"]): OpCommand {
  return (node, { firewall, vsys }) => {
    const asked = node.value("vsys")?.trim() ?? vsys ?? "all";
    const locks = firewall.locks.list(kind, asked === "all" || asked === "" ? undefined : asked);
    const entries = locks.map(
      ({ admin, scope, created, comment }) =>
        `<entry name="${escapeAttribute(admin)}"><type>${typeOf(scope, firewall)}</type>` +
        `<name>${escapeText(scope)}</name><created>${created}</created><last-activity>${created}</last-activity>` +
        `<loggedin>yes</loggedin><comment>${comment === "" ? "" : cdata(comment)}</comment></entry>`,
    );
    return result(`<${kind}-locks>${entries.join("")}</${kind}-locks>`);
  };
}

function typeOf(scope: string, { panorama }: Firewall): string {
  if (scope === "shared") return "shared";
  return panorama ? "device-group" : "vsys";
}

/** What a lock is on: on Panorama a device group, named like a vsys or as the session's target before. */
function scopeOf({ firewall: { panorama }, admin, vsys }: OpContext): string {
  if (!panorama) return vsys ?? "shared";
  const { groupLockBy } = panorama.unknowns;
  if (vsys !== undefined && vsys !== "shared" && groupLockBy === "target")
    throw new Refusal("17", [`${vsys} is invalid vsys`]);
  const target = groupLockBy === "vsys" ? undefined : panorama.targets.get(admin);
  return vsys ?? target ?? "shared";
}

function add(kind: Lock["kind"]): OpCommand {
  return (node, context) => {
    const { firewall, admin } = context;
    return message(undefined, firewall.locks.add(kind, admin, scopeOf(context), node.value("comment") ?? ""));
  };
}

function remove(kind: Lock["kind"]): OpCommand {
  return (node, context) => {
    const { firewall, admin } = context;
    const owner = node.value("admin");
    return message(undefined, firewall.locks.remove(kind, admin, scopeOf(context), owner));
  };
}

export const lockCommands: OpCommands = {
  "show config-locks": show("config"),
  "show commit-locks": show("commit"),
  "request config-lock add": add("config"),
  "request config-lock remove": remove("config"),
  "request commit-lock add": add("commit"),
  "request commit-lock remove": remove("commit"),
};
