import type { Answer } from "../http/answers";
import type { Effect } from "./fault";

const PAGE =
  "<!DOCTYPE html><html><head><title>Login</title><meta charset=utf-8></head><body>Please wait<br></body></html>";

/** The answer that a web server in front of the API gives instead of it; undefined: the effect has none. */
export function instead(effect: Effect): Answer | undefined {
  if (effect.do === "http-error") {
    const httpStatus = effect.status ?? 503;
    const body = `<html><head><title>${httpStatus}</title></head><body><h1>${httpStatus}</h1></body></html>`;
    return { httpStatus, contentType: "text/html", body, status: "error", code: String(httpStatus) };
  }
  if (effect.do === "not-xml")
    return { httpStatus: 200, contentType: "text/html", body: effect.body ?? PAGE, status: "error" };
  return undefined;
}

/** The answer as it is sent. */
export function spoiled(answer: Answer, effect: Effect): Answer {
  if (effect.do !== "truncate") return instead(effect) ?? answer;
  const size = Buffer.byteLength(answer.body);
  const bytes = Math.min(effect.bytes ?? Math.floor(size / 2), Math.max(size - 1, 0));
  return { ...answer, cut: { bytes, announced: effect.announced ?? false } };
}
