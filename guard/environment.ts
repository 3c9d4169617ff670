/** The environment variables of the guard's function. The deployment writes them. */
export interface GuardEnvironment {
  /** The policy's file in the image. */
  GUARD_POLICY: string;
  /** DynamoDB table of records, with the key `id`. */
  GUARD_TABLE: string;
  /** DynamoDB table of approvals, with the keys `by` and `id`; or their bucket and prefix: s3://bucket/prefix/ */
  GUARD_APPROVALS: string;
  /** The account that it runs in. */
  GUARD_ACCOUNT: string;
  /** The regions and the other accounts whose groups are guarded, as JSON: `Reach`. */
  GUARD_REACH: string;
  /** Where messages go that can't be read. */
  GUARD_DEAD_LETTER_QUEUE_URL: string;
  /** SNS topic for decisions. */
  GUARD_TOPIC_ARN: string;
  /** JSON list of role ARNs whose changes are this program's own, beside its roles in other accounts. */
  GUARD_OWN_ROLES: string;
  /** The quarantine security group by VPC's id, as JSON; `{}`: instances are not isolated in AWS. */
  GUARD_QUARANTINE_GROUPS: string;
  /** JSON list of the tags that mark an instance: key=value. */
  GUARD_QUARANTINE_TAGS: string;
  /** Where isolations are posted to besides the topic: an https address, the ARN of the secret that holds one, or "". */
  GUARD_WEBHOOK: string;
}
