import { EventBus, EventBusPolicy, EventRule as Rule, EventTarget } from "@pulumi/aws/cloudwatch";
import { Role, RolePolicy } from "@pulumi/aws/iam";
import type { Output } from "@pulumi/pulumi";
import type { Context } from "./context";
import {
  buildRule,
  changeRules,
  guardRules,
  ofAccounts,
  trailRule,
  type EventRule,
  type Forwarded,
  type Watched,
} from "./patterns";
import { policy, trustOf, type Statement } from "./policy";
import type { Queues } from "./queue";
import { CALLS } from "../events/names";
import type { DeployedGuard } from "../settings/guard";
import { trailFolders } from "../settings/trail";

/** What the trigger's rules look at. */
function watchedBy({ settings: { trail, tagKeys, main } }: Context): Watched {
  const { quarantineKeys, watchesServices: services } = main;
  return { calls: trail === undefined, services, tagKeys, quarantineKeys };
}

/** Whether any event must not wait until others are gathered. */
export function isUrgent(context: Context): boolean {
  return changeRules(watchedBy(context)).some(({ urgent }) => urgent);
}

/**
 * The rules that fill the queue: of this region's default bus, and of the bus that other accounts and regions
 * forward to. EventBridge delivers an event in the region where it happened, so each one needs rules of its own.
 * @returns their ARNs, which the queue's policy lets in
 */
export function rulesToQueue(context: Context, queues: Queues, hub: Hub | undefined): Output<string>[] {
  const { settings, watched, region, name } = context;
  const { trail, runner } = settings;
  const here: EventRule[] = [
    ...(watched.includes(region) ? changeRules(watchedBy(context)) : []),
    ...(trail !== undefined && trail.topicArn === undefined
      ? [trailRule(trail.bucket, trailFolders(trail))]
      : []),
    ...(runner === "codebuild" ? [buildRule(name)] : []),
  ];
  const forwarded = hub === undefined ? [] : changeRules(watchedBy(context));
  return [
    ...here.map((rule) => ruleToQueue(rule.name, rule, queues)),
    ...throughTheHub(forwarded, queues, hub),
  ];
}

/** The guard's rules, of the same buses, to a queue of its own. @returns their ARNs */
export function guardRulesToQueue(
  { watched, region }: Context,
  guard: DeployedGuard,
  queues: Pick<Queues, "queue" | "deadLetters">,
  hub: Hub | undefined,
): Output<string>[] {
  const rules = guardRules(guard);
  return [
    ...(watched.includes(region) ? rules.map((rule) => ruleToQueue(rule.name, rule, queues)) : []),
    ...throughTheHub(rules, queues, hub),
  ];
}

/**
 * A member can send what it likes: only what would count here gets further, and of the accounts that are known. A
 * rule whose accounts don't fit into one pattern is several.
 */
function throughTheHub(
  rules: readonly EventRule[],
  queues: Pick<Queues, "queue" | "deadLetters">,
  hub: Hub | undefined,
): Output<string>[] {
  if (hub === undefined) return [];
  return rules
    .flatMap((rule) => ofAccounts(rule, hub.accounts))
    .map((rule) => ruleToQueue(`hub-${rule.name}`, rule, queues, hub.bus));
}

/** What other regions and accounts forward: what the trigger looks at, and what only its guard does. */
export function forwardedRules(context: Context): EventRule[] {
  const { guard } = context.settings;
  const watched = watchedBy(context);
  const forwarded: Forwarded = watched.calls
    ? { calls: Object.values(CALLS).flat(), tagKeys: [...watched.tagKeys, ...watched.quarantineKeys] }
    : { calls: [], tagKeys: [] };
  return [...changeRules(watched), ...(guard === undefined ? [] : guardRules(guard, forwarded))];
}

function ruleToQueue(
  name: string,
  { description, pattern, urgent }: EventRule,
  { queue, urgentQueue, deadLetters }: Pick<Queues, "queue" | "deadLetters"> & Partial<Queues>,
  bus?: EventBus,
): Output<string> {
  const onBus = bus === undefined ? {} : { eventBusName: bus.name };
  const rule = new Rule(name, { description, ...onBus, eventPattern: JSON.stringify(pattern) });
  new EventTarget(name, {
    rule: rule.name,
    ...onBus,
    arn: (urgent && urgentQueue ? urgentQueue : queue).arn,
    // After 24 hours EventBridge would drop it.
    deadLetterConfig: { arn: deadLetters.arn },
  });
  return rule.arn;
}

/** The bus that other accounts and regions forward to, and the accounts whose events count there. */
export interface Hub {
  bus: EventBus;
  accounts: readonly string[];
}

/** @param members the accounts that forward. @returns undefined where nothing is forwarded */
export function hubOf(context: Context, members: readonly { account: string }[]): Hub | undefined {
  const bus = hubBus(context);
  return bus && { bus, accounts: [context.account, ...members.map(({ account }) => account)] };
}

function hubBus(context: Context): EventBus | undefined {
  const { settings, watched, region, name, partition } = context;
  const { members } = settings;
  if (members === undefined && watched.every((each) => each === region)) return undefined;
  const bus = new EventBus("hub", { name, description: "Changes in other accounts and regions" });
  if (members === undefined) return bus;
  const { scope } = members;
  const send = { Action: ["events:PutEvents"], Resource: bus.arn };
  const statement: Statement =
    scope.kind === "accounts"
      ? {
          Sid: "TheMembersForward",
          Principal: { AWS: scope.accounts.map((id) => `arn:${partition}:iam::${id}:root`) },
          ...send,
        }
      : {
          Sid: "TheOrganizationForwards",
          Principal: "*",
          ...send,
          Condition: {
            StringEquals: { "aws:PrincipalOrgID": scope.organization },
            // A path is o-…/r-…/ou-…/ou-…/: only what is below the units that are named.
            "ForAnyValue:StringLike": {
              "aws:PrincipalOrgPaths": scope.units.map((unit) => below(scope.organization, unit)),
            },
          },
        };
  new EventBusPolicy("hub", { eventBusName: bus.name, policy: policy([statement]) });
  return bus;
}

/** The paths of all accounts below a unit, or below the organization's root. */
function below(organization: string, unit: string): string {
  return unit.startsWith("r-") ? `${organization}/${unit}/*` : `${organization}/*/${unit}/*`;
}

/** The same rules in this account's other regions, which forward to the bus. */
export function rulesElsewhere(context: Context, hub: Hub | undefined): void {
  const others = context.watched.filter((each) => each !== context.region);
  if (hub === undefined || others.length === 0) return;
  const role = new Role("forward", {
    description: `Lets EventBridge forward changes to ${context.name}`,
    assumeRolePolicy: trustOf("events.amazonaws.com", context.account),
  });
  new RolePolicy("forward", {
    role: role.name,
    policy: policy([{ Sid: "ToTheHub", Action: ["events:PutEvents"], Resource: hub.bus.arn }]),
  });
  for (const region of others) {
    for (const { name, description, pattern } of forwardedRules(context)) {
      const rule = new Rule(`${name}-${region}`, {
        region,
        description,
        eventPattern: JSON.stringify(pattern),
      });
      new EventTarget(`${name}-${region}`, { region, rule: rule.name, arn: hub.bus.arn, roleArn: role.arn });
    }
  }
}
