import { deviceTime } from "../time";

export interface AuditComment {
  xpath: string;
  admin: string;
  comment: string;
  time: string;
}

/** A comment that a commit has put into the configuration log. */
export interface ArchivedComment extends AuditComment {
  /** The version of the running configuration that the commit made, from 1. */
  configVersion: number;
}

/** Comments on rules: they wait for the next commit that covers their administrator, which archives them. */
export class AuditComments {
  private pending: AuditComment[] = [];
  private configVersion = 0;
  /** The newest last. */
  readonly history: ArchivedComment[] = [];

  set(xpath: string, admin: string, comment: string): void {
    const path = samePath(xpath);
    this.pending = this.pending.filter((known) => known.xpath !== path);
    this.pending.push({ xpath: path, admin, comment, time: deviceTime() });
  }

  of(xpath: string): AuditComment[] {
    return this.pending.filter((comment) => comment.xpath === samePath(xpath));
  }

  /** @param admins whose comments a commit covers; undefined: everybody's */
  archive(admins: readonly string[] | undefined): void {
    this.configVersion++;
    const covered = this.pending.filter(({ admin }) => !admins || admins.includes(admin));
    this.pending = this.pending.filter((comment) => !covered.includes(comment));
    const { configVersion } = this;
    this.history.push(...covered.map((comment) => ({ ...comment, time: deviceTime(), configVersion })));
  }

  /** Forgets what waits for a commit. */
  clearPending(): void {
    this.pending = [];
  }
}

/** Clients quote names as they like. */
function samePath(xpath: string): string {
  return xpath.trim().replaceAll('"', "'");
}
