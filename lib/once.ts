/** Functions that answer the same question once. */

/** Remembers the answers for as long as the function lives. @param keyOf what equal questions have in common */
export function once<Q, A extends object>(
  answer: (question: Q) => A,
  keyOf: (question: Q) => unknown = (question) => question,
): (question: Q) => A {
  const known = new Map<unknown, A>();
  return (question) => {
    const key = keyOf(question);
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = answer(question);
    known.set(key, found);
    return found;
  };
}

/** Remembers the answer to each very object, which must not change, for as long as the object lives. */
export function onceEach<Q extends object, A extends object>(answer: (question: Q) => A): (question: Q) => A {
  const known = new WeakMap<Q, A>();
  return (question) => {
    const before = known.get(question);
    if (before !== undefined) return before;
    const found = answer(question);
    known.set(question, found);
    return found;
  };
}
