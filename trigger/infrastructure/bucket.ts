import {
  Bucket,
  BucketLifecycleConfiguration,
  BucketOwnershipControls,
  BucketPolicy,
  BucketPublicAccessBlock,
  BucketServerSideEncryptionConfiguration,
  BucketVersioning,
} from "@pulumi/aws/s3";
import { interpolate, type Output } from "@pulumi/pulumi";
import { bareStack, type Context } from "./context";
import { tlsOnly, policy } from "./policy";

/** Where state and ledger are. */
export interface Storage {
  bucket: Output<string>;
  bucketArn: Output<string>;
  /** What comes before `.pulumi/`; undefined: the state is not in this bucket. */
  statePrefix: string | undefined;
  /** For PULUMI_BACKEND_URL. */
  backendUrl: Output<string>;
  /** Ends with a slash: the ledger, and what runs leave beside it. */
  ledgerFolder: string;
  /** For TRIGGER_LEDGER. */
  ledgerUrl: Output<string>;
}

/** How long an overwritten or deleted version stays: to go back to after a mishap, and no longer. */
const NONCURRENT_DAYS = 90;

/** The user's bucket, or one that is made: for the state and the ledger, or for the ledger alone. */
export function storage(context: Context): Storage {
  const { settings, partition, region } = context;
  const { backend } = settings;
  const prefix = backend.kind === "bucket" ? backend.prefix : "";
  const ledgerFolder = `${prefix}aws-panos-trigger/${bareStack(settings)}/`;
  const query = backend.kind === "bucket" ? new URL(backend.url).search : `?region=${region}`;
  const bucket = backend.kind === "bucket" ? interpolate`${backend.bucket}` : ownBucket(ledgerFolder).bucket;
  return {
    bucket,
    ledgerFolder,
    ledgerUrl: interpolate`s3://${bucket}/${ledgerFolder}ledger.json${query}`,
    bucketArn: interpolate`arn:${partition}:s3:::${bucket}`,
    statePrefix: backend.kind === "service" ? undefined : prefix,
    backendUrl:
      backend.kind === "own" ? interpolate`s3://${bucket}?region=${region}` : interpolate`${backend.url}`,
  };
}

function ownBucket(ledgerFolder: string): Bucket {
  // Without the state, the next run knows its rules only by their tags; nothing here may throw it away.
  const bucket = new Bucket("state", {}, { protect: true, retainOnDelete: true });
  const of = { bucket: bucket.bucket };
  new BucketOwnershipControls("state", { ...of, rule: { objectOwnership: "BucketOwnerEnforced" } });
  const closed = new BucketPublicAccessBlock("state", {
    ...of,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new BucketServerSideEncryptionConfiguration("state", {
    ...of,
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
  const versioning = new BucketVersioning("state", {
    ...of,
    versioningConfiguration: { status: "Enabled" },
  });
  new BucketLifecycleConfiguration(
    "state",
    {
      ...of,
      rules: [
        {
          id: "old-versions",
          status: "Enabled",
          filter: { prefix: "" },
          noncurrentVersionExpiration: { noncurrentDays: NONCURRENT_DAYS },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        },
        {
          // A build says there how its run ended, and the handler reads it within minutes.
          id: "outcomes",
          status: "Enabled",
          filter: { prefix: `${ledgerFolder}outcomes/` },
          expiration: { days: 30 },
        },
      ],
    },
    // S3 refuses rules on noncurrent versions before there are any.
    { dependsOn: versioning },
  );
  new BucketPolicy(
    "state",
    { ...of, policy: policy([tlsOnly(["s3:*"], [bucket.arn, interpolate`${bucket.arn}/*`])]) },
    // S3 answers with a conflict to both at once.
    { dependsOn: closed },
  );
  return bucket;
}
