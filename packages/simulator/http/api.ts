import { scopeOf } from "../commit/scope";
import { MultiConfigFailure, isWriteAction, multiConfig, write } from "../config/multi";
import { get, show } from "../config/read";
import type { Firewall } from "../firewall";
import { runOp } from "../op/commands";
import { systemInfo } from "../op/device";
import { BadRequest, Refusal } from "../refusal";
import { MalformedXml, parseFragment, parseXml } from "../xml/parse";
import type { XmlElement } from "../xml/element";
import { escapeText, print } from "../xml/print";
import { revert } from "../commit/revert";
import { pushRequest } from "../panorama/push-request";
import * as answers from "./answers";
import type { Answer } from "./answers";
import { log } from "./log";
import { imported } from "./upload";

/** What PAN-OS answers, and what of it a role has no say in. */
const TYPES = ["config", "commit", "op", "keygen", "version", "report", "export", "import", "user-id", "log"];
const OPEN_TO_ALL: ReadonlySet<string> = new Set(["keygen", "version"]);
const ACTIONS = [
  "show",
  "get",
  "set",
  "edit",
  "delete",
  "move",
  "rename",
  "clone",
  "override",
  "multi-config",
];
const WRITES = new Set(ACTIONS.slice(2));

/** A request's parameters, from its URL and its form body. */
export type Parameters = ReadonlyMap<string, string>;

/** What Panorama hands on to the firewall that `target` names; of everything else it answers for itself. */
const RELAYED: ReadonlySet<string> = new Set(["config", "commit", "op", "export", "user-id"]);

/** Answers a request of a known administrator. Never throws for what a client did wrong. */
export function answerRequest(firewall: Firewall, admin: string, parameters: Parameters): Answer {
  try {
    const type = parameters.get("type") ?? "";
    requireRole(firewall, admin, type, parameters);
    const target = parameters.get("target") ?? "";
    if (!firewall.panorama || target === "" || !RELAYED.has(type))
      return dispatch(firewall, admin, parameters);
    // Panorama's role counts, and no administrator of the firewall is needed.
    return dispatch(firewall.panorama.target(target), admin, parameters);
  } catch (error) {
    if (error instanceof BadRequest) return answers.httpError(error.httpStatus, error.message);
    if (error instanceof Refusal) return answers.refused(error);
    if (error instanceof MultiConfigFailure) return answers.multiConfigFailed(error);
    if (error instanceof MalformedXml)
      return answers.refused(new Refusal("18", [`Malformed Request: ${error.message}`]));
    throw error;
  }
}

function requireRole(firewall: Firewall, admin: string, type: string, parameters: Parameters): void {
  if (!TYPES.includes(type) || OPEN_TO_ALL.has(type)) return;
  firewall.accounts.requireRole(admin, type, type === "config" && WRITES.has(parameters.get("action") ?? ""));
}

function dispatch(firewall: Firewall, admin: string, parameters: Parameters): Answer {
  const type = parameters.get("type") ?? "";
  const action = parameters.get("action");
  switch (type) {
    case "config":
      return config(firewall, admin, action, parameters);
    case "commit":
      return commit(firewall, admin, parameters);
    case "op":
      return op(firewall, admin, parameters);
    case "version":
      return version(firewall);
    case "export":
      return exported(firewall, parameters);
    case "user-id":
      return userId(firewall, parameters);
    case "log":
      return log(firewall, parameters);
    case "import":
      return imported(firewall, parameters);
    case "report":
      throw new Refusal("17", [`type ${type} is not simulated`]);
    default:
      throw new BadRequest(
        400,
        `Illegal value for parameter "type" [${type}]. Must be one of: ${TYPES.join(", ")}`,
      );
  }
}

function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined || value.trim() === "")
    throw new BadRequest(400, `Missing value for parameter "${name}".`);
  return value;
}

/** A read that names nothing is one of the whole configuration. */
function readPath(parameters: Parameters): string {
  return parameters.get("xpath")?.trim() || "/config";
}

function config(
  firewall: Firewall,
  admin: string,
  action: string | undefined,
  parameters: Parameters,
): Answer {
  const { candidate } = firewall;
  if (action === "get") {
    const path = readPath(parameters);
    const seen = firewall.panorama?.seen(candidate.root, path) ?? firewall.seenCandidate;
    return answers.found(get(seen, firewall.apart("get"), path, firewall.refuses.marks !== true));
  }
  if (action === "show") {
    const path = readPath(parameters);
    const seen = firewall.panorama?.seen(firewall.running, path) ?? firewall.running;
    return answers.result(show(seen, firewall.apart("show"), path));
  }
  if (WRITES.has(action ?? "")) firewall.ha?.requireWritable(firewall);
  if (action === "multi-config") return multi(firewall, admin, parameters);
  if (!action || !isWriteAction(action)) {
    throw new BadRequest(
      400,
      `Illegal value for parameter "action" [${action ?? ""}]. Must be one of: ${ACTIONS.join(", ")}`,
    );
  }
  const xpath = required(parameters, "xpath");
  requireUnlocked(firewall, admin, xpath);
  const element = parameters.get("element");
  const elements = element === undefined ? [] : parseFragment(element);
  const outcome = candidate.transaction(() =>
    write(candidate, admin, action, xpath, {
      elements,
      where: parameters.get("where"),
      dst: parameters.get("dst"),
      newname: parameters.get("newname"),
      from: parameters.get("from"),
    }),
  );
  return answers.written(outcome);
}

