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
  source: Source<Arguments>,
  args: Arguments,
  cause: Error,
): InventoryError {
  const permission = permissionIn(cause.message) ?? source.actions[0] ?? "";
  const action = actionOf(permission);
  const details = { action, permission, cause };
  const ruledOut = ruledOutBy(cause.message);
  if (ruledOut !== undefined) {
    return new InventoryError(ruledOut.code, `AWS inventory: ${ruledOut.says}`, { cause });
  }
  const doing = doingOf(source, args);
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

/** What is asked, for a person who waits: "DescribeVpcs (VPC vpc-0123)". */
export function whatIsAsked<Arguments>(source: Source<Arguments>, args: Arguments): string {
  return `${actionOf(source.actions[0] ?? "")} (${[source.what, ...subjectsOf(args)].join(" ")})`;
}

/** The error for a lookup that the AWS provider goes on repeating. */
export function unansweredError<Arguments>(
  source: Source<Arguments>,
  args: Arguments,
  seconds: number,
): InventoryError {
  const permission = source.actions[0] ?? "";
  const action = actionOf(permission);
  return new InventoryError(
    "LOOKUP_FAILED",
    `${doingOf(source, args)}: ${action} has no answer after ${seconds} s. The AWS provider repeats what AWS refuses or ` +
      "fails with (aws:maxRetries says how often). Run again later; if it stays, look for who else uses up the " +
      "account's request rate in this region, and what is between this machine and AWS",
    { action, permission },
  );
}

/** What a person should know of an error that the AWS provider has shown and that is none. */
export function goneMeanwhile<Arguments>(source: Source<Arguments>, args: Arguments): string {
  const what = [source.what, ...subjectsOf(args)].join(" ");
  return (
    `${what} went while AWS was being read, and is left out. If the AWS provider shows an error of it ("no matching … ` +
    'found"), that is no failure of this run'
  );
}

type Source<Arguments> = Pick<DataSource<Arguments, unknown>, "what" | "actions">;

function doingOf<Arguments>(source: Source<Arguments>, args: Arguments): string {
  return `AWS inventory: reading ${[source.what, ...subjectsOf(args)].join(" ")}`;
}

function actionOf(permission: string): string {
  return permission.slice(permission.indexOf(":") + 1);
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

/** What the stack's own settings keep the AWS provider from, in the provider's and the engine's words. */
function ruledOutBy(
  message: string,
): { code: "ACCOUNT_REFUSED" | "LOOKUP_FAILED"; says: string } | undefined {
  // aws-sdk-go-base, VerifyAccountIDAllowed.
  const [, account] = /AWS account ID not allowed: (\d+)/i.exec(message) ?? [];
  if (account !== undefined) return { code: "ACCOUNT_REFUSED", says: accountRefused(account) };
  // Pulumi's diagnostic 2015.
  if (/Default provider for '?aws'? disabled/i.test(message)) {
    return {
      code: "LOOKUP_FAILED",
      says:
        "pulumi:disable-default-providers rules out the AWS provider, which data sources ask through. Set " +
        'aws-panos-rules:inventory to ec2, which does without it, or take "aws" (or "*") off that list',
    };
  }
  return undefined;
}

/** The words for credentials of an account that the settings rule out, whatever asks. */
export function accountRefused(accountId: string): string {
  return (
    `the credentials are of account ${accountId}, which aws:allowedAccountIds or aws:forbiddenAccountIds rules out. ` +
    "Check which credentials are used (aws:profile, aws:assumeRoles, AWS_PROFILE, AWS_ACCESS_KEY_ID), or change the lists"
  );
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
