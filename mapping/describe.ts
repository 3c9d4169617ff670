/** Permissions in words. */
import { groupLabel, ruleDescription } from "../declaration/descriptions";
import type { SecurityGroupRule } from "../inventory/types";
import { describeTraffic } from "../lib/net/protocols";
import type { Permission } from "./types";

/** The description of a permission's rule. */
export function describePermission(permission: Permission, groupRules: SecurityGroupRule[]): string {
  return ruleDescription(permission, permission.direction, groupRules);
}

/** A permission as sentences name it: "Security group web (sg-0123), TCP port 443,". */
export function permissionLabel(permission: Permission): string {
  const direction = permission.direction === "egress" ? "egress of " : "";
  return `Security group ${groupLabel(permission)}, ${direction}${describeTraffic(permission)},`;
}