function requireUnlocked(firewall: Firewall, admin: string, xpath: string): void {
  const vsys = /\/(?:vsys|device-group)\/entry\[@name=(['"])([^'"]*)\1\]/.exec(xpath)?.[2];
  firewall.locks.requireWrite(admin, vsys ?? (xpath.includes("/vsys/") ? "vsys1" : "shared"));
}

function multi(firewall: Firewall, admin: string, parameters: Parameters): Answer {
  const document = parseXml(required(parameters, "element"));
  if (parameters.get("strict-transactional") === "yes") {
    if (firewall.jobs.busy) {
      throw new Refusal("13", ["A commit is in progress. Strict transactional multi-config is not allowed."]);
    }
    // Strict starts from the administrator's running state: earlier uncommitted work is dropped, and
    // stays dropped when an operation fails.
    revert(firewall.candidate, firewall.running, { ...scopeOf(undefined), admins: [admin] });
  }
  const edited = new Set<string>();
  return answers.multiConfigDone(
    multiConfig(firewall.candidate, admin, document, ({ tag, attributes: { xpath = "" } }) => {
      requireUnlocked(firewall, admin, xpath);
      if (tag === "edit") edited.add(xpath);
      if (firewall.refuses.editAndMove && tag === "move" && edited.has(xpath)) {
        throw new Refusal("13", [`${xpath} was edited in the same request and cannot be moved`]);
      }
    }),
  );
}

function commit(firewall: Firewall, admin: string, parameters: Parameters): Answer {
  if (parameters.get("action") === "all") return pushAll(firewall, admin, parameters);
  // A passive firewall commits what it has itself; a passive Panorama has nothing of its own to commit.
  if (firewall.panorama) firewall.ha?.requireWritable(firewall);
  const root = parseXml(required(parameters, "cmd"));
  if (root.tag === "validate") {
    const scope = scopeOf(root.child("partial"));
    return answers.jobEnqueued("Validate", firewall.commits.validate(admin, scope, "").id);
  }
  if (root.tag !== "commit") throw new Refusal("17", [`${root.tag} unexpected here`]);
  const forced = root.child("force");
  const partial = root.child("partial") ?? forced?.child("partial");
  const known = ["description", "force", "partial", "validate"];
  const odd = root.children.find((child) => !known.includes(child.tag));
  if (odd) throw new Refusal("17", [`commit -> ${odd.tag} unexpected here`]);
  const description = root.value("description") ?? forced?.value("description") ?? "";
  if ([...description].length > 512) {
    throw new Refusal("12", [
      `description can be at most 512 characters, but current length: ${[...description].length}`,
    ]);
  }
  const scope = scopeOf(partial);
  if (root.child("validate")) {
    return answers.jobEnqueued("Validate", firewall.commits.validate(admin, scope, description).id);
  }
  const done = firewall.commits.commit({ admin, description, scope, force: forced !== undefined });
  if (done === "no changes") return answers.message("19", "There are no changes to commit.");
  if (done === "no changes of these administrators") {
    return answers.message(
      "13",
      "The result of this commit would be the same as the previous commit queued/processed. No edits have been made to the configuration.",
    );
  }
  return answers.jobEnqueued("Commit", done.id);
}

function pushAll(firewall: Firewall, admin: string, parameters: Parameters): Answer {
  const { panorama, running } = firewall;
  if (!panorama) throw new Refusal("17", ["commit-all is for Panorama"]);
  firewall.ha?.requirePushing(firewall);
  const request = pushRequest(parseXml(required(parameters, "cmd")), running, admin, panorama.unknowns);
  const job = panorama.push(request);
  if (job === "nothing to push") return answers.message("19", "There are no changes to push.");
  return answers.jobEnqueued("Push", job.id);
}

function op(firewall: Firewall, admin: string, parameters: Parameters): Answer {
  const text = required(parameters, "cmd");
  let command: XmlElement;
  try {
    command = parseXml(text);
  } catch (error) {
    if (error instanceof MalformedXml) throw new Refusal("17", ["invalid client cli"]);
    throw error;
  }
  return runOp(command, { firewall, admin, vsys: parameters.get("vsys") || undefined });
}

function version(firewall: Firewall): Answer {
  const { model = "", serial = "", "multi-vsys": multi } = systemInfo(firewall);
  return answers.result(
    `<sw-version>${escapeText(firewall.swVersion)}</sw-version><multi-vsys>${multi}</multi-vsys>` +
      `<model>${model}</model><serial>${serial}</serial>`,
  );
}

function exported(firewall: Firewall, parameters: Parameters): Answer {
  const category = required(parameters, "category");
  if (category !== "configuration")
    throw new BadRequest(
      400,
      `Illegal value for parameter "category" [${category}]. Must be one of: configuration`,
    );
  return {
    httpStatus: 200,
    fileName: "running-config.xml",
    body: `<?xml version="1.0"?>\n${print(firewall.running)}\n`,
    status: "success",
  };
}

function userId(firewall: Firewall, parameters: Parameters): Answer {
  const root = parseXml(required(parameters, "cmd"));
  const payload = root.child("payload") ?? root.at("type", "payload");
  if (root.tag !== "uid-message" || !payload) throw new Refusal("17", ["uid-message -> payload is missing"]);
  const vsys = parameters.get("vsys") || undefined;
  if (vsys !== undefined && !firewall.vsys(firewall.running, vsys))
    throw new Refusal("17", [`${vsys} is invalid vsys`]);
  const refused = firewall.registeredIps(vsys).apply(payload);
  const wrap = (inner: string): string =>
    `<uid-response><version>2.0</version><payload>${inner}</payload></uid-response>`;
  if (refused === "")
    return answers.result(wrap(payload.children.map((child) => `<${child.tag}></${child.tag}>`).join("")));
  return {
    httpStatus: 200,
    body: `<response status="error"><msg><line>${wrap(refused)}</line></msg></response>`,
    status: "error",
  };
}
