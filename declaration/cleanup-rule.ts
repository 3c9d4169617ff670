/**
 * The cleanup rule: the administrator's rule that ours stand above, and that denies what nobody allows.
 */

/**
 * The predefined rule that stands below every rulebase and denies what passes between zones, unless somebody has
 * overridden its action (PAN-OS documentation, "Security Policy Rule"). Named as the cleanup rule, ours stand at the
 * end of the local rulebase.
 */
export const INTERZONE_DEFAULT = "interzone-default";

/**
 * What ours are placed above in place of the cleanup rule that is named: where that is only in Panorama's
 * post-rulebase, it stands below every local rule, as the predefined one does.
 * @param below names of Panorama's post-rules
 */
export function localAnchor(
  cleanupRule: string,
  rules: readonly { name: string }[],
  below: readonly string[] = [],
): string {
  const isLocal = rules.some(({ name }) => name === cleanupRule);
  return !isLocal && below.includes(cleanupRule) ? INTERZONE_DEFAULT : cleanupRule;
}

/** The other predefined one, which allows what stays in a zone: nothing can stand on that. */
export const INTRAZONE_DEFAULT = "intrazone-default";

/**
 * How many rules stand above the cleanup rule: those before its index. All of them, where it is the predefined one;
 * none, where it is missing.
 */
export function cleanupPosition(rules: readonly { name: string }[], cleanupRule: string): number {
  const index = rules.findIndex(({ name }) => name === cleanupRule);
  if (index >= 0) return index;
  return cleanupRule === INTERZONE_DEFAULT ? rules.length : 0;
}
