import { refuseOverriding } from "../pushed/overriding";
import { BadRequest, Refusal } from "../refusal";
import type { XmlElement } from "../xml/element";
import type { Candidate } from "./candidate";
import { remove } from "./delete";
import { edit } from "./edit";
import { clone, rename } from "./names";
import { move } from "./order";
import { set } from "./set";
import type { WriteAction, WriteParameters } from "./writes";

export function isWriteAction(action: string): action is WriteAction {
  return ["set", "edit", "delete", "move", "rename", "clone", "override"].includes(action);
}

/** "absent": a delete found nothing, which PAN-OS calls a success of its own kind. */
export type WriteResult = "done" | "absent";

/** Does one write. Call it in a transaction: it may throw after changing something. */
export function write(
  candidate: Candidate,
  admin: string,
  action: WriteAction,
  xpath: string,
  parameters: WriteParameters,
): WriteResult {
  const { elements, where, dst, newname, from } = parameters;
  refuseOverriding(candidate, action, xpath, parameters);
  switch (action) {
    case "set":
      set(candidate, admin, xpath, needElement(elements));
      return "done";
    case "edit":
      edit(candidate, admin, xpath, needElement(elements));
      return "done";
    case "delete":
      return remove(candidate, admin, xpath) ? "done" : "absent";
    case "move":
      move(candidate, admin, xpath, where, dst);
      return "done";
    case "rename":
      rename(candidate, admin, xpath, newname);
      return "done";
    case "clone":
      clone(candidate, admin, xpath, from, newname);
      return "done";
    case "override":
      // Only what a Panorama template gave can be overridden, which nobody does over the API here.
      throw new Refusal("12", ["Object cannot be overridden"]);
  }
}

function needElement(elements: readonly XmlElement[]): readonly XmlElement[] {
  if (elements.length === 0) throw new BadRequest(400, 'Missing value for parameter "element".');
  return elements;
}

/** The answer to one operation of a multi-config request. */
export interface OperationAnswer {
  id: string | undefined;
  result: WriteResult | Refusal;
}

/** Thrown when an operation failed: everything before it is undone, and the last answer says why. */
export class MultiConfigFailure extends Error {
  constructor(
    readonly answers: readonly OperationAnswer[],
    override readonly cause: Refusal,
  ) {
    super(cause.message);
  }
}

/**
 * Does every operation of a multi-config document in order, or none.
 * @param mayWrite is asked before each operation and throws when something forbids it (a lock, or what came before)
 * @throws MultiConfigFailure
 */
export function multiConfig(
  candidate: Candidate,
  admin: string,
  document: XmlElement,
  mayWrite: (operation: XmlElement) => void,
): OperationAnswer[] {
  return candidate.transaction(() => {
    const answers: OperationAnswer[] = [];
    for (const operation of document.children) {
      const { id, xpath = "", where, dst, newname, from } = operation.attributes;
      try {
        if (!isWriteAction(operation.tag)) {
          throw new Refusal("17", [`${document.tag} -> ${operation.tag} unexpected here`]);
        }
        mayWrite(operation);
        const parameters = { elements: operation.children, where, dst, newname, from };
        const result = write(candidate, admin, operation.tag, xpath, parameters);
        answers.push({ id, result });
      } catch (error) {
        const refusal = error instanceof BadRequest ? new Refusal("17", [error.message]) : error;
        if (!(refusal instanceof Refusal)) throw error;
        throw new MultiConfigFailure([...answers, { id, result: refusal }], refusal);
      }
    }
    return answers;
  });
}
