/** What was looked for, or why what there is of it does not count: one sentence each. */
export type Counted<T> = { found: T } | { refused: string[] };
