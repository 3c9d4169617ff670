import { groupNameIn } from "../../declaration/descriptions";
import { securityGroupIn } from "../../declaration/names";
import type { SecurityRule } from "../../panos/policy";

/**
 * The names of the security groups that rules are about, by id. As the rules' own descriptions say them, so that
 * a group is called the same while its account can't be read.
 */
export function groupNamesIn(
  rules: readonly Pick<SecurityRule, "name" | "description">[],
): Map<string, string> {
  const names = new Map<string, string>();
  for (const { name, description } of rules) {
    const id = securityGroupIn(name);
    const groupName = id === undefined ? undefined : groupNameIn(description, id);
    if (id !== undefined && groupName !== undefined) names.set(id, groupName);
  }
  return names;
}
