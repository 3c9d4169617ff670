/** Who may approve, and what tells one person from another: for who asks and for who approves, in every account. Pure. */
import { fits } from "../../lib/pattern";
import type { Principal } from "../../aws/cloudtrail/principal";

/** `approvers` of guard.yaml. Sessions of roles or IAM users, never both: nobody can tell them apart. */
export interface Approvers {
  /** ARNs of the roles whose sessions may approve, or of the IAM users who may. */
  roles: string[];
  users: string[];
  /** What names the person in a role's session: its own name, or `aws:SourceIdentity`. */
  person: "session" | "sourceIdentity";
  /** Patterns of ARNs of further roles, of who asks, in which the person is named in the same trustworthy way. */
  namedSessions: string[];
}

/** Who wrote an approval, as the key says that only they can have written it under. */
export interface Approver {
  /** Equal for the same person. */
  person: string;
  /** For people. */
  name: string;
}

/** What can write under a key, as a condition of IAM says it, and the key, with IAM's policy variables. */
export interface ApprovingIdentity {
  Sid: string;
  key: string;
  Condition: Record<string, Record<string, string | string[]>>;
}

const ROLE = /^arn:[\w-]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/;
const USER = /^arn:[\w-]+:iam::(\d{12}):user\/(.+)$/;
/** What AWS lets sessions and source identities be called (API reference of AWS STS, AssumeRole). */
const NAME = "[\\w+=,.@-]{2,64}";
const SESSION_KEY = new RegExp(`^role/(\\d{12})/([^/]+)/AROA\\w*:(${NAME})$`);
const SOURCE_KEY = new RegExp(`^source/(\\d{12})/([^/]+)/AROA\\w*:${NAME}/(${NAME})$`);
const USER_KEY = /^user\/(\d{12})\/(.+)\/AIDA\w*$/;

/**
 * Where those may write who may approve. IAM fills in who it is, so that nobody writes under another's name:
 * `aws:userid` is a role's id with the session's name, or a user's id; a statement whose variable has no value
 * doesn't apply (IAM documentation, "Policy variables").
 */
export function approvingIdentities(approvers: Approvers | undefined): ApprovingIdentity[] {
  if (approvers === undefined) return [];
  const roles = approvers.roles.map((arn, index): ApprovingIdentity => {
    const [, account = "", name = ""] = ROLE.exec(arn) ?? [];
    return {
      Sid: `ApproveInOnesOwnName${index + 1}`,
      key:
        approvers.person === "session"
          ? `role/${account}/${name}/\${aws:userid}`
          : `source/${account}/${name}/\${aws:userid}/\${aws:SourceIdentity}`,
      Condition: { ArnEquals: { "aws:PrincipalArn": arn } },
    };
  });
  const users = approvers.users.map((arn, index): ApprovingIdentity => {
    const [, account = "", name = ""] = USER.exec(arn) ?? [];
    return {
      Sid: `ApproveInOnesOwnName${index + 1}`,
      key: `user/${account}/${name}/\${aws:userid}`,
      // A federated token of a user has another ARN; the root user has none of these.
      Condition: { ArnEquals: { "aws:PrincipalArn": arn } },
    };
  });
  return [...roles, ...users];
}

/**
 * The key under which a caller's approvals are kept, as GetCallerIdentity names the caller.
 * @param sourceIdentity where guard.yaml tells people apart by it; STS doesn't say it
 * @returns undefined for kinds of identity that never approve: the root user, federated tokens
 */
export function keyOfCaller(arn: string, userId: string, sourceIdentity?: string): string | undefined {
  const [, account, role] = /^arn:[\w-]+:sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(arn) ?? [];
  if (role !== undefined) {
    return sourceIdentity === undefined
      ? `role/${account}/${role}/${userId}`
      : `source/${account}/${role}/${userId}/${sourceIdentity}`;
  }
  const [, owner, user] = USER.exec(arn) ?? [];
  return user === undefined ? undefined : `user/${owner}/${user}/${userId}`;
}

/** Who wrote under a key, or why that doesn't count. */
export function approverOf(by: string, approvers: Approvers | undefined): Approver | { problem: string } {
  if (approvers === undefined) return { problem: "guard.yaml doesn't say who may approve (approvers)" };
  const isOfUsers = approvers.users.length > 0;
  const form = isOfUsers ? USER_KEY : approvers.person === "session" ? SESSION_KEY : SOURCE_KEY;
  const [match, account, called, named] = form.exec(by) ?? [];
  if (match === undefined) {
    return {
      problem: /^(AROA\w*:.+|AIDA\w*|\d{12}(:.+)?)$/.test(by)
        ? "an earlier version made it, which didn't say whose role or user it was: it has to be given again"
        : "it is of no kind of identity that guard.yaml names in approvers",
    };
  }
  const isNamed = (isOfUsers ? approvers.users : approvers.roles).some((arn) => {
    const [, owner, name] = (isOfUsers ? USER : ROLE).exec(arn) ?? [];
    return owner === account && name === called;
  });
  if (!isNamed) return { problem: "guard.yaml doesn't name that role or user in approvers" };
  const name = (isOfUsers ? called : named)!;
  return { name, person: isOfUsers ? userPerson(account!, name) : name.toLowerCase() };
}

/** IAM takes names that differ in case alone for the same. */
function userPerson(account: string, name: string): string {
  return `user/${account}/${name}`.toLowerCase();
}

/**
 * The person who makes a change; undefined where nobody can tell, so that it may be anybody: other kinds of
 * identity than those that approve, and sessions of roles that guard.yaml doesn't name, which whoever takes
 * them on may name as they like.
 */
export function personOf(
  principal: Principal | undefined,
  approvers: Approvers | undefined,
): string | undefined {
  if (principal === undefined || approvers === undefined) return undefined;
  const { type, arn = "", role, roleArn, session, sourceIdentity } = principal;
  if (approvers.users.length > 0) {
    const [, owner, user] = USER.exec(arn) ?? [];
    return type === "IAMUser" && user !== undefined ? userPerson(owner!, user) : undefined;
  }
  if (type !== "AssumedRole" || role === undefined) return undefined;
  const account = /:assumed-role\//.test(arn) ? arn.split(":")[4] : undefined;
  const isApprovers = approvers.roles.some((each) => {
    const [, owner, name] = ROLE.exec(each) ?? [];
    return owner === account && name === role;
  });
  const isNamed =
    isApprovers ||
    approvers.namedSessions.some((each) => fits(each, roleArn ?? `arn:aws:iam::${account}:role/${role}`));
  return isNamed ? (approvers.person === "session" ? session : sourceIdentity)?.toLowerCase() : undefined;
}
