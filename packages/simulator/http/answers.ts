import type { Refusal } from "../refusal";
import type { MultiConfigFailure, OperationAnswer } from "../config/multi";
import { cdata, escapeAttribute, escapeText } from "../xml/print";

/** An answer ready to be sent. */
export interface Answer {
  httpStatus: number;
  /** The reason phrase, where PAN-OS sends one of its own. */
  reason?: string;
  contentType?: string;
  /** For downloads: the file name. */
  fileName?: string;
  body: string;
  /** Send only so many bytes of it, with that length announced or the whole one. */
  cut?: { bytes: number; announced: boolean };
  /** "success", "error" or "unauth", and PAN-OS's code, for the record of requests. */
  status: string;
  code?: string;
}

function answer(status: string, code: string | undefined, inner: string): Answer {
  const codeText = code === undefined ? "" : ` code="${code}"`;
  return {
    httpStatus: 200,
    body: `<response status="${status}"${codeText}>${inner}</response>`,
    status,
    ...(code !== undefined && { code }),
  };
}

/** `<result>` with XML inside, and a code where PAN-OS gives one. */
export function result(xml: string, code?: string): Answer {
  return answer("success", code, xml === "" ? "<result/>" : `<result>${xml}</result>`);
}

/** As some operational commands answer: with `cmd="status"` on the response. */
export function commandResult(xml: string): Answer {
  const plain = result(xml);
  return { ...plain, body: plain.body.replace("<response ", '<response cmd="status" ') };
}

/** What a read from the candidate found. */
export function found(nodes: readonly string[]): Answer {
  if (nodes.length === 0) return answer("success", "7", "<result/>");
  const counts = `total-count="${nodes.length}" count="${nodes.length}"`;
  return answer("success", "19", `<result ${counts}>${nodes.join("")}</result>`);
}

export function message(code: string | undefined, text: string): Answer {
  return answer("success", code, `<msg>${escapeText(text)}</msg>`);
}

export function written(what: "done" | "absent"): Answer {
  const [code, text] = what === "done" ? ["20", "command succeeded"] : ["7", "Object doesn't exist"];
  return answer("success", code, `<msg>${text}</msg>`);
}

export function jobEnqueued(type: "Commit" | "Validate" | "Push", id: number): Answer {
  const text = `${type} job enqueued with jobid ${id}`;
  return answer("success", "19", `<result><msg><line>${text}</line></msg><job>${id}</job></result>`);
}

export function refused(refusal: Refusal): Answer {
  const status = refusal.code === "16" ? "unauth" : "error";
  return answer(status, refusal.code, `<msg>${lines(refusal)}</msg>`);
}

function lines({ lines, code }: Refusal): string {
  // PAN-OS wraps what it found in the configuration in CDATA with a blank in front, plain texts not.
  const wraps = code === "12" || code === "10" || code === "8";
  return lines.map((line) => `<line>${wraps ? cdata(` ${line}`) : escapeText(line)}</line>`).join("");
}

export function multiConfigDone(answers: readonly OperationAnswer[]): Answer {
  if (answers.length === 0) return written("done");
  return answer("success", "20", answers.map(operation).join(""));
}

export function multiConfigFailed({ answers, cause }: MultiConfigFailure): Answer {
  return answer("error", cause.code, answers.map(operation).join(""));
}

function operation({ id, result: outcome }: OperationAnswer): string {
  const idText = id === undefined ? "" : ` id="${escapeAttribute(id)}"`;
  const inner = typeof outcome === "string" ? written(outcome) : refused(outcome);
  const codeText = inner.code === undefined ? "" : ` code="${inner.code}"`;
  const content = inner.body.slice(inner.body.indexOf(">") + 1, -"</response>".length);
  return `<response status="${inner.status}"${codeText}${idText}>${content}</response>`;
}

/** PAN-OS's web server answers these itself, with spaces around the equals signs. */
export function httpError(httpStatus: 400 | 403, text: string): Answer {
  return {
    httpStatus,
    reason: httpStatus === 403 ? text : "Bad Request",
    body: `<response status = 'error' code = '${httpStatus}'><result><msg>${escapeText(text)}</msg></result></response>`,
    status: "error",
    code: String(httpStatus),
  };
}

export function key(value: string): Answer {
  return {
    httpStatus: 200,
    body: `<response status = 'success'><result><key>${value}</key></result></response>`,
    status: "success",
  };
}
