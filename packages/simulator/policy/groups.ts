/**
 * Whether an object with these tags belongs to a dynamic address group. Filters are tags in single
 * quotes (or bare) with `and`, `or` and parentheses; `and` binds tighter.
 */
export function groupMatches(filter: string, tags: ReadonlySet<string>): boolean {
  const tokens = filter.match(/'[^']*'|"[^"]*"|\(|\)|[^\s()'"]+/g) ?? [];
  let at = 0;
  const peek = (): string => (tokens[at] ?? "").toLowerCase();

  const or = (): boolean => {
    let value = and();
    while (peek() === "or") {
      at++;
      const right = and();
      value = value || right;
    }
    return value;
  };
  const and = (): boolean => {
    let value = term();
    while (peek() === "and") {
      at++;
      const right = term();
      value = value && right;
    }
    return value;
  };
  const term = (): boolean => {
    const token = tokens[at++];
    if (token === "(") {
      const value = or();
      if (tokens[at] === ")") at++;
      return value;
    }
    return token !== undefined && tags.has(token.replace(/^['"]|['"]$/g, ""));
  };
  return or();
}
