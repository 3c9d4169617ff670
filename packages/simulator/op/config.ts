import { revert } from "../commit/revert";
import { EVERYTHING, isInScope, isPartial, scopeOf } from "../commit/scope";
import { componentOf } from "../config/journal";
import type { JournalEntry } from "../config/journal";
import { objectPath, xpathOf } from "../config/paths";
import { get, show } from "../config/read";
import { result } from "../http/answers";
import type { Answer } from "../http/answers";
import { BadRequest, Refusal } from "../refusal";
import type { XmlElement } from "../xml/element";
import { escapeText, print } from "../xml/print";
import type { OpCommands, OpContext } from "./types";

/** One line of the list of changes: an object once for each administrator and kind of change. */
function changes(entries: readonly JournalEntry[], onlyContainers: boolean): string {
  const seen = new Set<string>();
  const lines: string[] = [];
  for (const entry of entries) {
    const object = objectPath(entry.path);
    const isEntry = object.at(-1)?.startsWith("entry:") === true;
    const xpath = xpathOf(onlyContainers && isEntry ? object.slice(0, -1) : object);
    const action = onlyContainers && isEntry ? "EDIT" : actionOf(entry);
    const key = [xpath, entry.admin, action].join("\n");
    if (seen.has(key)) continue;
    seen.add(key);
    lines.push(
      `<entry><xpath>${escapeText(xpath)}</xpath><owner>${escapeText(entry.admin)}</owner><action>${action}</action>` +
        `<admin-history>${escapeText(entry.history.join(", "))}</admin-history>` +
        `<component-type>${componentOf(entry.path)}</component-type></entry>`,
    );
  }
  return lines.join("");
}

/** A change inside an object is an edit of that object, whatever it did in there. */
function actionOf({ path, action }: JournalEntry): string {
  return objectPath(path).length === path.length ? action : "EDIT";
}

function listChanges(node: XmlElement, { firewall }: OpContext): Answer {
  const scope = scopeOf(node.child("partial"));
  const listed = changes(
    firewall.candidate.journal.entries.filter((entry) => isInScope(entry, scope)),
    firewall.refuses.journalEntries === true,
  );
  return result(listed === "" ? "" : `<journal>${listed}</journal>`);
}

function changeSummary(node: XmlElement, { firewall }: OpContext): Answer {
  const scope = scopeOf(node.child("partial"));
  const entries = firewall.candidate.journal.entries.filter((entry) => isInScope(entry, scope));
  const admins = [...new Set(entries.map((entry) => entry.admin))];
  const has = (component: string): boolean => entries.some((entry) => componentOf(entry.path) === component);
  const vsys = [
    ...new Set(entries.flatMap(({ path }) => (path[3] === "vsys" ? [(path[4] ?? "").slice(6)] : []))),
  ];
  const members = (names: string[]): string =>
    names.map((name) => `<member>${escapeText(name)}</member>`).join("");
  return result(
    `<summary><admin>${members(admins)}</admin><vsys>${members(vsys)}</vsys>` +
      `<shared-object>${has("shared") ? "yes" : "no"}</shared-object>` +
      `<device-and-network>${has("device") || has("network") ? "yes" : "no"}</device-and-network></summary>`,
  );
}

function refuseWhileCommitting({ firewall }: OpContext): void {
  if (firewall.jobs.busy)
    throw new Refusal("13", ["Local commit jobs are queued. Revert operation is not allowed."]);
}

function revertConfig(node: XmlElement, context: OpContext): Answer {
  refuseWhileCommitting(context);
  const { firewall, admin } = context;
  const scope = scopeOf(node.child("partial"));
  if (firewall.fullCommitRequired && isPartial(scope))
    throw new Refusal("13", ["Partial revert is not allowed. Full system commit must be completed."]);
  for (const lock of firewall.locks.list("config")) firewall.locks.requireWrite(admin, lock.scope);
  revert(firewall.candidate, firewall.running, scope);
  const whose = scope.admins ? `by ${scope.admins.join(", ")} ` : "";
  return result(`<msg><line>All changes ${escapeText(whose)}were reverted from configuration</line></msg>`);
}

