/** A list for a message: the first ones, and how many more. */
export function listed(items: readonly string[], most = 20): string {
  const more = items.length - most;
  return items.slice(0, most).join(", ") + (more > 0 ? `, and ${more} more` : "");
}
