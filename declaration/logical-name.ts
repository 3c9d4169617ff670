import { securityGroupIn, trafficIn } from "./names";

/** EC2 allows 255 characters; a tree has to be read. */
const LONGEST_GROUP_NAME = 40;

/**
 * What Pulumi calls an object: the security group's name and the traffic, for a person, and then the object's own
 * name, which makes it one of a kind: "web/tcp-443/aws-sg-0ab9c37e7cf290ea4-tcp-443". Without a known group it is
 * the object's own name alone.
 * @param groupNames security groups' names, by id
 */
export function logicalName(name: string, groupNames: ReadonlyMap<string, string>): string {
  const group = readable(groupNames.get(securityGroupIn(name) ?? "") ?? "");
  const parts = [group, trafficIn(name), name];
  return group === "" ? name : parts.filter((part) => part !== undefined).join("/");
}

/** The name behind a logical one, with whatever stands in front of both. */
export function withoutGroup(logicalName: string): string {
  const parts = logicalName.split("/");
  const name = parts.at(-1) ?? "";
  const isNamed = parts.length > 2 && parts.at(-2) === trafficIn(name);
  return isNamed ? parts.toSpliced(-3, 2).join("/") : logicalName;
}

/** A name of any characters, without those that mean something to a shell, to `--target` or in a URN. */
function readable(groupName: string): string {
  const safe = groupName.replace(/[^\w.-]+/g, "-").slice(0, LONGEST_GROUP_NAME);
  return safe.replace(/^-+|-+$/g, "");
}
