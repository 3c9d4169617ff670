import type { JournalEntry } from "../config/journal";
import { locate, objectPath, xpathOf } from "../config/paths";
import type { AuditComments } from "../op/audit";
import type { XmlElement } from "../xml/element";

/**
 * Rules that a commit makes or changes without an audit comment, as detail lines of its job, where the
 * Policy Rulebase Settings require one. Where a device checks this is documented nowhere; clients write
 * the rule first and set its comment afterwards, so it can't be at the write.
 */
export function missingAuditComments(
  next: XmlElement,
  covered: readonly JournalEntry[],
  comments: AuditComments,
): string[] {
  const management = next.child("devices")?.entries()[0]?.at("deviceconfig", "setting", "management");
  if (management?.value("rule-require-audit-comment") !== "yes") return [];
  const changed = new Set<string>();
  const missing: string[] = [];
  for (const { path, action } of covered) {
    const rule = objectPath(path);
    const xpath = xpathOf(rule);
    const isRule = rule.at(-2) === "rules" && rule.some((step) => /^((pre|post)-)?rulebase$/.test(step));
    if (!isRule || action === "DELETE" || action === "MOVE" || changed.has(xpath)) continue;
    changed.add(xpath);
    if (locate(next, rule) && comments.of(xpath).length === 0) {
      missing.push(
        `rulebase -> ${rule.at(-3)} -> rules -> ${rule.at(-1)?.slice(6)} audit comment is required`,
      );
    }
  }
  return missing;
}
