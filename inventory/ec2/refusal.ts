import { proxyNote } from "../../lib/net/proxy";
import { InventoryError } from "../errors";
import { legible, refusalOf } from "../refusal";

/** What a question is for a person and for IAM. */
export interface Asked {
  /** "VPCs", "the entries of pl-0123". */
  what: string;
  /** The API action, "DescribeVpcs". */
  action: string;
}

/** Who asks, as STS names it. */
export interface Identity {
  accountId: string;
  /** "arn:aws:sts::123456789012:assumed-role/reader/session". */
  arn: string;
}

/** The error for something that EC2 or STS did not answer, in the words of the API action. */
export function ec2Error(
  { what, action }: Asked,
  cause: Error,
  { region, identity }: { region?: string; identity?: Identity },
): InventoryError {
  if (cause instanceof InventoryError) return cause;
  const service = action === "GetCallerIdentity" ? "sts" : "ec2";
  const permission = deniedIn(cause.message) ?? `${service}:${action}`;
  const details = { action: permission.slice(permission.indexOf(":") + 1), permission, cause };
  const place = region === undefined ? "" : ` in ${region}`;
  const doing = `AWS inventory: reading ${what}${place}`;
  const says = `AWS says: ${wordsOf(cause)}`;
  const way = isUnanswered(cause) ? proxyNote(`${service}.${region ?? ""}.amazonaws.com`) : "";
  if (/Region is missing/i.test(cause.message)) {
    return new InventoryError(
      "LOOKUP_FAILED",
      "AWS inventory: no region is given. Set aws:region in the stack configuration, or AWS_REGION",
      { cause },
    );
  }
  if (isWithoutCredentials(cause)) {
    return new InventoryError(
      "LOOKUP_FAILED",
      `${doing}: AWS credentials could not be had. Check aws:profile, aws:assumeRoles and the environment ` +
        `(AWS_PROFILE, AWS_ACCESS_KEY_ID, a role of the machine). ${says}`,
      details,
    );
  }
  // What EC2 and STS say in a region that isn't enabled for an account, whose credentials they don't know there.
  if (/^(AuthFailure|InvalidClientTokenId|UnrecognizedClientException|OptInRequired)$/.test(cause.name)) {
    return new InventoryError(
      "LOOKUP_FAILED",
      `${doing}: AWS doesn't know the credentials there. Either they are not valid any more, or the region ` +
        `${region ?? ""} is not enabled for the account (IAM › Account settings › Regions). ${says}`,
      details,
    );
  }
  if (/ENOTFOUND|EAI_AGAIN/.test(`${cause.message} ${(cause as NodeJS.ErrnoException).code ?? ""}`)) {
    return new InventoryError(
      "LOOKUP_FAILED",
      `${doing}: there is no such endpoint. Check the region's name and this machine's DNS${way}. ${says}`,
      details,
    );
  }
  switch (refusalOf(`${cause.name}: ${cause.message}`, undefined)) {
    case "denied":
      return new InventoryError(
        "ACCESS_DENIED",
        `${doing}: AWS denies ${details.action} to ${identity?.arn ?? "the identity that is used"}. Allow ` +
          `${permission} on ${permission === "sts:AssumeRole" ? "that role" : 'resource "*"'} to it. ${says}`,
        details,
      );
    case "throttled":
      return new InventoryError(
        "THROTTLED",
        `${doing}: AWS goes on throttling ${details.action}, whose request rate the whole account shares in this ` +
          `region. Run again later, or find who else calls it so often. ${says}`,
        details,
      );
    case "vanished":
    case "failed":
      return new InventoryError(
        "LOOKUP_FAILED",
        `${doing}: ${details.action} failed. Run again; if it stays, check the region and what is between this ` +
          `machine and AWS${way}. ${says}`,
        details,
      );
  }
}

/** The SDK's own error where AWS's answer was no XML, say a proxy's page. */
const UNPARSED = /Deserialization error: to see the raw response.*$/s;

function wordsOf(cause: Error & { $response?: { statusCode?: number } }): string {
  const status = cause.$response?.statusCode;
  return UNPARSED.test(cause.message) && status !== undefined
    ? `HTTP ${status}, with a body that is none of EC2's`
    : legible(`${cause.name}: ${cause.message}`);
}

/** Whether no answer came at all. */
function isUnanswered(cause: Error & { $response?: unknown; code?: unknown }): boolean {
  return cause.$response === undefined && (typeof cause.code === "string" || cause.name === "TimeoutError");
}

function deniedIn(message: string): string | undefined {
  return /not authorized to perform: ([a-z0-9-]+:\w+)/.exec(message)?.[1];
}

/** The SDK's names for credentials that could not be found, refreshed or exchanged for a role's. */
function isWithoutCredentials({ name, message }: Error): boolean {
  return (
    /^(CredentialsProviderError|TokenProviderError|ProviderError|ExpiredToken(Exception)?)$/.test(name) ||
    /Could not load credentials|Profile .* (could not be found|requires)/.test(message)
  );
}
