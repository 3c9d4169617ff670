import type { XmlElement } from "../xml/element";

/** What a write asks for beyond its xpath. */
export interface WriteParameters {
  elements: readonly XmlElement[];
  where?: string | undefined;
  dst?: string | undefined;
  newname?: string | undefined;
  from?: string | undefined;
}

export type WriteAction = "set" | "edit" | "delete" | "move" | "rename" | "clone" | "override";