/** A saved configuration as candidate; what is running, as a revert of everything. */
function loadConfig(node: XmlElement, context: OpContext): Answer {
  const { firewall, admin } = context;
  const name = node.text.trim();
  const saved = firewall.savedConfigs.get(name);
  if (!saved && name !== "running-config.xml") throw new Refusal("13", [`${name} not found`]);
  refuseWhileCommitting(context);
  for (const lock of firewall.locks.list("config")) firewall.locks.requireWrite(admin, lock.scope);
  if (saved) {
    firewall.candidate.load(admin, saved.clone());
    // Whose which of its changes are, nobody can say.
    firewall.fullCommitRequired = true;
  } else revert(firewall.candidate, firewall.running, EVERYTHING);
  return result(`<msg><line>Config loaded from ${escapeText(name)}</line></msg>`);
}

/** The whole running configuration, or what the command's xpath names in it. */
function showRunning(node: XmlElement, { firewall }: OpContext): Answer {
  const xpath = node.value("xpath")?.trim();
  return result(xpath ? show(firewall.running, firewall.apart("show"), xpath) : print(firewall.running));
}

function showCandidate(node: XmlElement, { firewall }: OpContext): Answer {
  const { candidate } = firewall;
  const xpath = node.value("xpath")?.trim();
  if (!xpath) return result(print(candidate.root, { dirty: true }));
  const found = get(candidate.root, firewall.apart("get"), xpath);
  if (found.length === 0) throw new Refusal(undefined, ["No such node"]);
  return result(found.join(""));
}

export const configCommands: OpCommands = {
  "show config list changes": listChanges,
  "show config list change-summary": changeSummary,
  "show config list admins": (node, { firewall }) => {
    const scope = scopeOf(node.child("partial"));
    const entries = firewall.candidate.journal.entries.filter((entry) => isInScope(entry, scope));
    const names = [...new Set(entries.map((entry) => entry.admin))];
    return result(
      names.length === 0
        ? ""
        : `<admins>${names.map((name) => `<entry>${escapeText(name)}</entry>`).join("")}</admins>`,
    );
  },
  "show config list audit-comments": (node, { firewall }) => {
    const comments = firewall.auditComments.of(node.value("xpath") ?? "");
    return result(
      comments
        .map(
          ({ admin, comment }) =>
            `<entry><admin>${escapeText(admin)}</admin><comment>${escapeText(comment)}</comment></entry>`,
        )
        .join(""),
    );
  },
  "show config running": showRunning,
  "show config candidate": showCandidate,
  "show config saved": (node, { firewall }) => {
    const saved = firewall.savedConfigs.get(node.text.trim());
    if (!saved) throw new Refusal(undefined, ["No such file"]);
    return result(print(saved));
  },
  "revert config": revertConfig,
  "load config from": loadConfig,
  "save config to": (node, { firewall }) => {
    firewall.savedConfigs.set(node.text.trim(), firewall.candidate.root.clone());
    return result(`<msg><line>Config saved to ${escapeText(node.text)}</line></msg>`);
  },
  "delete config saved": (node, { firewall }) => {
    const name = node.text.trim();
    if (!firewall.savedConfigs.delete(name)) throw new Refusal("13", [`${name} not found`]);
    return result(`<msg><line>${escapeText(name)} deleted</line></msg>`);
  },
  "set audit-comment": (node, { firewall, admin }) => {
    const comment = node.value("comment") ?? "";
    const xpath = node.value("xpath");
    if (!xpath) throw new BadRequest(400, 'Missing value for parameter "xpath".');
    if ([...comment].length > 256) {
      throw new Refusal("12", [
        `comment can be at most 256 characters, but current length: ${[...comment].length}`,
      ]);
    }
    firewall.auditComments.set(xpath, admin, comment);
    return result("<msg><line>Audit comment set</line></msg>");
  },
};
