import type { Lock } from "../commit/locks";
import { message, result } from "../http/answers";
import { cdata, escapeAttribute, escapeText } from "../xml/print";
import type { OpCommand, OpCommands } from "./types";

function show(kind: Lock["kind"]): OpCommand {
  return (node, { firewall, vsys }) => {
    const asked = node.value("vsys")?.trim() ?? vsys ?? "all";
    const locks = firewall.locks.list(kind, asked === "all" || asked === "" ? undefined : asked);
    const entries = locks.map(
      ({ admin, scope, created, comment }) =>
        `<entry name="${escapeAttribute(admin)}"><type>${scope === "shared" ? "shared" : "vsys"}</type>` +
        `<name>${escapeText(scope)}</name><created>${created}</created><last-activity>${created}</last-activity>` +
        `<loggedin>yes</loggedin><comment>${comment === "" ? "" : cdata(comment)}</comment></entry>`,
    );
    return result(`<${kind}-locks>${entries.join("")}</${kind}-locks>`);
  };
}

function add(kind: Lock["kind"]): OpCommand {
  return (node, { firewall, admin, vsys }) =>
    message(undefined, firewall.locks.add(kind, admin, vsys ?? "shared", node.value("comment") ?? ""));
}

function remove(kind: Lock["kind"]): OpCommand {
  return (node, { firewall, admin, vsys }) => {
    const owner = node.value("admin");
    return message(undefined, firewall.locks.remove(kind, admin, vsys ?? "shared", owner));
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
