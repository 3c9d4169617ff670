import type { FoundRule } from "../panos/policy";
import { hash } from "./hashes";

/**
 * Administrator's rules that declared ones replace, by name: which ones do, and a hash of what the rule said
 * when it was judged.
 */
export type Adoptions = Record<string, { by: string[]; content: string }>;

/** The content by which a rule that is to be taken over is known again. */
export function adoptedContent(found: FoundRule): string {
  return hash(found);
}
