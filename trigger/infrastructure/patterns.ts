import { ASSOCIATION_CALLS } from "../../guard/associations";
import { GUARDED_CALLS } from "../../guard/event/read";
import { ISOLATION_CALLS } from "../../guard/isolate";
import type { GuardPolicy } from "../../guard/policy/types";
import { decidingKeys } from "../../guard/scope";
import { readingsOf } from "../../mapping/tags";
import {
  BUILD_ENDS,
  BUILD_STATE_CHANGE,
  CALLS,
  CLOUDTRAIL_EVENTS,
  EC2_SOURCE,
  OBJECT_CREATED,
  SERVICE_CALLS,
  STATE_CHANGE,
  TAG_CALLS,
} from "../events/names";
import type { DeployedGuard } from "../settings/guard";

/** A rule on an event bus: what it is called, what for, and which events it lets through. */
export interface EventRule {
  name: string;
  description: string;
  pattern: Record<string, unknown>;
  /** Goes to the queue that nothing is gathered in. */
  urgent?: true;
}

/** What the rules depend on. */
export interface Watched {
  /** Whether CloudTrail's calls come by EventBridge, and not by its files. */
  calls: boolean;
  tagKeys: readonly string[];
  /** Whether services' own calls count, which make interfaces of no instance. */
  services: boolean;
  /** Keys of the tags that isolate instances: their changes don't wait to be gathered with others. */
  quarantineKeys: readonly string[];
}

const FROM_CLOUDTRAIL = { source: ["aws.ec2"], "detail-type": CLOUDTRAIL_EVENTS };
/** What EC2 did, or may have done: what it refused has an errorCode of "Client.". */
const NOT_REFUSED = {
  eventSource: [EC2_SOURCE],
  errorCode: [{ exists: false }, { "anything-but": { prefix: "Client." } }],
};
/** Of a list whose items a rule looks at: it is not there, as in a request that is too large for CloudTrail. */
const UNTOLD = { exists: false };

/** A call that takes off all tags names none. */
function onTags(keys: readonly string[]) {
  const requestParameters = { tagSet: { items: { key: [...keys, UNTOLD] } } };
  return { ...FROM_CLOUDTRAIL, detail: { ...NOT_REFUSED, eventName: TAG_CALLS, requestParameters } };
}

/** Which call is which service's is told apart where events are read. */
const SERVICES: EventRule = {
  name: "services",
  description: "Calls of services that make and change network interfaces of their own",
  pattern: {
    source: Object.keys(SERVICE_CALLS).map((source) => `aws.${source.split(".")[0]}`),
    "detail-type": CLOUDTRAIL_EVENTS,
    detail: {
      eventSource: Object.keys(SERVICE_CALLS),
      errorCode: [{ exists: false }],
      eventName: [...new Set(Object.values(SERVICE_CALLS).flat())],
    },
  },
};

/**
 * The rules of every bus that sees changes. EventBridge only delivers mutating calls to rules in the state
 * ENABLED, so reads need no filter. A service's call that failed has an errorCode.
 */
export function changeRules({ calls, services, tagKeys, quarantineKeys }: Watched): EventRule[] {
  const callRules: EventRule[] = [
    {
      name: "calls",
      description: "EC2 calls that were not refused and may change which rules are needed",
      pattern: {
        ...FROM_CLOUDTRAIL,
        detail: { ...NOT_REFUSED, eventName: Object.values(CALLS).flat() },
      },
    },
  ];
  const gathered = tagKeys.filter((key) => !quarantineKeys.includes(key));
  const tagRules: EventRule[] = [
    ...(gathered.length === 0
      ? []
      : [
          {
            name: "tags",
            description: "Changes of the tags that the stack's configuration looks at",
            pattern: onTags(gathered),
          },
        ]),
    ...(quarantineKeys.length === 0
      ? []
      : [
          {
            name: "isolation",
            description: "Changes of the tags that isolate instances",
            pattern: onTags(quarantineKeys),
            urgent: true as const,
          },
        ]),
  ];
  return [
    ...(calls ? callRules : []),
    ...(calls && services ? [SERVICES] : []),
    ...(calls ? tagRules : []),
    {
      name: "states",
      description: "Instances that start or stop, also by themselves",
      pattern: { source: ["aws.ec2"], "detail-type": [STATE_CHANGE] },
    },
  ];
}

