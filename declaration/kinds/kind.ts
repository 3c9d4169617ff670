import type { XmlElement } from "../../panos/xml";
import { ownerTag } from "../names";

/** What every object has. */
export interface Named {
  name: string;
}

/**
 * Everything that makes one kind of object of ours different from the others, in one place: what it is called and
 * where it lives, which names and which mark make it ours, and what it says.
 */
export interface Kind<Declared extends Named = Named, Found extends Named = Named> {
  /** In messages: "address". */
  noun: string;
  /** As PAN-OS calls one: "address object". */
  object: string;
  /** The element of the vsys that holds them; "rules" are those of its security rulebase. */
  container: string;
  /** The resource that declares one. Every state has its type, in URNs, and the file in `provider/` that manages it. */
  resource: { type: string; module: string };
  /** Its fields that hold names of objects, of which kinds: these are there before it, and go after it. */
  uses: Readonly<Record<string, readonly string[]>>;
  /**
   * Whether it is one of hundreds behind the rest of its kind: such ones go last, and only where nothing uses them,
   * because the device would refuse them one by one.
   */
  isOneOfMany?(name: string): boolean;

  /** Whether `name` is one that we can have given, for this owner. */
  isOurName(name: string, ownerId: string): boolean;
  /** What says whose it is, in messages. */
  mark: string;
  isMarked(ownerId: string, found: Found): boolean;
  /** The same, marked as ours. */
  withMark(ownerId: string, found: Found): Found;

  /** The `<entry>` of one. */
  xml(declared: Declared): string;
  /** Reads an `<entry>`, also one that says more than ours do. */
  from(entry: XmlElement): Found;
  /** A hash of what it says; what means nothing to PAN-OS doesn't change it. */
  hash(content: Declared | Found): string;
  /** What it stands for, for people: "tcp/8443", a CIDR block, members. */
  says(found: Found): string[];
}

/** The mark of what PAN-OS keeps tags on. */
export const byTag = {
  mark: "this stack's tag",
  isMarked: (ownerId: string, { tag }: { tag: readonly string[] }) => tag.includes(ownerTag(ownerId)),
  withMark: <T extends { tag: string[] }>(ownerId: string, found: T): T => ({
    ...found,
    tag: [ownerTag(ownerId)],
  }),
};
