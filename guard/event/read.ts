import {
  field,
  listIn,
  optionalNumber,
  optionalText,
  recordIn,
  type Fields,
} from "../../aws/cloudtrail/fields";
import type { CloudTrailRecord } from "../../aws/cloudtrail/record";
import { given } from "../../lib/records";
import type { Direction } from "../../mapping/types";
import { GuardError } from "../error";
import { legible, ruleContent, ruleKey, type RuleContent } from "../rules";
import type { Effect, GroupEvent, GroupTagging } from "./event";
import { tellable, unreadReason, type Told } from "./unread";

/** Calls that add, remove or modify a group's rules. */
const DIRECTIONS: Readonly<Record<string, { op: "put" | "drop"; direction: Direction }>> = {
  AuthorizeSecurityGroupIngress: { op: "put", direction: "ingress" },
  AuthorizeSecurityGroupEgress: { op: "put", direction: "egress" },
  RevokeSecurityGroupIngress: { op: "drop", direction: "ingress" },
  RevokeSecurityGroupEgress: { op: "drop", direction: "egress" },
};

/** The calls that the guard hears of. The last two only begin and end the record of a group. */
export const GUARDED_CALLS = [
  ...Object.keys(DIRECTIONS),
  "ModifySecurityGroupRules",
  "CreateSecurityGroup",
  "DeleteSecurityGroup",
] as const;

/** The calls that change tags, of groups among others. */
const TAG_CALLS = ["CreateTags", "DeleteTags"] as const;

/** Whether it is one of these calls, and done as far as its event tells, or maybe. */
function isDone({ name, error, isUncertain }: CloudTrailRecord, calls: readonly string[]): boolean {
  return calls.some((call) => call === name) && (error === undefined || isUncertain);
}

/** Who changed tags of which security groups; undefined: it is no such call, did nothing, or is of other resources. */
export function groupTagging(record: CloudTrailRecord): GroupTagging | undefined {
  const { id = "none", at = new Date(0).toISOString(), name = "", account, region, principal } = record;
  if (!isDone(record, TAG_CALLS)) return undefined;
  const ids = listIn(field(recordIn(record.request), "resourcesSet")).map((item) =>
    optionalText(field(recordIn(item), "resourceId")),
  );
  const groups = [...new Set(ids.flatMap((each) => (each?.startsWith("sg-") ? [each] : [])))];
  const isTold = ids.length > 0 && ids.every((each) => each !== undefined);
  if (isTold && groups.length === 0) return undefined;
  if (account === undefined || region === undefined) {
    throw new GuardError("EVENT", `${name} doesn't say which account and region it is of: look by hand`);
  }
  return { account, region, name, principal, id, at, ...(isTold && { groups }) };
}

/**
 * What a CloudTrail event did to a security group; undefined where it did nothing: another call, one that EC2
 * refused, a dry run.
 * @throws GuardError `EVENT` that says what is missing
 */
export function groupEvent(record: CloudTrailRecord): GroupEvent | undefined {
  const { id, at, name = "", account, region, principal, sourceIp, userAgent, isUncertain } = record;
  if (!isDone(record, GUARDED_CALLS)) return undefined;
  // A group that was made all the same has no rules that anybody gave it, and gets its record with the schedule.
  if (isUncertain && name === "CreateSecurityGroup") return undefined;
  const response = recordIn(record.response);
  const parameters = recordIn(record.request);
  const request = recordIn(field(parameters, `${name}Request`) ?? parameters);
  const group = given({
    id: optionalText(field(request, "groupId")) ?? groupInResponse(response),
    name: optionalText(field(request, "groupName")),
  });
  const needed = { eventID: id, eventTime: at, recipientAccountId: account, awsRegion: region };
  const missing = Object.keys(needed).filter((key) => needed[key as keyof typeof needed] === undefined);
  const { effects, unread } = isUncertain
    ? {
        effects: [],
        unread: `it failed with ${legible(record.error ?? "", 80)}, and may be done all the same`,
      }
    : effectsOf(name, request, { account: account ?? "", response });
  // A new group's name is nobody's yet: another VPC's may have the same.
  if (name === "CreateSecurityGroup") delete group.name;
  if (group.id === undefined && group.name === undefined && unread === undefined)
    missing.push("a group's id or name");
  if (missing.length > 0) {
    throw new GuardError(
      "EVENT",
      `the CloudTrail event ${legible(name)} can't be judged: it lacks ${missing.join(", ")}. ` +
        "Look at the message in the dead-letter queue, and judge the change by hand",
    );
  }
  return {
    id: id!,
    at: at!,
    name,
    account: account!,
    region: region!,
    effects,
    group,
    principal,
    ...given({ sourceIp, userAgent, unread }),
    ...(isUncertain && { isUncertain }),
    ...(name === "CreateSecurityGroup" && { life: "created" as const }),
    ...(name === "DeleteSecurityGroup" && !isUncertain && { life: "deleted" as const }),
  };
}

