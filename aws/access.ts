/** A role to take on, as the AWS provider's `aws:assumeRoles` says it. */
export interface AssumedRole {
  roleArn: string;
  sessionName?: string;
  externalId?: string;
  /** "1h", "30m", "3600s". */
  duration?: string;
  /** A session policy, as JSON, and managed ones. */
  policy?: string;
  policyArns?: string[];
  sourceIdentity?: string;
  tags?: Record<string, string>;
  transitiveTagKeys?: string[];
}

/**
 * Where and as whom to ask EC2: the AWS provider's settings that decide it, by their names without `aws:`.
 * What is absent is found as AWS's own tools find it.
 */
export interface AwsAccess {
  region?: string;
  profile?: string;
  accessKey?: string;
  secretKey?: string;
  token?: string;
  /** Taken on one after the other, each with the one before. */
  assumeRoles?: AssumedRole[];
  /** A role that a web identity's token is exchanged for, before `assumeRoles`. */
  webIdentity?: { roleArn: string; token?: string; tokenFile?: string; sessionName?: string };
  sharedConfigFile?: string;
  sharedCredentialsFile?: string;
  endpoints?: { ec2?: string; sts?: string };
  useDualstackEndpoint?: boolean;
  useFipsEndpoint?: boolean;
  /** Where roles are taken on: the region itself may not be enabled in the first account. */
  homeRegion?: string;
  /** Attempts of one request, the first included. */
  maxAttempts?: number;
  /** The accounts that may be read; every other one is refused. */
  allowedAccountIds?: string[];
  forbiddenAccountIds?: string[];
}
