import type { Output } from "@pulumi/pulumi";
import { editorRights } from "../../guard/editors";
import { denyOnMarked } from "../../guard/isolate";
import type { DeployedGuard } from "../settings/guard";
import type { Context } from "./context";
import { policy, type Statement } from "./policy";

/** Policies for people, to be attached by whoever manages their roles. @param exempt roles that may touch marked instances */
export function policiesFor(
  { settings: { tagKeys, main }, partition }: Context,
  guard: DeployedGuard,
  approve: Statement[],
  exempt: Output<string[]>,
) {
  const editor = editorRights(guard.policy, [...tagKeys, ...main.approvalKeys], partition);
  return {
    ...(approve.length > 0 && { approverPolicy: policy(approve) }),
    editorPolicy: policy(editor as Statement[]),
    ...(Object.keys(guard.quarantineGroups).length > 0 && {
      quarantinePolicy: exempt.apply((arns) => JSON.stringify(denyOnMarked(guard.quarantineTags, arns))),
    }),
  };
}
