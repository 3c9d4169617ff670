/** How ids, names and tags are written. */

/** What PAN-OS allows in the names of zones, rules, profile groups and profiles. */
export const PANOS_NAME = /^[A-Za-z0-9_][A-Za-z0-9_ .-]{0,62}$/;

/** A device group of Panorama's. */
export const GROUP_NAME = /^[A-Za-z0-9_][A-Za-z0-9_ .-]{0,62}$/;

export const SUBNET = /^subnet-[0-9a-z]+$/;
export const VPC = /^vpc-[0-9a-z]+$/;
export const SECURITY_GROUP = /^sg-[0-9a-z]+$/;

/** A tag's key, and its value behind "=" where it matters (EC2 user guide: up to 128 and 256 characters). */
export const TAG = /^[^=]{1,128}(=.{0,256})?$/u;

/** The ARN of a role of IAM. */
export const ROLE_ARN = /^arn:[\w-]+:iam::\d{12}:role\/\S+$/;
export { REGION } from "../../lib/region";

/** What AWS's routes send traffic to, by the lists of `firewall`. */
export const FIREWALL_IDS = {
  instanceIds: { pattern: /^i-[0-9a-f]+$/, example: "i-0123456789abcdef0" },
  networkInterfaceIds: { pattern: /^eni-[0-9a-f]+$/, example: "eni-0123456789abcdef0" },
  vpcEndpointIds: { pattern: /^vpce-[0-9a-f]+$/, example: "vpce-0123456789abcdef0" },
} as const;

/** Where approvals are kept: a table's name, or s3://bucket/prefix. */
export const APPROVALS_PLACE = /^(s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[^\s]*)?|[\w.-]{3,255})$/;
/** A table of DynamoDB. */
export const TABLE = /^[\w.-]{3,255}$/;
