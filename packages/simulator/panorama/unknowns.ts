/** What a Panorama does where nothing that can be read here says it, or sources disagree. */
export interface Unknowns {
  /** Whether a push that doesn't say so commits a firewall's local candidate too; false unless given. */
  mergesByDefault: boolean;
  /** Whether the own entries of a device group carry `loc` too, as inherited ones do; true unless given. */
  ownLoc: boolean;
  /** What a push is answered that has nothing new for any firewall; a job unless given. */
  nothingToPush: "job" | "code-19";
  /** The result of a push job in which a firewall failed; FAIL unless given. */
  jobOfFailedDevice: "FAIL" | "OK";
  /** Where one name for a pushed and a local rule of a firewall is refused; nowhere unless given. */
  ruleNameCollision: "never" | "push";
  /** Whether an administrator's own push waits for a full one, as after an update to 10.2; false unless given. */
  fullPushFirst: boolean;
  /** Whether `<admin>` of a push is refused, as before 10.2; false unless given. */
  refusesAdminPush: boolean;
  /** How a device group is named for a lock: by `vsys=`, by the session's target, or both; both unless given. */
  groupLockBy: "vsys" | "target" | "both";
  /**
   * Whether the other one of an HA pair knows whose committed changes wait for a push, or only of those that were
   * committed on it: then an administrator's own push leaves the rest out; "both" unless given.
   */
  whoseWaits: "both" | "own";
}

export const USUAL: Unknowns = {
  mergesByDefault: false,
  ownLoc: true,
  nothingToPush: "job",
  jobOfFailedDevice: "FAIL",
  ruleNameCollision: "never",
  fullPushFirst: false,
  refusesAdminPush: false,
  groupLockBy: "both",
  whoseWaits: "both",
};
