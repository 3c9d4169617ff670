import type { dynamic } from "@pulumi/pulumi";
import type { Operation } from "../../panos/client";
import { entryXpath } from "../../panos/location";
import { kindOf, type DeclaredOf, type FoundOf, type Part } from "../../declaration/kinds/index";
import type { Named } from "../../declaration/kinds/kind";
import type { ObjectInputs, ObjectOutputs } from "./inputs";
import { objectProvider } from "./object";
import type { PolicyObjects } from "../../declaration/objects";
import { isOursUnmarked, notOurs, owns } from "../../declaration/ownership";
import type { Session } from "../session/session";
import { tell } from "../session/tell";
import { ProviderError } from "../error";

/**
 * The life of an object that rules name and that carries a mark of ours, as the table of kinds describes it. One that
 * only lost the mark is left as it is, and each run says so.
 * @param said what a found one says, as inputs say it; unless given, in the same fields
 */
export function markedObjectProvider<P extends Part>(
  part: P,
  said: (found: FoundOf<P>) => object = (found) => found,
): dynamic.ResourceProvider<ObjectInputs<DeclaredOf<P>>, ObjectOutputs> {
  type Inputs = ObjectInputs<DeclaredOf<P>>;
  const kind = kindOf(part);
  const foundIn = (objects: PolicyObjects, name: string): Named | undefined => objects[part].get(name);
  const isLeft = (ownerId: string, found: Named, declared: string, { firewall }: Session): boolean => {
    if (!isOursUnmarked(part, ownerId, found, declared)) return false;
    tell("warn", `${kind.object} ${found.name} on ${firewall} has lost ${kind.mark}: it is left as it is`);
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
      const found = foundIn(objects, name);
      const declared = kind.hash(inputs);
      if (found !== undefined && !owns(part, ownerId, found)) {
        if (purpose === "update" && isLeft(ownerId, found, declared, session)) return [];
        throw new ProviderError("NOT_OURS", notOurs(kind.object, name, session.firewall, tagsOf(found)));
      }
      if (found !== undefined && kind.hash(found) === declared) return [];
      return [operation(session, name, { action: "edit", element: kind.xml(inputs) })];
    },

    found(id, { firewall, ownerId = "", hash }, objects, session) {
      const found = foundIn(objects, id);
      if (found === undefined) return undefined;
      if (isLeft(ownerId, found, hash, session)) return "left";
      return { ...said(found as FoundOf<P>), firewall, ownerId } as object as Inputs;
    },

    removal(id, { ownerId = "" }, objects, session) {
      const found = foundIn(objects, id);
      if (found === undefined || !owns(part, ownerId, found)) return [];
      return [operation(session, id, { action: "delete" })];
    },
  });
}

function tagsOf(found: Named & { tag?: readonly string[] }): readonly string[] {
  return found.tag ?? [];
}
