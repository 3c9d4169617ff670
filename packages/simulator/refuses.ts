/**
 * What a device may refuse where PAN-OS's documentation doesn't say whether it does: switched on to see what a client
 * does then. The texts of these refusals are made up.
 */
export interface Refuses {
  /**
   * Commits of one administrator's changes that move rules; a version: by those before it. Such commits are documented
   * for Panorama, from 11.0.1 on.
   */
  reordering?: boolean | string;
  /** `edit` and `move` of one entry in one multi-config request. */
  editAndMove?: boolean;
  /** `<all/>` beside `<limit>` in `show object registered-ip`. */
  pagedAll?: boolean;
  /** Reads of `/config/panorama`: what was pushed then is in `show config pushed-shared-policy` alone. */
  pushedConfig?: boolean;
  /** `show config pushed-shared-policy`, as if it had no such command. */
  pushedOperation?: boolean;
  /** The recorded form of what `show config pushed-shared-policy` answers: it is then all in one `<shared>`. */
  pushedRoot?: boolean;
  /** `show` of `/config/panorama`. */
  pushedShow?: boolean;
  /** The entries in the list of changes: it names what they are in. */
  journalEntries?: boolean;
  /** The marks of whoever changed something, in what `get` answers. */
  marks?: boolean;
  /** A commit of a local security rule by the name of one that Panorama has pushed. */
  pushedRuleNames?: boolean;
}

const WORDS = {
  "edit-and-move": "editAndMove",
  "journal-entries": "journalEntries",
  marks: "marks",
  "paged-all": "pagedAll",
  "pushed-config": "pushedConfig",
  "pushed-operation": "pushedOperation",
  "pushed-root": "pushedRoot",
  "pushed-show": "pushedShow",
  "pushed-rule-names": "pushedRuleNames",
} as const;

/** Reads what `--refuse` was given. @throws Error that names the word that isn't known */
export function refusesFrom(words: readonly string[]): Refuses {
  const refuses: Refuses = {};
  for (const word of words) {
    const [, version] = /^reordering(?:=(\d+(?:\.\d+)*))?$/.exec(word) ?? [];
    if (/^reordering(=\d+(\.\d+)*)?$/.test(word)) refuses.reordering = version ?? true;
    else if (Object.hasOwn(WORDS, word)) refuses[WORDS[word as keyof typeof WORDS]] = true;
    else {
      throw new Error(
        `--refuse: "${word}" is none of reordering, reordering=VERSION, ${Object.keys(WORDS).join(", ")}`,
      );
    }
  }
  return refuses;
}

/** Whether a device of a version refuses commits of one administrator's changes that move rules. */
export function refusesReordering({ reordering = false }: Refuses, swVersion: string): boolean {
  return typeof reordering === "string" ? isBefore(swVersion, reordering) : reordering;
}

function isBefore(version: string, other: string): boolean {
  const [numbers, others] = [version, other].map((text) =>
    text.split(/[.-]/).map((part) => parseInt(part, 10)),
  );
  for (const [index, number] of others!.entries()) {
    const own = numbers![index] ?? 0;
    if (own !== number) return own < number;
  }
  return false;
}
