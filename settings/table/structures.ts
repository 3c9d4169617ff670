/** The forms of settings that are more than a text, as JSON schemas. */
import { KINDS } from "../../aws/interface-kinds";
import {
  APPROVALS_PLACE,
  FIREWALL_IDS,
  GROUP_NAME,
  PANOS_NAME,
  REGION,
  ROLE_ARN,
  SECURITY_GROUP,
  SUBNET,
  TABLE,
  TAG,
  VPC,
} from "./forms";
import type { Schema } from "./setting";

const text = ({ source }: RegExp) => ({ type: "string", pattern: source }) as const;
const list = (items: Schema, minItems = 0) => ({ type: "array", items, ...(minItems > 0 && { minItems }) });
const object = <P extends Record<string, Schema>>(properties: P, required: (keyof P & string)[] = []) =>
  ({
    type: "object",
    properties,
    additionalProperties: false,
    ...(required.length > 0 && { required }),
  }) as const;
/** An object of whatever names of one form. */
const by = (propertyNames: Schema, additionalProperties: Schema): Schema => ({
  type: "object",
  propertyNames,
  additionalProperties,
});

const name = text(PANOS_NAME);
const tag = text(TAG);
const boolean = { type: "boolean" } as const;
const count = { type: "integer", minimum: 0 } as const;

export const FIREWALL = object({
  instanceIds: list(text(FIREWALL_IDS.instanceIds.pattern)),
  networkInterfaceIds: list(text(FIREWALL_IDS.networkInterfaceIds.pattern)),
  vpcEndpointIds: list(text(FIREWALL_IDS.vpcEndpointIds.pattern)),
});

export const APPLICATIONS = by(text(/^(tcp|udp)\/(0|[1-9]\d{0,4})$/), {
  type: ["string", "null"],
  pattern: PANOS_NAME.source,
});
export const APPLICATIONS_BY_TAG = by(tag, APPLICATIONS);
export const INTERFACES: Schema = { anyOf: [{ enum: ["instances", "all"] }, list({ enum: KINDS })] };
export const DIRECTIONS = list({ enum: ["ingress", "egress"] }, 1);
export const SUBNETS = list(text(SUBNET));
export const VPCS = list(text(VPC));

export const ZONES = object({
  subnets: by(text(SUBNET), name),
  vpcs: by(text(VPC), name),
  tags: by(tag, name),
  sources: by(text(/\/\d{1,3}$/), name),
});

const ACCOUNT = object({
  role: text(ROLE_ARN),
  externalId: { type: "string" },
  regions: list(text(REGION), 1),
});
export const ACCOUNTS = list(ACCOUNT, 1);
export const ACCOUNT_KEYS = Object.keys(ACCOUNT.properties);

/** A whole number, or that and whether permissions count that were revoked. */
export const REMOVALS = object({ limit: count, revoked: { enum: ["count", "pass"] } });

const time = text(/^([01]\d|2[0-4]):[0-5]\d$/);
const DAY = { enum: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };
const WINDOW = object({
  days: { anyOf: [list(DAY, 1), DAY] },
  from: time,
  to: time,
  timeZone: { type: "string" },
});
export const FREEZE = list(WINDOW);
export const WINDOW_KEYS = Object.keys(WINDOW.properties);

/** Traffic as guardrails name it. */
const traffic = /(tcp|udp)\/\d{1,5}(-\d{1,5})?|icmp|icmpv6|protocol\/\d{1,3}/.source;
const length = (maximum: number) => ({ type: "integer", minimum: 0, maximum });
export const GUARDRAILS = object({
  neverOpen: list({ type: "string", pattern: `^(${traffic})$` }),
  exemptReferences: list(text(SECURITY_GROUP)),
  widestSource: by(
    { type: "string", pattern: `^(any|${traffic})$` },
    object({ IPv4: length(32), IPv6: length(128) }, ["IPv4", "IPv6"]),
  ),
  exclude: object({ securityGroups: list(tag), vpcs: list(tag), instances: list(tag) }),
  approvalTag: tag,
  unboundApprovalTag: boolean,
  maxRules: count,
  enforce: boolean,
});

export const GUARD = object({ policy: text(/./), table: text(TABLE), approvals: text(APPROVALS_PLACE) }, [
  "approvals",
]);

/** A tag's key that a command can have between apostrophes: AWS's characters without = (EC2 user guide, tags). */
export const RECERTIFY_TAG = /^[\w .:/+@-]{1,128}$/;
export const RECERTIFY = object({ days: { type: "integer", minimum: 1 }, tag: text(RECERTIFY_TAG) }, [
  "days",
]);
export const RECERTIFY_KEYS = Object.keys(RECERTIFY.properties);

const POLICY = object({ tag, profileGroup: name, logSetting: name }, ["tag"]);
export const POLICIES = list(POLICY);
export const POLICY_KEYS = Object.keys(POLICY.properties);

export const QUARANTINE = object({
  tags: {
    ...by({ type: "string", pattern: "^.{1,128}$" }, list({ type: "string", maxLength: 256 }, 1)),
    minProperties: 1,
  },
  deny: boolean,
  only: boolean,
  before: name,
  responders: list({ type: "string", pattern: "/\\d{1,3}$" }),
});

export const PANORAMA = object(
  {
    deviceGroup: text(GROUP_NAME),
    rulebase: { enum: ["pre-rulebase", "post-rulebase"] },
    onUnreachable: { enum: ["fail", "warn"] },
    pushScope: { enum: ["own", "full"] },
  },
  ["deviceGroup"],
);

export const RULE_NAMES = list(name);
