/**
 * Why an update, a refresh or a destroy doesn't go on, or can't say that it has done what it was to do. Stable:
 * programs may test for these. What a firewall itself refuses is a `PanosError`.
 *
 * - `NOT_OURS` an object of somebody else's has a name of ours; `OTHER_STACK` the tag says another stack's name
 * - `CANDIDATE_DIFFERS` the candidate is not what is declared; `RUNNING_DIFFERS` running is not, after the commit
 * - `FOREIGN_CHANGES` our administrator has something else pending, which a commit would ship
 * - `OTHERS_CHANGES` another administrator has uncommitted changes that keep ours from being right
 * - `NOT_IN_FORCE` something declared is left as somebody made it; `FELL_THROUGH` its packets meet another rule
 * - `NOT_TAKEN_OVER` an administrator's rule, or what replaces it, is not as it was judged
 * - `TOO_MANY_REMOVALS` more would go than one update may take away
 * - `NOT_ON_FIREWALLS` Panorama runs what is declared, and some of its firewalls haven't got it; `NAMES_TAKEN` groups
 *   above or below have names of ours
 * - `STILL_NEEDED` running rules need what is to be unregistered; `NOT_REGISTERED` the firewall doesn't comply
 * - `RESOURCES_FAILED` nothing is committed, because others failed; `TOLD_ALREADY` another gives the reason
 * - `DEVICE_UNKNOWN` what is to go may be what is declared; `EXCLUDES_PROTECTED` a destroy would never commit
 * - `OUT_OF_TIME` what runs this has no time left; `ENGINE_GONE` the engine that started it has ended
 */
type ProviderErrorCode =
  | "NOT_OURS"
  | "OTHER_STACK"
  | "CANDIDATE_DIFFERS"
  | "RUNNING_DIFFERS"
  | "FOREIGN_CHANGES"
  | "OTHERS_CHANGES"
  | "NOT_IN_FORCE"
  | "FELL_THROUGH"
  | "NOT_TAKEN_OVER"
  | "TOO_MANY_REMOVALS"
  | "NOT_ON_FIREWALLS"
  | "NAMES_TAKEN"
  | "STILL_NEEDED"
  | "NOT_REGISTERED"
  | "RESOURCES_FAILED"
  | "TOLD_ALREADY"
  | "DEVICE_UNKNOWN"
  | "EXCLUDES_PROTECTED"
  | "OUT_OF_TIME"
  | "ENGINE_GONE";

/** Its message says which firewall, what is wrong, and what to do about it. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";

  constructor(
    readonly code: ProviderErrorCode,
    message: string,
  ) {
    super(message);
  }
}
