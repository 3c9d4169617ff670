import type { dynamic } from "@pulumi/pulumi";
import type { Operation } from "../panos/client";
import { entryXpath, type Container } from "../panos/location";
import type { ObjectOutputs, Placed } from "./inputs";
import { objectProvider } from "./object";
import type { PolicyObjects } from "../declaration/objects";
import { notOurs } from "../declaration/ownership";
import type { Session } from "./session";
import { tell } from "./tell";

type Declared = Placed & { name: string; ownerId: string };

/** What makes one kind of object that rules name different from the others. */
export interface MarkedKind<Inputs extends Declared, Found extends { name: string }> {
  /** In messages. */
  noun: string;
  container: Container;
  in(objects: PolicyObjects): ReadonlyMap<string, Found>;
  xml(inputs: Inputs): string;
  hash(content: Inputs | Found): string;
  owns(ownerId: string, found: Found): boolean;
  /** What says whose it is. */
  mark: string;
  /** Whether it is one that we declare, with everything but the mark: our rules may go on using it. */
  isUnmarked(ownerId: string, found: Found, declared: string): boolean;
  tagsOf(found: Found): readonly string[];
  inputs(found: Found, place: Placed & { ownerId: string }): Inputs;
}

/**
 * The life of an object that rules name and that carries a mark of ours. One that only lost the mark is left as
 * it is, and each run says so.
 */
export function markedObjectProvider<Inputs extends Declared, Found extends { name: string }>(
  kind: MarkedKind<Inputs, Found>,
): dynamic.ResourceProvider<Inputs, ObjectOutputs> {
  const isLeft = (ownerId: string, found: Found, declared: string, { firewall }: Session): boolean => {
    if (!kind.isUnmarked(ownerId, found, declared)) return false;
    tell("warn", `${kind.noun} ${found.name} on ${firewall} has lost ${kind.mark}: it is left as it is`);
    return true;
  };
  const operation = (session: Session, name: string, rest: Pick<Operation, "action" | "element">) => ({
    ...rest,
    xpath: entryXpath(session.location, kind.container, name),
  });

  return objectProvider<Inputs>({
    hash: (inputs) => kind.hash(inputs),

    outputs: ({ firewall, ownerId }) => ({ firewall, ownerId }),

    plan(inputs, objects, session, purpose) {
      const { name, ownerId } = inputs;
      const found = kind.in(objects).get(name);
      const declared = kind.hash(inputs);
      if (found !== undefined && !kind.owns(ownerId, found)) {
        if (purpose === "update" && isLeft(ownerId, found, declared, session)) return [];
        throw new Error(notOurs(kind.noun, name, session.firewall, kind.tagsOf(found)));
      }
      if (found !== undefined && kind.hash(found) === declared) return [];
      return [operation(session, name, { action: "edit", element: kind.xml(inputs) })];
    },

    found(id, { firewall, ownerId = "", hash }, objects, session) {
      const found = kind.in(objects).get(id);
      if (found === undefined) return undefined;
      if (isLeft(ownerId, found, hash, session)) return "left";
      return kind.inputs(found, { firewall, ownerId });
    },

    removal(id, { ownerId = "" }, objects, session) {
      const found = kind.in(objects).get(id);
      if (found === undefined || !kind.owns(ownerId, found)) return [];
      return [operation(session, id, { action: "delete" })];
    },
  });
}
