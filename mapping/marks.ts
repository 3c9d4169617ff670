/** The tags that isolate an instance, and who has them. */
import type { Inventory, NetworkInterface, StoppedInstance, Tags } from "../inventory/types";
import { plainText } from "../lib/text";
import { kindLeftOut } from "./left-out";
import { allTags, howToSee } from "./seen-tags";
import type { MappingOptions, QuarantineOptions } from "./types";

/** The tag that isolates an instance, unless the options name others. */
export const QUARANTINE_TAGS: Readonly<Record<string, readonly string[]>> = { SecurityStatus: ["IR"] };

/** Why an instance is isolated, and whether a tag says so: otherwise nobody has seen its tags. */
interface Mark {
  reason: string;
  isMarked: boolean;
}

/** What is isolated: instances, and interfaces of none. By id. */
export type Marks = ReadonlyMap<string, Mark>;

/**
 * The instances that are isolated: by a tag, or because their tags were not seen. An interface of no instance that rules
 * lead to is isolated by its own tags.
 */
export function marksIn(
  inventory: Inventory,
  options: Pick<MappingOptions, "quarantine" | "interfaces" | "destinations">,
): Marks {
  const { quarantine } = options;
  const marks = new Map<string, Mark>();
  if (quarantine === undefined) return marks;
  const seen = allTags(inventory);
  const look = (each: StoppedInstance | NetworkInterface, label: string) => {
    const mark = markOf(label, each, seen(each), quarantine);
    if (mark !== undefined) marks.set(each.id, mark);
  };
  for (const each of taggedInstances(inventory, options)) {
    look(each, labelOf(each));
  }
  for (const each of ofNoInstance(inventory, options)) look(each, each.id);
  return marks;
}

/**
 * The instances whose tags decide. With dynamic destinations also of those that don't run: their rules stay, and have to
 * stay the same.
 */
export function taggedInstances(
  { instances, stopped = [] }: Pick<Inventory, "instances" | "stopped">,
  { destinations }: Pick<MappingOptions, "destinations">,
): readonly StoppedInstance[] {
  return destinations === "dynamic" ? [...instances, ...stopped] : instances;
}

/** The interfaces of no instance that rules lead to where the firewall stands before them. */
export function ofNoInstance(
  { networkInterfaces }: Inventory,
  { interfaces = "instances" }: Pick<MappingOptions, "interfaces">,
): NetworkInterface[] {
  if (interfaces === "instances") return [];
  const isThere = () => true;
  return networkInterfaces.filter(
    (each) => bearerOf(each) === each.id && kindLeftOut(each, { isThere, interfaces }) === undefined,
  );
}

/** @param all its tags where all of them were seen: one that isolates counts in any case */
function markOf(
  label: string,
  object: StoppedInstance | NetworkInterface,
  all: Tags | undefined,
  quarantine: QuarantineOptions,
): Mark | undefined {
  const { tags = {} } = object;
  const key = Object.keys(quarantine.tags).find(
    (each) => Object.hasOwn(tags, each) && quarantine.tags[each]!.includes(tags[each]!),
  );
  if (key !== undefined) return { reason: `${label} has the tag ${key}=${tags[key]}`, isMarked: true };
  return all === undefined
    ? {
        reason: `${label}'s tags were not seen, which quarantine needs: ${howToSee(object)}`,
        isMarked: false,
      }
    : undefined;
}

/** Whose tags say what an interface is subject to: its instance's id; its own where that is none of the account's. */
export function bearerOf({ id, instanceId, instanceOwnerId }: NetworkInterface): string {
  return instanceId === undefined || instanceOwnerId !== undefined ? id : instanceId;
}

/**
 * Who has a tag that is almost one that isolates: in another case, or with blanks.
 * @param marks what is isolated, which is nobody's mistake
 */
export function nearMisses(
  inventory: Inventory,
  options: Pick<MappingOptions, "quarantine" | "interfaces" | "destinations">,
  marks: Marks,
): string[] {
  const { quarantine } = options;
  if (quarantine === undefined) return [];
  const bare = (text: string) => text.replace(/\s+/gu, "").toLowerCase();
  const wanted = new Map(
    Object.entries(quarantine.tags).flatMap(([key, values]) =>
      values.map((value) => [`${bare(key)}=${bare(value)}`, `${key}=${value}`] as const),
    ),
  );
  const labelled = [
    ...taggedInstances(inventory, options).map((each) => ({ ...each, label: labelOf(each) })),
    ...ofNoInstance(inventory, options).map((each) => ({ ...each, label: each.id })),
  ];
  return labelled.flatMap(({ id, label, tags = {} }) => {
    if (marks.has(id)) return [];
    return Object.entries(tags).flatMap(([key, value]) => {
      const meant = wanted.get(`${bare(key)}=${bare(value)}`);
      if (meant === undefined) return [];
      return [
        `${label} has the tag ${JSON.stringify(plainText(`${key}=${value}`))}, which is almost ${meant}: it is not isolated. ` +
          "Tags tell case and blanks apart: set the right one, or take this one off.",
      ];
    });
  });
}

function labelOf({ id, name }: StoppedInstance): string {
  return name === undefined ? id : `${id} (${plainText(name)})`;
}

/** Whether an interface is isolated, by its instance's tags or its own. */
export function isIsolated(networkInterface: NetworkInterface, marks: Marks): boolean {
  return marks.has(bearerOf(networkInterface));
}
