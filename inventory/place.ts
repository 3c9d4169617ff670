import type { Answer } from "./answers";
import { given } from "../lib/records";

/** Whose an object is and where it was read, as far as the answer says. */
export function place({ ownerId, readIn }: Answer) {
  return given({ ownerId: ownerId || undefined, region: readIn });
}