interface Context {
  account: string;
  response: Fields;
}

/** What a call did, and why that may not be all of it. */
function effectsOf(
  name: string,
  request: Fields,
  context: Context,
): { effects: Effect[]; unread: string | undefined } {
  const told =
    name === "ModifySecurityGroupRules" ? modifications(request, context) : additions(name, request, context);
  if (told === undefined) return { effects: [], unread: undefined };
  return { effects: tellable(told.effects), unread: unreadReason(request, context.response, told) };
}

/** What was added or removed; undefined: it is no such call. */
function additions(name: string, request: Fields, context: Context): Told | undefined {
  const { op, direction } = DIRECTIONS[name] ?? {};
  if (op === undefined || direction === undefined) return undefined;
  // The answer says exactly which rules came of it, or went, with their ids.
  const answers = listIn(
    field(context.response, op === "put" ? "securityGroupRuleSet" : "revokedSecurityGroupRuleSet"),
  ).map((rule) => answeredRule(recordIn(rule), direction, context));
  const contents = contentsOf(request, direction, context);
  const answered = answers.length;
  if (op === "put") {
    const effects: Effect[] =
      answered > 0 ? answers.map((rule) => ({ op, ...rule })) : contents.map((content) => ({ op, content }));
    const requested = new Set(contents.map(ruleKey)).size;
    return { effects, isNaming: requested > 0, requested, answered };
  }
  const ids = ruleIds(request);
  const absent = new Set(
    contentsOf({ ipPermissions: context.response["unknownIpPermissionSet"] }, direction, context).map(
      ruleKey,
    ),
  );
  const effects: Effect[] =
    answered > 0
      ? answers.map((rule) => ({ op, ...rule }))
      : [
          ...ids.map((ruleId) => ({ op, ruleId })),
          ...contents.filter((content) => !absent.has(ruleKey(content))).map((content) => ({ op, content })),
        ];
  const named = ids.length + contents.length;
  return { effects, isNaming: named > 0, requested: named - absent.size, answered };
}

/** A rule as an answer has it. */
function answeredRule(
  rule: Fields,
  direction: Direction,
  context: Context,
): { ruleId?: string; content: RuleContent } {
  const reference = recordIn(field(rule, "referencedGroupInfo"));
  const ruleId = optionalText(field(rule, "securityGroupRuleId"));
  return {
    ...given({ ruleId }),
    content: contentOf(rule, direction, {
      cidrIpv4: optionalText(field(rule, "cidrIpv4")),
      cidrIpv6: optionalText(field(rule, "cidrIpv6")),
      prefixListId: optionalText(field(rule, "prefixListId")),
      referencedSecurityGroupId:
        groupName(reference, context) ?? optionalText(field(rule, "referencedGroupId")),
      description: optionalText(field(rule, "description")),
    }),
  };
}

/** Every rule that a request's permissions name, whether they come as a list or flat. */
function contentsOf(request: Fields, direction: Direction, context: Context): RuleContent[] {
  const permissions = listIn(field(request, "ipPermissions")).map(recordIn);
  return [...permissions, request].flatMap((permission) =>
    endsOf(permission, context).flatMap((end) => {
      // A flat request that names a group by itself means all of TCP, UDP and ICMP (EC2 API reference).
      const isWhole = permission === request && optionalText(field(permission, "ipProtocol")) === undefined;
      return isWhole
        ? ["tcp", "udp", "icmp"].map((ipProtocol) =>
            contentOf({ ipProtocol, fromPort: -1, toPort: -1 }, direction, end),
          )
        : [contentOf(permission, direction, end)];
    }),
  );
}

type End = Omit<Partial<Record<keyof RuleContent, string | undefined>>, "direction">;

