import { AUDIT_COMMENT_LIMIT } from "../panos/audit";
import type { Report } from "./problems";

/** Reports a text that PAN-OS doesn't take as a comment in a rule's history. */
export function reportAuditComment(key: string, comment: string | undefined, report: Report): void {
  if (comment === undefined || ([...comment].length <= AUDIT_COMMENT_LIMIT && !/\p{Cc}/u.test(comment)))
    return;
  const problem = `has more than ${AUDIT_COMMENT_LIMIT} characters, or more than one line`;
  report(key, problem, "https://git.example.com/network/pull/42");
}
