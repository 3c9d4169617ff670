import { EC2Client } from "@aws-sdk/client-ec2";
import { STSClient } from "@aws-sdk/client-sts";
import {
  fromEnv,
  fromNodeProviderChain,
  fromTemporaryCredentials,
  fromTokenFile,
  fromWebToken,
} from "@aws-sdk/credential-providers";
import type { AssumedRole, AwsAccess } from "../../aws/access";
import { given } from "../../lib/records";
import { filesOf, placeOf } from "./place";

/** What asks AWS. Its owner destroys the clients. */
export interface Clients {
  ec2: EC2Client;
  /** For what can be done without: gives up soon. */
  optional: EC2Client;
  sts: STSClient;
}

/** A throttled request waits about half a second first, and at most 20 s: some 40 s in all. */
const ATTEMPTS = 8;
const OPTIONAL_ATTEMPTS = 2;
const RENEW_BEFORE_MS = 300_000;
const SESSION_NAME = "aws-panos-rules";

/** The clients for one region. */
export async function clientsFor(access: AwsAccess, environment = process.env): Promise<Clients> {
  const { useDualstackEndpoint, useFipsEndpoint } = access;
  const { region, ec2, sts } = await placeOf(access, environment);
  const home = access.homeRegion ?? region;
  const common = {
    credentials: remembered(credentialsFor(access, given({ region: home, endpoint: sts }), environment)),
    ...given({ region, useDualstackEndpoint, useFipsEndpoint }),
    // An address of the SDK's own finding would be another profile's.
    ignoreConfiguredEndpointUrls: true,
  };
  const attempts = access.maxAttempts ?? (Number(environment["AWS_MAX_ATTEMPTS"]) || ATTEMPTS);
  const at = (endpoint: string | undefined) => given({ endpoint });
  return {
    ec2: new EC2Client({ ...common, ...at(ec2), maxAttempts: attempts }),
    optional: new EC2Client({ ...common, ...at(ec2), maxAttempts: Math.min(attempts, OPTIONAL_ATTEMPTS) }),
    sts: new STSClient({ ...common, ...at(sts), maxAttempts: attempts }),
  };
}

type Provider = ReturnType<typeof fromNodeProviderChain>;

/** The same credentials for all clients, until shortly before they expire; a failure is not kept. */
export function remembered(provider: Provider): Provider {
  let current: ReturnType<Provider> | undefined;
  return async (options) => {
    const known = await current?.catch(() => undefined);
    const isFresh = known && (known.expiration?.getTime() ?? Infinity) - Date.now() > RENEW_BEFORE_MS;
    if (current === undefined || (known !== undefined && !isFresh)) {
      current = provider(options);
      current.catch(() => (current = undefined));
    }
    return current;
  };
}

/** Where STS is asked for roles. */
interface Sts {
  region?: string;
  endpoint?: string;
}

function credentialsFor(access: AwsAccess, sts: Sts, environment: NodeJS.ProcessEnv): Provider {
  let credentials = firstCredentials(access, sts, environment);
  for (const role of access.assumeRoles ?? []) {
    credentials = fromTemporaryCredentials({
      masterCredentials: credentials,
      clientConfig: sts,
      params: roleRequest(role),
    });
  }
  return credentials;
}

/** Those that roles are taken on with, found in the AWS provider's order (AWS SDK for Go, aws-sdk-go-base). */
function firstCredentials(access: AwsAccess, sts: Sts, environment: NodeJS.ProcessEnv): Provider {
  const { accessKey, secretKey, token, profile, webIdentity } = access;
  if (webIdentity !== undefined) {
    const { roleArn, token: webIdentityToken, tokenFile, sessionName = SESSION_NAME } = webIdentity;
    const role = { roleArn, roleSessionName: sessionName, clientConfig: sts };
    return webIdentityToken === undefined
      ? fromTokenFile({ ...role, webIdentityTokenFile: tokenFile ?? "" })
      : fromWebToken({ ...role, webIdentityToken });
  }
  if (accessKey !== undefined && secretKey !== undefined) {
    return () =>
      Promise.resolve({
        accessKeyId: accessKey,
        secretAccessKey: secretKey,
        ...(token !== undefined && { sessionToken: token }),
      });
  }
  if (profile === undefined) {
    // This SDK's own chain leaves both out where AWS_PROFILE is set; Go's asks them first.
    if (environment["AWS_ACCESS_KEY_ID"] && environment["AWS_SECRET_ACCESS_KEY"]) return fromEnv();
    if (environment["AWS_WEB_IDENTITY_TOKEN_FILE"] && environment["AWS_ROLE_ARN"]) {
      return fromTokenFile({ clientConfig: sts });
    }
  }
  return fromNodeProviderChain({
    ...(profile !== undefined && { profile }),
    ...filesOf(access),
    clientConfig: sts,
  });
}

function roleRequest(role: AssumedRole) {
  const { externalId, duration, policy, policyArns, sourceIdentity, tags, transitiveTagKeys } = role;
  return given({
    RoleArn: role.roleArn,
    RoleSessionName: role.sessionName ?? SESSION_NAME,
    ExternalId: externalId,
    DurationSeconds: duration === undefined ? undefined : secondsOf(duration),
    Policy: policy,
    PolicyArns: policyArns?.map((arn) => ({ arn })),
    SourceIdentity: sourceIdentity,
    Tags: tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    TransitiveTagKeys: transitiveTagKeys,
  });
}

/** The settings' durations: Go's, of which hours, minutes and seconds make sense here. */
function secondsOf(duration: string): number {
  const [, hours = 0, minutes = 0, seconds = 0] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration) ?? [];
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}
