import { PanosError, type PanosErrorCode, type PanosErrorDetails } from "./error";
import { masked } from "./masking";
import { WHERE } from "./transport-error";
import { child, find, parseXml, type XmlElement } from "./xml";

/** An answer that says success. */
export interface Answer {
  /** The device's result code; "" where it gives none. 7: nothing is there. */
  code: string;
  /** `<result>`, where there is one. */
  result: XmlElement | undefined;
  /** Its message lines, where there are any. */
  lines: string[];
  root: XmlElement;
}

/** The device no longer takes a key that was good. */
const KEY_EXPIRED = /key expired/i;
/** Code 22 by PAN-OS's table. It says nothing of the key: users meet it while they poll a job that goes on. */
const TIMED_OUT = /session timed out/i;
/** The device doesn't know the key, or the user and password; also where none arrived. */
const UNKNOWN = /invalid credential|not authenticated/i;
/** What a role lacks: "Type [commit] not authorized for user role." */
const MISSING_RIGHT = /type \[([^\]]+)\] not authorized/i;
/** Refusals that say that the same request may pass later, and that it was not carried out. */
const TRY_AGAIN = /try again|is in progress/i;

/**
 * Reads an answer of the XML API.
 * @param sent secrets of the request, which no error may repeat
 * @throws PanosError for every status but success, and for what isn't a PAN-OS answer
 */
export function readAnswer(
  status: number,
  body: string,
  details: PanosErrorDetails,
  sent: readonly string[] = [],
): Answer {
  let root: XmlElement;
  try {
    root = parseXml(body);
  } catch {
    // What the parser says may quote the answer, so it doesn't go along as the cause.
    throw notPanos(status, body, details, sent);
  }
  if (root.name !== "response") throw notPanos(status, body, details, sent);

  const lines = messageLines(root).map((line) => masked(line, sent));
  const panosCode = root.attributes["code"] ?? "";
  // In a multi-config answer every operation says how it went: one that failed is never a success.
  if (root.attributes["status"] === "success" && failedOperation(root) === undefined) {
    // A redirection or a proxy's error page that looks like an answer is none.
    if (status !== 200) throw notPanos(status, body, details, sent);
    return { code: panosCode, result: child(root, "result"), lines, root };
  }
  const said = lines.length > 0 ? lines.join("; ") : `status ${root.attributes["status"] ?? "missing"}`;
  const code = refusal(status, panosCode, said, details);
  const operationId = failedOperation(root)?.attributes["id"];
  throw new PanosError(code, `the firewall refused: ${said}${advice(code, said)}`, {
    ...details,
    lines,
    ...(panosCode !== "" && { panosCode }),
    ...(operationId !== undefined && { operationId }),
  });
}

function refusal(
  status: number,
  panosCode: string,
  said: string,
  { action }: PanosErrorDetails,
): PanosErrorCode {
  if (KEY_EXPIRED.test(said)) return "KEY_EXPIRED";
  if (TIMED_OUT.test(said) || panosCode === "22") return "SESSION_TIMED_OUT";
  if (UNKNOWN.test(said)) return action === "keygen" ? "LOGIN_REFUSED" : "KEY_REFUSED";
  if (status === 403 || panosCode === "16") return "FORBIDDEN";
  if (TRY_AGAIN.test(said)) return "BUSY";
  return "REFUSED";
}

const NEW_KEY =
  "make a new key (npm run keygen) for panos:apiKey, PANOS_API_KEY or panos:apiKeySecret, wherever it is kept";

/** What to do about a refusal that comes of who we are, or that we are not known any more. */
const ADVICE: Partial<Record<PanosErrorCode, string>> = {
  KEY_EXPIRED:
    ". The API key has reached the end of the life that this device gives keys. " +
    `Either ${NEW_KEY}; or set panos:username and panos:password, with which it is renewed in time`,
  KEY_REFUSED:
    ". The firewall doesn't know the API key: it was revoked or replaced by a newer one, its administrator " +
    `or that one's password has changed, or it is another firewall's. Then ${NEW_KEY}`,
  SESSION_TIMED_OUT:
    ". It has ended its session with this program, and a new one, with the same key or a new login, as well: run again",
  LOGIN_REFUSED:
    ". The user or the password is wrong, or the administrator is locked out: check panos:username and " +
    "panos:password (PANOS_USERNAME, PANOS_PASSWORD)",
};

/** "set failed, may need to override template object NAME first" */
const PANORAMAS_OBJECT = /may need to override template object (.*?)(?: first|$)/i;

function advice(code: PanosErrorCode, said: string): string {
  const name = PANORAMAS_OBJECT.exec(said)?.[1];
  if (code === "REFUSED" && name !== undefined) {
    return (
      `. Panorama has given this firewall ${name}, in a template or in its policy, and nothing local can be written ` +
      "over that: rename it in Panorama, or whatever here has the same name"
    );
  }
  if (code !== "FORBIDDEN") return ADVICE[code] ?? "";
  return (
    `. The credentials are good, but the administrator's role is too small: ${missingRight(said)}; ` +
    "docs/install.md, “An administrator for this program”, has the whole role"
  );
}

function missingRight(said: string): string {
  const type = MISSING_RIGHT.exec(said)?.[1];
  if (type === undefined) return "it doesn't allow this request";
  return `it doesn't allow XML API requests of type ${type}, so enable <${type}> in its <xmlapi>`;
}

/**
 * The device's messages, wherever it put them: `msg/line`, plain `msg`, or `result/msg`, in a failed
 * multi-config those of the operation that failed, and in a User-ID
 * message's answer those of each entry.
 */
function messageLines(root: XmlElement): string[] {
  const failed = failedOperation(root);
  if (failed !== undefined) return messageLines(failed);
  const message = child(root, "msg") ?? child(child(root, "result"), "msg");
  if (message === undefined) return [];
  const refused = find(message, "line", "uid-response", "payload");
  if (refused !== undefined) return refusedEntries(refused);
  const lines = message.children.filter(({ name }) => name === "line").map(({ text }) => text.trim());
  return (lines.length > 0 ? lines : [message.text.trim()]).filter((line) => line !== "");
}

/** What a User-ID message's answer says of single addresses: "10.0.0.1: tag web already exists, ignore". */
function refusedEntries(payload: XmlElement): string[] {
  return payload.children
    .flatMap(({ children }) => children)
    .map(({ attributes }) => `${attributes["ip"] ?? "an address"}: ${attributes["message"] ?? "refused"}`);
}

/** The answer to the operation of a multi-config request that failed. */
function failedOperation(root: XmlElement): XmlElement | undefined {
  return root.children.find(
    ({ name, attributes }) => name === "response" && attributes["status"] !== "success",
  );
}

function notPanos(
  status: number,
  body: string,
  details: PanosErrorDetails,
  sent: readonly string[],
): PanosError {
  // Half an answer to a login may hold the new key.
  const shown = details.action === "keygen" && body.includes("<key") ? "" : `: ${firstLine(body, sent)}`;
  return new PanosError(
    "NOT_PANOS",
    `the answer is not one of a PAN-OS XML API (HTTP ${status})${shown}. ` +
      `Check ${WHERE}: a proxy or another server may be answering`,
    details,
  );
}

/** The beginning of an answer, without secrets that were sent: some servers repeat what they were asked. */
function firstLine(body: string, sent: readonly string[]): string {
  // A secret that begins within what is shown may end behind it.
  const beginning = masked(body.trimStart().slice(0, 10_000), sent);
  const line = beginning.split(/\r?\n/, 1)[0]?.slice(0, 200) ?? "";
  return line === "" ? "it is empty" : line;
}
