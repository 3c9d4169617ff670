import type { PanosClient } from "./client";
import { element } from "./xml";

/** How long an audit comment may be. */
export const AUDIT_COMMENT_LIMIT = 256;

/**
 * Sets the audit comment that the next commit archives with a rule. It is an operational command for one
 * rule, which no multi-config request can hold. Clients of the vendor set it after the rule was written.
 * @param xpath of the rule
 */
export async function setAuditComment(client: PanosClient, xpath: string, comment: string): Promise<void> {
  const command = `${element("xpath", xpath)}${element("comment", comment)}`;
  // A rule has one comment until the commit: setting it twice is setting it once.
  await client.op(`<set><audit-comment>${command}</audit-comment></set>`, true);
}
