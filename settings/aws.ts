import { textOf } from "../lib/text";
import type { AssumedRole, AwsAccess } from "../aws/access";
import { given, isRecord } from "../lib/records";
import { REGION, ROLE_ARN } from "./table/forms";
import type { Report } from "./problems";
import { reportUnlessKnown } from "./keys";
import { reader, type Get, type Reader } from "./reader";

/**
 * Settings of the AWS provider that change who asks or where, and that only its own data sources honour.
 * They are refused rather than ignored: another identity would see another account.
 */
const NOT_HONOURED = [
  "customCaBundle",
  "ec2MetadataServiceEndpoint",
  "ec2MetadataServiceEndpointMode",
  "httpProxy",
  "httpsProxy",
  "insecure",
];

/** Those that EC2's own API is asked with, too. */
const HONOURED = [
  "accessKey",
  "allowedAccountIds",
  "assumeRoleWithWebIdentity",
  "assumeRoles",
  "endpoints",
  "forbiddenAccountIds",
  "maxRetries",
  "profile",
  "region",
  "secretKey",
  "sharedConfigFiles",
  "sharedCredentialsFiles",
  "stsRegion",
  "token",
  "useDualstackEndpoint",
  "useFipsEndpoint",
];

/** Those that change neither who asks, nor where, nor what is answered. */
const ELSEWHERE = [
  "defaultTags",
  "ignoreTags",
  "noProxy",
  "retryMode",
  "s3UsEast1RegionalEndpoint",
  "s3UsePathStyle",
  "skipCredentialsValidation",
  "skipMetadataApiCheck",
  "skipRegionValidation",
  "skipRequestingAccountId",
  "tagPolicyCompliance",
  "tokenBucketRateLimiterCapacity",
  "userAgents",
];

/** The AWS provider's settings (@pulumi/aws 7, config/vars), without `aws:`. */
export const AWS_KEYS = [...HONOURED, ...NOT_HONOURED, ...ELSEWHERE];

/** Reports the keys of the AWS provider's namespace that it doesn't know. */
export function reportUnknownAws(keys: readonly string[], report: Report): void {
  for (const key of keys) {
    if (!key.startsWith("aws:")) continue;
    const name = key.slice("aws:".length);
    if (name === "assumeRole") {
      report(key, "is no setting of the AWS provider's version 7, which has a list: assumeRoles", ROLE);
    } else {
      reportUnlessKnown(name, key, AWS_KEYS, report);
    }
  }
}

const ROLE = '[{"roleArn": "arn:aws:iam::123456789012:role/panos-reader"}]';

/** The AWS provider's settings, `aws:…`, as far as they say where and as whom EC2's API is asked. */
export function awsAccess(get: Get, report: Report): AwsAccess {
  const read = reader(get, report);
  for (const name of NOT_HONOURED) {
    if (read.json(`aws:${name}`) !== undefined) {
      report(`aws:${name}`, "is honoured by the data sources only", "aws-panos-rules:inventory: lookups");
    }
  }
  const text = (name: string) => read.text(`aws:${name}`, /./, "", "optional");
  const flag = (name: string) => (text(name) === undefined ? undefined : read.boolean(`aws:${name}`, false));
  const retries = read.wholeNumber("aws:maxRetries", 0);
  const roles = read.json("aws:assumeRoles");
  if ((text("accessKey") === undefined) !== (text("secretKey") === undefined)) {
    const missing = text("accessKey") === undefined ? "accessKey" : "secretKey";
    report(`aws:${missing}`, "is missing beside its other half", "both, or neither");
  }
  return given({
    region: read.text("aws:region", REGION, "eu-central-1", "optional"),
    homeRegion: read.text("aws:stsRegion", REGION, "eu-central-1", "optional"),
    profile: text("profile"),
    accessKey: text("accessKey"),
    secretKey: text("secretKey"),
    token: text("token"),
    assumeRoles: roles === undefined ? undefined : assumedRoles("aws:assumeRoles", roles, report),
    webIdentity: webIdentity(read.json("aws:assumeRoleWithWebIdentity"), report),
    sharedConfigFile: onlyFile("aws:sharedConfigFiles", read, report),
    sharedCredentialsFile: onlyFile("aws:sharedCredentialsFiles", read, report),
    endpoints: endpoints(read.json("aws:endpoints"), report),
    useDualstackEndpoint: flag("useDualstackEndpoint"),
    useFipsEndpoint: flag("useFipsEndpoint"),
    maxAttempts: retries === undefined ? undefined : retries + 1,
    allowedAccountIds: accountIds("aws:allowedAccountIds", read, report),
    forbiddenAccountIds: accountIds("aws:forbiddenAccountIds", read, report),
  });
}

