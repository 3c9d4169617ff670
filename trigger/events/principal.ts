import { cut, plainText } from "../../lib/text";
import { isRecord } from "../../lib/records";

const MAX_PRINCIPAL = 80;

/**
 * Who made a call: a user's name, "role/deploy/alice" for a session of a role, "root", or the service.
 * Undefined where the record doesn't say.
 * Source: CloudTrail documentation, userIdentity element.
 */
export function principalOf(identity: unknown): string | undefined {
  if (!isRecord(identity)) return undefined;
  const name = namedBy(identity);
  return name === undefined || name === "" ? undefined : cut(plainText(name), MAX_PRINCIPAL);
}

function namedBy(identity: Record<string, unknown>): string | undefined {
  const { type, userName, invokedBy, arn, principalId, onBehalfOf } = identity;
  if (type === "Root") return "root";
  if (type === "AssumedRole") {
    const session = text(principalId)?.split(":")[1];
    const role = text(sessionIssuer(identity)?.["userName"]) ?? roleIn(text(arn));
    return ["role", role, session].filter((part) => part !== undefined && part !== "").join("/");
  }
  if (isRecord(onBehalfOf)) return text(onBehalfOf["userId"]);
  return text(userName) ?? text(sessionIssuer(identity)?.["userName"]) ?? text(invokedBy) ?? text(arn);
}

/** The role that a session is of, by its ARN; undefined where it is none. */
export function roleOf(identity: unknown): string | undefined {
  if (!isRecord(identity)) return undefined;
  return text(sessionIssuer(identity)?.["arn"]);
}

function sessionIssuer(identity: Record<string, unknown>): Record<string, unknown> | undefined {
  const { sessionContext } = identity;
  const issuer = isRecord(sessionContext) ? sessionContext["sessionIssuer"] : undefined;
  return isRecord(issuer) ? issuer : undefined;
}

/** Of arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION. */
function roleIn(arn: string | undefined): string | undefined {
  return /:assumed-role\/([^/]+)\//.exec(arn ?? "")?.[1];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
