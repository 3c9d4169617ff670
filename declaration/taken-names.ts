/**
 * A member of a rule is a name first: where somebody has an object that is called `10.0.1.10`, or a group of
 * applications that is called `ssl`, PAN-OS takes it for that (regions and lists before groups, groups before
 * addresses).
 */
import { KINDS } from "./kinds/index";
import { isOfThisProgram } from "./names";
import { parseBlock } from "../lib/net/cidr";
import { knownApplication } from "../panos/applications";
import type { SecurityRule, TakenNames } from "../panos/policy";

/** A member of a rule that PAN-OS takes for somebody's object. */
export interface TakenMember {
  side: keyof TakenNames;
  member: string;
  /** "address object", "shared application group" */
  what: string;
}

/** What of these members is somebody's object by name; objects of ours, in the places where ours are, are none. */
export function takenMembers(
  { source, destination, application, service }: Members,
  configurations: readonly TakenNames[],
): TakenMember[] {
  const taken = (side: keyof TakenNames, members: readonly string[]): TakenMember[] =>
    members.flatMap((member) => {
      const what = takenBy(side, member, configurations);
      return what === undefined ? [] : [{ side, member, what }];
    });
  return [
    ...taken("addresses", source),
    ...taken("addresses", destination),
    ...taken("applications", application),
    ...taken("services", service),
  ];
}

type Members = Pick<SecurityRule, "source" | "destination" | "application" | "service">;

/** What ours are themselves, by name: in the vsys. Whether one of these is ours is a matter of its mark. */
const OWN: Record<keyof TakenNames, readonly string[]> = {
  addresses: [KINDS.addresses.object, KINDS.addressGroups.object],
  services: [KINDS.services.object],
  applications: [KINDS.applications.object],
};

/** What a member is by name of somebody's, as PAN-OS calls it; undefined: nothing. */
export function takenBy(
  side: keyof TakenNames,
  member: string,
  configurations: readonly TakenNames[],
): string | undefined {
  const kinds = configurations.flatMap((names) => names[side].get(member) ?? []);
  if (kinds.length === 0) return undefined;
  const others = isOfThisProgram(member) ? kinds.filter((kind) => !OWN[side].includes(kind)) : kinds;
  // Whatever else stands in a rule of ours is the name of an object that the settings mean.
  const isMeant = !isOfThisProgram(member) && !isWord(side, member);
  return isMeant ? undefined : others[0];
}

/** Whether a member says something by itself, without an object. */
function isWord(side: keyof TakenNames, member: string): boolean {
  if (side === "addresses") return parseBlock(member) !== undefined;
  return side === "applications" && knownApplication(member) !== undefined;
}
