import { StackInstances, StackSet } from "@pulumi/aws/cloudformation";
import { getOrganizationalUnitDescendantAccounts } from "@pulumi/aws/organizations";
import { all, jsonStringify, type Output } from "@pulumi/pulumi";
import { guardRights } from "../../guard/rights";
import type { Context } from "./context";
import { memberTemplate } from "./member-template";
import { readActions } from "./reads";
import { forwardedRules, type Hub } from "./rules";

/** An account that forwards its changes, and the role that reads it. */
export interface Member {
  account: string;
  roleArn: string;
}

/** The roles of the hub that take on those in the members. */
export interface HubRoles {
  readers: Output<string>[];
  /** Undefined: there is no guard. */
  guard: Output<string> | undefined;
}

/** The member accounts: those that are listed, or those that the organization has today. */
export async function membersOf(context: Context): Promise<Member[]> {
  const { settings, partition, account: own } = context;
  const { members } = settings;
  if (members === undefined) return [];
  const { scope, roleName } = members;
  const accounts =
    scope.kind === "accounts"
      ? scope.accounts
      : (
          await Promise.all(
            scope.units.map((parentId) => getOrganizationalUnitDescendantAccounts({ parentId })),
          )
        ).flatMap(({ accounts: found = [] }) =>
          found.filter(({ status }) => status === "ACTIVE").map(({ id }) => id),
        );
  return [...new Set(accounts)]
    .filter((account) => account !== own)
    .sort()
    .map((account) => ({ account, roleArn: `arn:${partition}:iam::${account}:role/${roleName}` }));
}

/**
 * Sets the members up in one step. An organization's accounts get theirs by themselves, also those that come
 * later; listed ones need the two roles of self-managed StackSets (CloudFormation documentation, "Grant
 * self-managed permissions").
 * @returns what is there when they are set up
 */
export function memberStacks(
  context: Context,
  hub: Hub | undefined,
  members: readonly Member[],
  roles: HubRoles,
): StackInstances | undefined {
  const { settings, watched, account, name, partition } = context;
  const { members: given, guard } = settings;
  if (given === undefined || hub === undefined) return undefined;
  const { scope, roleName, guardRoleName, externalId } = given;
  const where = { partition, account: "${AWS::AccountId}", regions: watched };
  const guarding = guard && {
    roleName: guardRoleName,
    rights: guardRights(guard.policy, where, Object.values(guard.quarantineGroups)),
  };
  const templateBody = all([hub.bus.arn, all(roles.readers), roles.guard]).apply(
    ([hubBusArn, readerPrincipals, principal]) =>
      JSON.stringify(
        memberTemplate({
          hubBusArn,
          hubAccount: account,
          readerPrincipals,
          roleName,
          externalId,
          rules: forwardedRules(context),
          ...(guarding && principal !== undefined && { guard: { ...guarding, principal } }),
          // Other accounts are only ever read by EC2's own API.
          reads: readActions("ec2"),
          roleRegion: watched[0] ?? context.region,
        }),
      ),
  );
  const common = {
    name,
    description: `Forwards changes in EC2 to ${name} in ${account}, and lets it read them`,
    templateBody,
    // For the role with a name of its own.
    capabilities: ["CAPABILITY_NAMED_IAM"],
  };
  // A few accounts that can't be reached don't keep the others waiting.
  const operationPreferences = { failureTolerancePercentage: 10, maxConcurrentPercentage: 25 };
  if (scope.kind === "accounts") {
    const set = new StackSet("members", {
      ...common,
      permissionModel: "SELF_MANAGED",
      administrationRoleArn: `arn:${partition}:iam::${account}:role/AWSCloudFormationStackSetAdministrationRole`,
      executionRoleName: "AWSCloudFormationStackSetExecutionRole",
    });
    return new StackInstances("members", {
      stackSetName: set.name,
      accounts: members.map((member) => member.account),
      regions: watched,
      operationPreferences,
    });
  }
  // Where the hub is one of the organization's accounts, it gets a stack like any other: its changes then come
  // twice, which does no harm.
  const { callAs, units } = scope;
  const set = new StackSet("members", {
    ...common,
    permissionModel: "SERVICE_MANAGED",
    autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
    callAs,
  });
  return new StackInstances("members", {
    stackSetName: set.name,
    callAs,
    regions: watched,
    operationPreferences,
    deploymentTargets: { organizationalUnitIds: units },
  });
}

/** What belongs into the stack's configuration, so that the program reads what it is told of. */
export function accountsSetting(context: Context, members: readonly Member[]): Output<string> | undefined {
  const { watched, settings } = context;
  if (members.length === 0 && watched.length === 1 && watched[0] === context.region) return undefined;
  const externalId = settings.members?.externalId;
  return jsonStringify([
    { regions: watched },
    ...members.map(({ roleArn }) => ({
      role: roleArn,
      regions: watched,
      ...(externalId !== undefined && { externalId }),
    })),
  ]);
}
