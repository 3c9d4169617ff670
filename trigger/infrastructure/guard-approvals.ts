import { Table } from "@pulumi/aws/dynamodb";
import { approverRights } from "../../guard/approvals/rights";
import type { DeployedGuard } from "../settings/guard";
import type { Context } from "./context";
import type { Statement } from "./policy";

/** What tables of the guard have in common: what is in them can be had back. */
export const RESTORABLE = {
  billingMode: "PAY_PER_REQUEST",
  pointInTimeRecovery: { enabled: true },
  serverSideEncryption: { enabled: true },
};

/** Where approvals are: what the guard may do there, and what whoever approves may, in no name but their own. */
export function approvalsOf({ name, partition }: Context, guard: DeployedGuard) {
  const { approvers } = guard.policy;
  if (guard.approvals !== undefined) {
    const { bucket, prefix } = guard.approvals;
    const inBucket = `arn:${partition}:s3:::${bucket}`;
    // It has no right to make one: what approvals were used for is among its records.
    const uses: Statement[] = [
      { Sid: "FindApprovals", Action: ["s3:ListBucket"], Resource: inBucket },
      { Sid: "ReadApprovals", Action: ["s3:GetObject"], Resource: `${inBucket}/${prefix}*` },
    ];
    const make = approverRights<string>(approvers, { objects: `${inBucket}/${prefix}` }, partition);
    return { address: `s3://${bucket}/${prefix}`, uses, make: make as Statement[] };
  }
  const table = new Table("approvals", {
    name: `${name}-approvals`,
    hashKey: "by",
    rangeKey: "id",
    ...RESTORABLE,
    attributes: [
      { name: "by", type: "S" },
      { name: "id", type: "S" },
    ],
    ttl: { attributeName: "expires", enabled: true },
  });
  const uses: Statement[] = [{ Sid: "ReadApprovals", Action: ["dynamodb:Scan"], Resource: table.arn }];
  const make: Statement[] = approverRights(approvers, { table: table.arn }, partition);
  return { address: table.name, uses, make };
}
