import { PanosError, type PanosErrorCode } from "../../panos/error";
import { ProviderError } from "../error";

/** Faults that are the firewall's or the way to it, whatever was asked of it. */
const OF_FIREWALL: ReadonlySet<PanosErrorCode> = new Set([
  "UNREACHABLE",
  "CERTIFICATE",
  "TIMEOUT",
  "KEY_EXPIRED",
  "KEY_REFUSED",
  "KEY_MISSING",
  "SESSION_TIMED_OUT",
  "LOGIN_REFUSED",
  "BUSY",
  "AMBIGUOUS",
  "NOT_PANOS",
  "SETTINGS",
]);

/** The faults of one firewall that this process has reported: each once, and not again with each of its resources. */
export class Faults {
  /** The resource that reports a fault, by fault. */
  private readonly reported = new Map<string, string>();

  constructor(private readonly firewall: string) {}

  /** Whether a resource has reported it. */
  isReported(error: unknown): boolean {
    return this.reported.has(faultIn(error));
  }

  /** Whether there is one that no resource can get around, so that asking again is of no use. */
  get isOut(): boolean {
    return [...OF_FIREWALL].some(
      (code) => code !== "BUSY" && code !== "AMBIGUOUS" && this.reported.has(code),
    );
  }

  /** What a resource that failed throws: the error, or where another resource has reported it already, a reference. */
  of(error: unknown, resource: string): unknown {
    const fault = faultIn(error);
    const first = this.reported.get(fault);
    if (first === undefined) this.reported.set(fault, resource);
    if (first === undefined || first === resource) return withoutTrace(error, resource);
    const text = `${resource} on ${this.firewall}: not done, for the reason that ${first} gives`;
    return withoutTrace(new ProviderError("TOLD_ALREADY", text), resource);
  }
}

/**
 * An error that says what to do needs no trace. Of what fails in a read or a delete the SDK prints `${error}: ${stack}`
 * before the engine says the message (its cmd/dynamic-provider), so that becomes the resource and the message.
 */
function withoutTrace(error: unknown, resource: string): unknown {
  if (!(error instanceof PanosError || error instanceof ProviderError)) return error;
  Object.defineProperties(error, { stack: { value: error.message }, toString: { value: () => resource } });
  return error;
}

/** What makes two errors the same one. Where a request went is in the message, and no part of the fault. */
function faultIn(error: unknown): string {
  if (error instanceof PanosError) {
    if (OF_FIREWALL.has(error.code)) return error.code;
    if (error.code === "FORBIDDEN") return [error.code, ...error.lines].join("\n");
  }
  return error instanceof Error ? error.message : String(error);
}
