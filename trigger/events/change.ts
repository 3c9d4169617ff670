/** That something in AWS has changed, and who did it. Never what the rules now are: those are read again. */
export interface Change {
  /** CloudTrail's eventID, or EventBridge's id where there is none: what arrives twice has the same. */
  id: string;
  /** When it happened: ISO 8601, UTC. */
  at: string;
  /** The API call, or the state that an instance went into. */
  what: string;
  /** Who did it, as CloudTrail says it, cut to a legible length; undefined where nobody did (a state change). */
  principal: string | undefined;
  account: string;
  region: string;
  /** Ids of what it was done to, as far as the event tells. */
  subjects: string[];
  /** Ids of the security groups from which it took permissions; absent: from none. */
  revoked?: string[];
}
