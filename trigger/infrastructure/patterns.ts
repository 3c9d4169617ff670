import {
  BUILD_ENDS,
  BUILD_STATE_CHANGE,
  CALLS,
  CLOUDTRAIL_EVENTS,
  EC2_SOURCE,
  OBJECT_CREATED,
  STATE_CHANGE,
  TAG_CALLS,
} from "../events/names";

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
  /** Keys of the tags that isolate instances: their changes don't wait to be gathered with others. */
  quarantineKeys: readonly string[];
}

/**
 * The rules of every bus that sees changes. EventBridge only delivers mutating calls to rules in the state
 * ENABLED, so reads need no filter. A call that failed has an errorCode.
 */
export function changeRules({ calls, tagKeys, quarantineKeys }: Watched): EventRule[] {
  const fromCloudTrail = { source: ["aws.ec2"], "detail-type": CLOUDTRAIL_EVENTS };
  const succeeded = { eventSource: [EC2_SOURCE], errorCode: [{ exists: false }] };
  const callRules: EventRule[] = [
    {
      name: "calls",
      description: "EC2 calls that succeeded and may change which rules are needed",
      pattern: {
        ...fromCloudTrail,
        detail: { ...succeeded, eventName: Object.values(CALLS).flat() },
      },
    },
  ];
  const onTags = (keys: readonly string[]) => ({
    ...fromCloudTrail,
    detail: { ...succeeded, eventName: TAG_CALLS, requestParameters: { tagSet: { items: { key: keys } } } },
  });
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
    ...(calls ? tagRules : []),
    {
      name: "states",
      description: "Instances that start or stop, also by themselves",
      pattern: { source: ["aws.ec2"], "detail-type": [STATE_CHANGE] },
    },
  ];
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