/** Roles to take on one after the other. */
function assumedRoles(key: string, value: unknown, report: Report): AssumedRole[] {
  // The AWS provider takes nothing else, and would ask without the role.
  if (!Array.isArray(value)) {
    report(key, "is not a list of roles", ROLE);
    return [];
  }
  return value.flatMap((role: unknown, index) => {
    const place = `${key}[${index}].roleArn`;
    const roleArn = isRecord(role) ? role["roleArn"] : undefined;
    if (!isRecord(role) || typeof roleArn !== "string" || !ROLE_ARN.test(roleArn)) {
      report(place, `${JSON.stringify(roleArn ?? null)} is not the ARN of a role`, ROLE);
      return [];
    }
    const duration = role["duration"];
    if (duration !== undefined && !(typeof duration === "string" && /^(\d+[hms])+$/.test(duration))) {
      report(`${key}[${index}].duration`, `${JSON.stringify(duration)} is not a duration`, "1h");
    }
    return [role as unknown as AssumedRole];
  });
}

function webIdentity(value: unknown, report: Report): AwsAccess["webIdentity"] {
  if (value === undefined) return undefined;
  const { roleArn, webIdentityToken, webIdentityTokenFile, sessionName } = isRecord(value) ? value : {};
  const hasToken = typeof webIdentityToken === "string" || typeof webIdentityTokenFile === "string";
  if (typeof roleArn !== "string" || !ROLE_ARN.test(roleArn) || !hasToken) {
    report(
      "aws:assumeRoleWithWebIdentity",
      "is not a role's ARN and a token or its file",
      '{"roleArn": "arn:aws:iam::123456789012:role/ci", "webIdentityTokenFile": "/var/run/token"}',
    );
    return undefined;
  }
  const optional = (each: unknown) => (typeof each === "string" ? each : undefined);
  return {
    roleArn,
    ...given({
      token: optional(webIdentityToken),
      tokenFile: optional(webIdentityTokenFile),
      sessionName: optional(sessionName),
    }),
  };
}

function onlyFile(key: string, read: Reader, report: Report): string | undefined {
  const files = read.json(key);
  if (files === undefined) return undefined;
  const [file, ...others] = Array.isArray(files) ? (files as unknown[]) : [files];
  if (typeof file === "string" && others.length === 0) return file;
  report(key, "is not a list with one file, which is what EC2's API can be asked with", '["~/.aws/config"]');
  return undefined;
}

const ENDPOINTS = '[{"ec2": "https://ec2.example.com"}]';

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

function endpoints(value: unknown, report: Report): AwsAccess["endpoints"] {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every(isRecord)) {
    report("aws:endpoints", "is not a list of addresses by service", ENDPOINTS);
    return undefined;
  }
  const of = (service: string) => {
    const found = value.map((place) => place[service]).find((url) => url !== undefined && url !== "");
    if (found === undefined || (typeof found === "string" && isWebAddress(found))) return found;
    // Not what it says: an address may have a password in it.
    report("aws:endpoints", `has an address of ${service} that is none with http or https`, ENDPOINTS);
    return undefined;
  };
  return given({ ec2: of("ec2"), sts: of("sts") });
}

function accountIds(key: string, read: Reader, report: Report): string[] | undefined {
  const value = read.json(key);
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map(textOf);
  report(key, "is not a list of account ids", '["123456789012"]');
  return undefined;
}