/** What of the guard's calls and tags other rules let through already. */
export type Forwarded = Record<"calls" | "tagKeys", readonly string[]>;

/**
 * The rules of the guard. It has seconds, and so hears of calls by EventBridge alone: files come minutes later.
 */
export function guardRules(
  {
    policy,
    quarantineGroups,
    quarantineTags,
  }: Pick<DeployedGuard, "quarantineGroups" | "quarantineTags"> & {
    policy: Pick<GuardPolicy, "scope" | "rules">;
  },
  { calls, tagKeys }: Forwarded = { calls: [], tagKeys: [] },
): EventRule[] {
  const isolates = Object.keys(quarantineGroups).length > 0;
  const of = (kind: "tags" | "others") =>
    ISOLATION_CALLS.filter((call) => TAG_CALLS.some((each) => each === call) === (kind === "tags"));
  const eventName = [...GUARDED_CALLS, ...ASSOCIATION_CALLS, ...(isolates ? of("others") : [])].filter(
    (call) => !calls.includes(call),
  );
  const keys = [...new Set(quarantineTags.flatMap(readingsOf).map(({ key }) => key))].filter(
    (key) => !tagKeys.includes(key),
  );
  return [
    {
      name: "guard",
      description: "Changes of security groups, for the guard",
      pattern: { ...FROM_CLOUDTRAIL, detail: { ...NOT_REFUSED, eventName } },
    },
    ...(decidingKeys(policy).length > 0
      ? [
          {
            name: "scope",
            description:
              "Changes of security groups' tags, which decide what the guard's policy says of them",
            // Any tag: a call that takes off all of them names none.
            pattern: {
              ...FROM_CLOUDTRAIL,
              detail: {
                ...NOT_REFUSED,
                eventName: TAG_CALLS,
                requestParameters: { resourcesSet: { items: { resourceId: [{ prefix: "sg-" }, UNTOLD] } } },
              },
            },
          },
        ]
      : []),
    ...(isolates && keys.length > 0
      ? [
          {
            name: "marks",
            description: "Changes of the tags by which the guard isolates instances",
            pattern: onTags(keys),
          },
        ]
      : []),
  ];
}

/** EventBridge's limit of a rule's pattern, in characters (EventBridge documentation, "Quotas"). */
const MAX_PATTERN = 4096;

/** The same rule for events of these accounts alone; several where they don't fit into one pattern. */
export function ofAccounts(rule: EventRule, accounts: readonly string[]): EventRule[] {
  const empty = JSON.stringify({ ...rule.pattern, account: [] }).length;
  const most = Math.max(1, Math.floor((MAX_PATTERN - empty) / (JSON.stringify("123456789012").length + 1)));
  const rules: EventRule[] = [];
  for (let first = 0; first < accounts.length; first += most) {
    const number = rules.length + 1;
    rules.push({
      ...rule,
      name: number === 1 ? rule.name : `${rule.name}-${number}`,
      pattern: { ...rule.pattern, account: accounts.slice(first, first + most) },
    });
  }
  return rules;
}

/** How a build of the runner ended, whatever way. */
export function buildRule(project: string): EventRule {
  return {
    name: "builds",
    description: "Runs in CodeBuild that have ended",
    pattern: {
      source: ["aws.codebuild"],
      "detail-type": [BUILD_STATE_CHANGE],
      detail: {
        "project-name": [project],
        "build-status": BUILD_ENDS,
      },
    },
  };
}

/** New files of a trail; the bucket has to send its events to EventBridge. */
export function trailRule(bucket: string, folders: string[]): EventRule {
  return {
    name: "trail",
    description: "New CloudTrail files",
    pattern: {
      source: ["aws.s3"],
      "detail-type": [OBJECT_CREATED],
      detail: { bucket: { name: [bucket] }, object: { key: folders.map((prefix) => ({ prefix })) } },
    },
  };
}
