import { cut, plainText } from "../../lib/text";
import { optionalText, recordIn } from "./fields";

/** Who made a call, as CloudTrail's `userIdentity` says it. */
export interface Principal {
  /** IAMUser, AssumedRole, Root, FederatedUser, AWSService, IdentityCenterUser, … */
  type: string;
  /** What IAM calls `aws:userid`: the key that an approver's approvals are kept under. */
  id?: string;
  arn?: string;
  /** Of an IAM user. */
  user?: string;
  /** Of an assumed role: its name and its ARN. */
  role?: string;
  roleArn?: string;
  /** Of an assumed role: what the session was named, which identity providers fill with the person's name. */
  session?: string;
  /** Of an assumed role: who has taken it on, as the first of a chain of roles was told (sts:SourceIdentity). */
  sourceIdentity?: string;
  /** The provider of a web identity or SAML session, or the name of a federated user. */
  federated?: string;
  /** The service that called on somebody's behalf. */
  service?: string;
  /** Of neither a user of IAM nor a role: what the record names, such as the user that a session was made for. */
  name?: string;
  /** The user of Identity Center for whom it was made: an id. */
  onBehalfOf?: string;
}

/** Most that is kept of each part. */
const MOST = 512;
/** Most of a principal in one line. */
const MOST_TEXT = 200;

/** @param identity `userIdentity` of a CloudTrail event (CloudTrail documentation, userIdentity element) */
export function principalOf(identity: unknown): Principal {
  const { type, principalId, arn, userName, invokedBy, sessionContext, onBehalfOf } = recordIn(identity);
  const { sessionIssuer, webIdFederationData, sourceIdentity } = recordIn(sessionContext);
  const issuer = recordIn(sessionIssuer);
  const text = optionalText(arn);
  const [, assumedRole, session] = /:assumed-role\/([^/]+)\/(.+)$/.exec(text ?? "") ?? [];
  const federatedUser = /:federated-user\/(.+)$/.exec(text ?? "")?.[1];
  const federated = optionalText(recordIn(webIdFederationData)["federatedProvider"]) ?? federatedUser;
  const isUser = type === "IAMUser";
  const found = {
    id: optionalText(principalId),
    arn: text,
    user: isUser ? (optionalText(userName) ?? /:user\/(?:.*\/)?([^/]+)$/.exec(text ?? "")?.[1]) : undefined,
    role: assumedRole,
    roleArn: assumedRole === undefined ? undefined : optionalText(issuer["arn"]),
    session,
    sourceIdentity: optionalText(sourceIdentity),
    federated,
    service: optionalText(invokedBy),
    name:
      isUser || assumedRole !== undefined
        ? undefined
        : (optionalText(userName) ?? optionalText(issuer["userName"])),
    onBehalfOf: optionalText(recordIn(onBehalfOf)["userId"]),
  };
  const known = Object.entries(found).filter(([, value]) => value !== undefined);
  return {
    type: optionalText(type) ?? "unknown",
    ...(Object.fromEntries(
      known.map(([key, value]) => [key, cut(plainText(value ?? ""), MOST)]),
    ) as Partial<Principal>),
  };
}

/** A principal in one line, for notices. */
export function principalText({ type, user, role, session, federated, service, arn }: Principal): string {
  const name =
    user !== undefined
      ? `user ${user}`
      : role !== undefined
        ? `role ${role}, session ${session}`
        : (arn ?? service ?? type);
  const through = federated === undefined ? "" : `, federated by ${federated}`;
  const text = `${name}${through}${service !== undefined && name !== service ? `, through ${service}` : ""}`;
  return cut(plainText(text), MOST_TEXT);
}

/** The account that a principal is of, as its ARN says. */
export function accountOf({ arn, roleArn }: Principal): string | undefined {
  return /^arn:[\w-]+:\w+::(\d{12}):/.exec(arn ?? roleArn ?? "")?.[1];
}
