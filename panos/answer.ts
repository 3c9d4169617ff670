import { PanosError, type PanosErrorCode, type PanosErrorDetails } from "./error";
import { child, parseXml, type XmlElement } from "./xml";

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

/** Refusals that say that the session's key is no longer good: renewing it may help. */
const KEY_REFUSED = /invalid credential|not authenticated|key expired|session timed out/i;
/** Refusals that say that the same request may pass later, and that it was not carried out. */
const TRY_AGAIN = /try again|is in progress/i;

/**
 * Reads an answer of the XML API.
 * @throws PanosError for every status but success, and for what isn't a PAN-OS answer
 */
export function readAnswer(status: number, body: string, details: PanosErrorDetails): Answer {
  let root: XmlElement;
  try {
    root = parseXml(body);
  } catch (cause) {
    throw notPanos(status, body, details, cause);
  }
  if (root.name !== "response") throw notPanos(status, body, details);

  const lines = messageLines(root);
  const panosCode = root.attributes["code"] ?? "";
  // In a multi-config answer every operation says how it went: one that failed is never a success.
  if (root.attributes["status"] === "success" && failedOperation(root) === undefined) {
    // A redirection or a proxy's error page that looks like an answer is none.
    if (status !== 200) throw notPanos(status, body, details);
    return { code: panosCode, result: child(root, "result"), lines, root };
  }
  const said = lines.length > 0 ? lines.join("; ") : `status ${root.attributes["status"] ?? "missing"}`;
  const code = refusal(status, panosCode, said);
  const operationId = failedOperation(root)?.attributes["id"];
  throw new PanosError(code, `the firewall refused: ${said}${advice(code)}`, {
    ...details,
    lines,
    ...(panosCode !== "" && { panosCode }),
    ...(operationId !== undefined && { operationId }),
  });
}

function refusal(status: number, panosCode: string, said: string): PanosErrorCode {
  if (KEY_REFUSED.test(said) || panosCode === "22") return "credentials";
  if (status === 403 || panosCode === "16") return "forbidden";
  if (TRY_AGAIN.test(said)) return "busy";
  return "refused";
}

function advice(code: PanosErrorCode): string {
  if (code === "credentials")
    return ". Check panos:apiKey, or panos:username and panos:password (PANOS_API_KEY, PANOS_USERNAME, PANOS_PASSWORD)";
  if (code === "forbidden")
    return ". The administrator's role lacks this right: README, “An administrator for this program”, lists them";
  return "";
}

/**
 * The device's messages, wherever it put them: `msg/line`, plain `msg`, or `result/msg`, and in a failed
 * multi-config those of the operation that failed.
 */
function messageLines(root: XmlElement): string[] {
  const failed = failedOperation(root);
  if (failed !== undefined) return messageLines(failed);
  const message = child(root, "msg") ?? child(child(root, "result"), "msg");
  if (message === undefined) return [];
  const lines = message.children.filter(({ name }) => name === "line").map(({ text }) => text.trim());
  return (lines.length > 0 ? lines : [message.text.trim()]).filter((line) => line !== "");
}

/** The answer to the operation of a multi-config request that failed. */
function failedOperation(root: XmlElement): XmlElement | undefined {
  return root.children.find(
    ({ name, attributes }) => name === "response" && attributes["status"] !== "success",
  );
}

function notPanos(status: number, body: string, details: PanosErrorDetails, cause?: unknown): PanosError {
  const firstLine = body.trimStart().split(/\r?\n/, 1)[0]?.slice(0, 200) ?? "";
  return new PanosError(
    "not-panos",
    `the answer is not one of a PAN-OS XML API (HTTP ${status}): ${firstLine === "" ? "it is empty" : firstLine}. ` +
      "Check panos:hostname and panos:port: a proxy or another server may be answering",
    { ...details, cause },
  );
}
