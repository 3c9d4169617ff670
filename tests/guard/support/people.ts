/** Who may approve in tests, and how what they write is kept. */
import type { Approval } from "../../../guard/approvals/approval";
import { permission } from "../../../guard/approvals/read";
import { ACCOUNT } from "./cloudtrail";

/** For a policy: sessions of the role `approver` may approve, and of `admin` they are named after the person, too. */
export const APPROVERS = `approvers:
  roles: ["arn:aws:iam::${ACCOUNT}:role/approver"]
  namedSessions: ["arn:aws:iam::${ACCOUNT}:role/admin"]
`;

/** The key that a session of the role that approves writes under. */
export function keyOf(person: string, role = "approver"): string {
  return `role/${ACCOUNT}/${role}/AROA${role.toUpperCase()}:${person}`;
}

/** An approval of a person, of a permission as people write it. */
export function approvalOf(person: string, changes: Partial<Approval> & { what?: string } = {}): Approval {
  const { what = "tcp/22 0.0.0.0/0", ...others } = changes;
  const [text = "", end = "", entries] = what.split(" ");
  return {
    ...{ id: `of-${person}`, by: keyOf(person), madeAt: "2026-11-21T00:00:00Z", group: "sg-1" },
    permission: { kind: "opens", direction: "ingress", ...permission(text, end, entries)! },
    ...{ until: "2099-01-01T00:00:00Z", once: false },
    ...others,
  };
}
