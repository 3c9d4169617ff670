import type { DataSource } from "./data-sources";
import { InventoryError } from "./errors";

/** What a failed lookup means: gone since it was listed, try later, not allowed, or something else. */
export type Refusal = "vanished" | "throttled" | "denied" | "failed";

/** EC2's throttling codes (EC2 API reference, error codes), and the AWS SDK's own when it gives up retrying. */
const THROTTLED =
  /RequestLimitExceeded|Throttl(ed|ing)|TooManyRequests|Rate ?exceeded|SlowDown|rate limit token/i;
const DENIED = /UnauthorizedOperation|AccessDenied|AuthFailure|not authorized to perform/;
/** What the provider's single lookups say when nothing matches. */
const NOTHING_FOUND = /no matching .+ found|query returned no results|couldn't find resource|empty result/;

/**
 * Judges the message of a failed lookup.
 * @param notFound the EC2 error code that says the object itself is gone (another object's code, say of an
 *   interface that a route names, isn't this one's absence); absent for lists, which can't be gone
 */
export function refusalOf(message: string, notFound: string | undefined): Refusal {
  if (THROTTLED.test(message)) return "throttled";
  if (DENIED.test(message)) return "denied";
  if (notFound !== undefined && (NOTHING_FOUND.test(message) || message.includes(notFound)))
    return "vanished";
  return "failed";
}

/** The error for a lookup that could not be done, in the words of the API action and its IAM permission. */
export function refusalError<Arguments>(
  refusal: Refusal,
  source: Pick<DataSource<Arguments, unknown>, "what" | "actions">,
  args: Arguments,
  cause: Error,
): InventoryError {
  const permission = permissionIn(cause.message) ?? source.actions[0] ?? "";
  const action = permission.slice(permission.indexOf(":") + 1);
  const details = { action, permission, cause };
  const doing = `AWS inventory: reading ${[source.what, ...subjectsOf(args)].join(" ")}`;
  switch (refusal) {
    case "denied":
      return new InventoryError(
        "ACCESS_DENIED",
        `${doing}: AWS denies ${action}. Allow ${permission} on resource "*" to the identity that runs Pulumi. ` +
          `AWS says: ${legible(cause.message)}`,
        details,
      );
    case "throttled":
      return new InventoryError(
        "THROTTLED",
        `${doing}: AWS goes on throttling ${action} (${permission}), whose request rate the whole account ` +
          `shares in this region. Run again later, or find who else calls it so often. ` +
          `AWS says: ${legible(cause.message)}`,
        details,
      );
    case "vanished":
    case "failed":
      return new InventoryError(
        "LOOKUP_FAILED",
        `${doing}: ${action} failed. ${advice(cause.message)} AWS says: ${legible(cause.message)}`,
        details,
      );
  }
}

/** The ids that a question was about: its own arguments, or filters with a single value. */
function subjectsOf(args: unknown): string[] {
  if (typeof args === "string") return [args];
  if (Array.isArray(args)) return args.length === 1 ? subjectsOf(args[0]) : [];
  if (typeof args !== "object" || args === null) return [];
  return Object.entries(args).flatMap(([name, value]) => (name === "name" ? [] : subjectsOf(value)));
}

/** The permission that a message names: IAM's own sentence, or the SDK's "operation error EC2: DescribeVpcs". */
function permissionIn(message: string): string | undefined {
  const named = /not authorized to perform: ([a-z0-9-]+:\w+)/.exec(message)?.[1];
  if (named !== undefined) return named;
  const [, service, operation] = /operation error (\w+): (\w+)/.exec(message) ?? [];
  return service === undefined || operation === undefined
    ? undefined
    : `${service.toLowerCase()}:${operation}`;
}

function advice(message: string): string {
  return /credential|ExpiredToken|InvalidClientTokenId|security token/i.test(message)
    ? "Check the AWS credentials that Pulumi runs with."
    : "Check region and credentials (aws:region, aws:profile), then run again.";
}

const MAX_LEGIBLE = 600;

/** One line, without the encoded authorization failure, which is long and meant for a decoder. */
export function legible(message: string): string {
  const line = message
    .replace(/Encoded authorization failure message: \S+/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return line.length > MAX_LEGIBLE ? `${line.slice(0, MAX_LEGIBLE)}…` : line;
}
