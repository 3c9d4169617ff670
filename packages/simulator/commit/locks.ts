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

  /** @returns PAN-OS's text @throws Refusal when a lock that is there excludes this one */
  add(kind: Lock["kind"], admin: string, scope: string, comment: string): string {
    if (kind === "config") this.requireConfigLock(admin, scope);
    else this.requireCommitLock(scope);
    this.held.push({ kind, admin, scope, comment, created: deviceTime() });
    const what = kind === "config" ? "change" : "commit";
    return (
      `Successfully acquired lock. Other administrators will not be able to ${what} configuration ` +
      `until lock is released by ${admin}.`
    );
  }

  /** A lock on "shared" covers every vsys, so it goes with nobody else's lock anywhere. */
  private requireConfigLock(admin: string, scope: string): void {
    const locks = this.list("config");
    if (locks.some((lock) => lock.admin === admin && lock.scope === scope))
      throw new Refusal(undefined, [`You already own a config lock for scope ${scope}`]);
    const others = locks.filter((lock) => lock.admin !== admin);
    const covering = others.find((lock) => lock.scope === scope || lock.scope === "shared");
    if (covering)
      throw new Refusal(undefined, [
        `Config for scope ${covering.scope} is currently locked by ${covering.admin}`,
      ]);
    const inside = scope === "shared" ? others[0] : undefined;
    if (inside)
      throw new Refusal(undefined, [
        `Other administrators are holding config locks for scope ${inside.scope} (${inside.admin})`,
      ]);
  }

  private requireCommitLock(scope: string): void {
    const held = this.list("commit").find(
      (lock) => lock.scope === scope || lock.scope === "shared" || scope === "shared",
    );
    if (held) throw new Refusal(undefined, [`Commit lock is already held by ${held.admin}`]);
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

  /**
   * @param vsys what the commit covers; undefined: every vsys
   * @throws Refusal when another administrator holds a commit lock on any of it
   */
  requireCommit(admin: string, vsys: readonly string[] | undefined): void {
    const locks = this.list("commit").filter((held) => held.admin !== admin);
    if (locks.some((held) => held.scope === "shared"))
      throw new Refusal("14", ["Other administrators are holding device wide commit locks."]);
    if (locks.some((held) => !vsys || vsys.includes(held.scope)))
      throw new Refusal("14", ["Other administrators are holding commit locks."]);
  }

  /** A commit lock goes when its owner's commit has succeeded; a config lock stays. */
  committed(admin: string): void {
    this.held = this.held.filter((lock) => lock.kind !== "commit" || lock.admin !== admin);
  }

  /** Takes a lock away without asking anybody; whether it was still there. */
  drop(lock: Lock): boolean {
    const before = this.held.length;
    this.held = this.held.filter((held) => held !== lock);
    return this.held.length < before;
  }

  clear(): void {
    this.held = [];
  }
}
