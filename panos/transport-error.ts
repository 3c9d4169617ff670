import { proxyNote } from "../lib/net/proxy";
import type { Connection } from "./connection";
import { PanosError, type PanosErrorDetails } from "./error";
import { hostInUrl } from "./hostname";

/** Codes of errors in which no byte of the request can have reached the device. */
const NOT_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  // What answers a TLS greeting with something else is another server: there is no connection to send on.
  "ERR_SSL_WRONG_VERSION_NUMBER",
]);
const LATE = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]);

type Place = Pick<Connection, "hostname" | "port" | "protocol">;

function placeOf({ hostname, port }: Place): string {
  return `${hostInUrl(hostname)}:${port}`;
}

/** The settings that say where requests go, for where something else than the firewall's API may be there. */
export const WHERE = "panos:hostname, panos:port and panos:protocol";

/** What a request that got no whole answer failed of. */
export function transportError(
  cause: unknown,
  place: Place,
  details: PanosErrorDetails,
  repeatable: boolean,
): PanosError {
  const error = cause as Error & { code?: string };
  const at = placeOf(place);
  const code = error.code ?? "";
  const because = { ...details, cause };
  /** A write may have been carried out, whatever became of its answer. */
  const unless = (known: "TOO_LARGE" | "TIMEOUT" | "UNREACHABLE", what: string, advice: string) =>
    repeatable
      ? new PanosError(known, `${what}${advice}`, because)
      : new PanosError("AMBIGUOUS", `${what}. The request may have been carried out`, because);
  if (cause instanceof RangeError)
    return unless("TOO_LARGE", `${cause.message}, which no firewall's is: check what answers at ${at}`, "");
  if (error.name === "TimeoutError" || LATE.has(code))
    return unless(
      "TIMEOUT",
      `the firewall at ${at} did not answer in time`,
      `. If it never does, something else may be listening there: check ${WHERE}`,
    );
  const ofCertificate = certificateFault(code, at);
  if (ofCertificate !== undefined) return new PanosError("CERTIFICATE", ofCertificate, because);
  if (NOT_SENT.has(code)) return new PanosError("UNREACHABLE", unreachable(code, at, place), because);
  const lost = `the connection to ${at} was lost (${code || error.message})`;
  return repeatable
    ? new PanosError("UNREACHABLE", `${lost}. If it always is, check ${WHERE}: ${meant(place)}`, because)
    : new PanosError(
        "AMBIGUOUS",
        `${lost} after the request was sent: it may have been carried out`,
        because,
      );
}

/** What a web server's own error says, where it isn't the API that answered. */
export function serverError(status: number, place: Place, details: PanosErrorDetails): PanosError {
  return new PanosError(
    "AMBIGUOUS",
    `the firewall's web server at ${placeOf(place)} answered HTTP ${status}. If it always does, another server may be ` +
      `answering: check ${WHERE}`,
    details,
  );
}

function unreachable(code: string, at: string, { hostname }: Place): string {
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER")
    return `what listens at ${at} speaks no https (${code}). Check ${WHERE}: https is on port 443 unless somebody has moved it`;
  return `the firewall at ${at} can't be reached (${code}). Check ${WHERE}, and the way there${proxyNote(hostname)}`;
}

function meant({ protocol }: Place): string {
  return protocol === "http"
    ? "a port of https ends what is asked over http so"
    : "something else than https may be listening there";
}

/** What is wrong with a certificate, and what helps against that; undefined: it isn't the certificate. */
function certificateFault(code: string, at: string): string | undefined {
  const skip = "or panos:skipVerifyCertificate to true where nobody can listen in between";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return `the certificate of ${at} is for other names (${code}). Set panos:hostname to one that it has, ${skip}`;
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID")
    return (
      `the certificate of ${at}, or that of its authority, is not valid today (${code}). Put one there that is, and ` +
      `check this machine's clock`
    );
  if (!/CERT|SELF_SIGNED|UNABLE_TO_/.test(code)) return undefined;
  return `the certificate of ${at} is not trusted (${code}). Set panos:caFile to the certificate of its authority, ${skip}`;
}
