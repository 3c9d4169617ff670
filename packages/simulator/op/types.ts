import type { Firewall } from "../firewall";
import type { Answer } from "../http/answers";
import type { XmlElement } from "../xml/element";

/** What an operational command knows beside its own XML. */
export interface OpContext {
  firewall: Firewall;
  admin: string;
  /** The request's `vsys` parameter: where a lock or a test applies. */
  vsys: string | undefined;
}

/** Answers a command; `node` is the element at the end of its path. */
export type OpCommand = (node: XmlElement, context: OpContext) => Answer;

/** Commands by the tags that lead to them; the longest path that fits answers. */
export type OpCommands = Record<string, OpCommand>;
