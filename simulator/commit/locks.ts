import { Refusal } from "../refusal";
import { deviceTime } from "../time";

/** A lock that an administrator holds: on writing (config) or on committing. */
export interface Lock {
  kind: "config" | "commit";
  admin: string;
  /** "shared", or the name of a vsys. */
  scope: string;
  comment: string;
  created: string;
}

/** Config locks keep other administrators from writing, commit locks from committing. */
export class Locks {
  private held: Lock[] = [];

  list(kind: Lock["kind"], scope?: string): Lock[] {
    return this.held.filter((lock) => lock.kind === kind && (scope === undefined || lock.scope === scope));
  }

  add(kind: Lock["kind"], admin: string, scope: string, comment: string): string {
    const same = this.list(kind, scope);
    const own = same.some((lock) => lock.admin === admin);
    const other = same.find((lock) => lock.admin !== admin);
    if (kind === "config") {
      if (own) throw new Refusal(undefined, [`You already own a config lock for scope ${scope}`]);
      if (other)
        throw new Refusal(undefined, [`Config for scope ${scope} is currently locked by ${other.admin}`]);
    } else if (same[0]) {
      throw new Refusal(undefined, [`Commit lock is already held by ${same[0].admin}`]);
    }
    this.held.push({ kind, admin, scope, comment, created: deviceTime() });
    const what = kind === "config" ? "change" : "commit";
    return (
      `Successfully acquired lock. Other administrators will not be able to ${what} configuration ` +
      `until lock is released by ${admin}.`
    );
  }

  /**
   * @param owner whose lock; a superuser may remove another's
   */
  remove(kind: Lock["kind"], admin: string, scope: string, owner = admin): string {
    const same = this.list(kind, scope);
    const lock =
      same.find((held) => held.admin === owner) ??
      (kind === "config" && owner === admin ? same[0] : undefined);
    if (!lock) {
      throw new Refusal(undefined, [
        kind === "config"
          ? `Config is not currently locked for scope ${scope}`
          : `Commit lock is not currently held by ${owner}`,
      ]);
    }
    this.held = this.held.filter((held) => held !== lock);
    return `${kind === "config" ? "Config" : "Commit"} lock released for scope ${scope}`;
  }

  /** @throws Refusal when another administrator's config lock covers a write to a vsys (or shared) */
  requireWrite(admin: string, vsys: string | undefined): void {
    const lock = this.list("config").find(
      (held) => held.admin !== admin && (held.scope === "shared" || held.scope === vsys),
    );
    if (lock) throw new Refusal("14", [`Configuration is locked by ${lock.admin}`]);
  }

  /** @throws Refusal when another administrator holds a commit lock */
  requireCommit(admin: string): void {
    const locks = this.list("commit").filter((held) => held.admin !== admin);
    const device = locks.some((held) => held.scope === "shared");
    if (device) throw new Refusal("14", ["Other administrators are holding device wide commit locks."]);
    if (locks.length > 0) throw new Refusal("14", ["Other administrators are holding commit locks."]);
  }

  /** A commit lock goes when its owner's commit has succeeded; a config lock stays. */
  committed(admin: string): void {
    this.held = this.held.filter((lock) => lock.kind !== "commit" || lock.admin !== admin);
  }
}