function endsOf(permission: Fields, context: Context): End[] {
  const each = (list: string, key: string, as: keyof RuleContent): End[] =>
    listIn(field(permission, list)).map((item) => ({
      [as]: optionalText(field(recordIn(item), key)),
      description: optionalText(field(recordIn(item), "description")),
    }));
  const flat = { cidrIp: "cidrIpv4", cidrIpv6: "cidrIpv6", prefixListId: "prefixListId" } as const;
  return [
    ...each("ipRanges", "cidrIp", "cidrIpv4"),
    ...each("ipv6Ranges", "cidrIpv6", "cidrIpv6"),
    ...each("prefixListIds", "prefixListId", "prefixListId"),
    ...listIn(field(permission, "groups") ?? field(permission, "userIdGroupPairs")).map((pair) => ({
      referencedSecurityGroupId: groupName(recordIn(pair), context),
      description: optionalText(field(recordIn(pair), "description")),
    })),
    ...Object.entries(flat).flatMap(([key, as]) => {
      const value = optionalText(field(permission, key));
      return value === undefined ? [] : [{ [as]: value }];
    }),
    ...(optionalText(field(permission, "sourceSecurityGroupName")) === undefined
      ? []
      : [
          {
            referencedSecurityGroupId: groupName(
              {
                groupName: field(permission, "sourceSecurityGroupName"),
                userId: field(permission, "sourceSecurityGroupOwnerId"),
              },
              context,
            ),
          },
        ]),
  ];
}

/** A referenced group, with its account where that is another one; by its name where only that is said. */
function groupName(pair: Fields, { account }: Context): string | undefined {
  const owner = optionalText(field(pair, "userId"));
  const name = optionalText(field(pair, "groupName"));
  const id = optionalText(field(pair, "groupId")) ?? (name === undefined ? undefined : `name:${name}`);
  return id !== undefined && owner !== undefined && owner !== account ? `${owner}/${id}` : id;
}

function contentOf(permission: Fields, direction: Direction, end: End): RuleContent {
  const ipProtocol = optionalText(field(permission, "ipProtocol")) ?? "-1";
  const fromPort = optionalNumber(field(permission, "fromPort")) ?? -1;
  return ruleContent({
    direction,
    ipProtocol,
    fromPort,
    toPort: optionalNumber(field(permission, "toPort")) ?? (ipProtocol.startsWith("icmp") ? -1 : fromPort),
    ...given(end),
  } as RuleContent);
}

/** Rules that a request names by id, however the list is wrapped. */
function ruleIds(request: Fields): string[] {
  const list = field(request, "securityGroupRuleIds") ?? field(request, "securityGroupRuleId");
  return listIn(list).flatMap((item) => {
    const id = optionalText(item) ?? optionalText(field(recordIn(item), "securityGroupRuleId"));
    return id ?? [];
  });
}

function modifications(request: Fields, context: Context): Told {
  const list = listIn(field(request, "securityGroupRules") ?? field(request, "securityGroupRule"));
  const effects = list.map(recordIn).flatMap((update): Effect[] => {
    const ruleId = optionalText(field(update, "securityGroupRuleId"));
    const rule = recordIn(field(update, "securityGroupRule"));
    if (ruleId === undefined) return [];
    const reference = optionalText(field(rule, "referencedGroupId"));
    const ends = given({
      cidrIpv4: optionalText(field(rule, "cidrIpv4")),
      cidrIpv6: optionalText(field(rule, "cidrIpv6")),
      prefixListId: optionalText(field(rule, "prefixListId")),
      referencedSecurityGroupId: reference && groupName({ groupId: reference }, context),
      description: optionalText(field(rule, "description")),
    });
    const ports = given({
      ipProtocol: optionalText(field(rule, "ipProtocol")),
      fromPort: optionalNumber(field(rule, "fromPort")),
      toPort: optionalNumber(field(rule, "toPort")),
    });
    return [{ op: "modify", ruleId, content: { ...ports, ...ends } }];
  });
  return { effects, isNaming: list.length > 0, requested: list.length, answered: 0 };
}

function groupInResponse(response: Fields): string | undefined {
  const sets = ["securityGroupRuleSet", "revokedSecurityGroupRuleSet"].flatMap((set) =>
    listIn(field(response, set)),
  );
  return (
    optionalText(field(response, "groupId")) ??
    sets.map((rule) => optionalText(field(recordIn(rule), "groupId"))).find((id) => id !== undefined)
  );
}
