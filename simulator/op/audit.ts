import { deviceTime } from "../time";

export interface AuditComment {
  xpath: string;
  admin: string;
  comment: string;
  time: string;
}

/** Comments on rules that wait for the next commit, which archives them. */
export class AuditComments {
  private pending: AuditComment[] = [];

  set(xpath: string, admin: string, comment: string): void {
    this.pending = this.pending.filter((known) => known.xpath !== xpath);
    this.pending.push({ xpath, admin, comment, time: deviceTime() });
  }

  of(xpath: string): AuditComment[] {
    return this.pending.filter((comment) => comment.xpath === xpath);
  }

  archive(): void {
    this.pending = [];
  }
}
