/**
 * A list's members by what they have in common.
 * @template T, K
 * @param {Iterable<T>} list
 * @param {(member: T) => K} keyOf
 * @returns {Map<K, T[]>}
 */
export function byKey(list, keyOf) {
  /** @type {Map<K, T[]>} */
  const groups = new Map();
  for (const member of list) {
    const key = keyOf(member);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [member]);
    else group.push(member);
  }
  return groups;
}
