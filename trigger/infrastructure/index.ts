import { all } from "@pulumi/pulumi";
import type { TriggerSettings } from "../settings";
import { alarms } from "./alarms";
import { buildProject, buildRole } from "./build";
import { contextOf } from "./context";
import { environment, functionRole, handlerFunction } from "./function";
import { deployGuard } from "./guard";
import { seedGuard } from "./guard-watch";
import { image } from "./image";
import { accountsSetting, memberStacks, membersOf } from "./members";
import { networkNeeds, runnerNetwork } from "./network";
import { partsOf } from "./parts";
import { queuePolicies } from "./queue";
import { hubOf, rulesElsewhere, rulesToQueue } from "./rules";
import { schedule } from "./schedule";

/**
 * Deploys the trigger: rules that see changes, a queue, the function that takes them from there and runs the
 * program or has a build run it, a schedule, and alarms.
 * @returns the stack's outputs
 */
export async function deployTrigger(settings: TriggerSettings) {
  const context = await contextOf(settings);
  const members = await membersOf(context);
  // Before anything is declared: what can't work is refused, and not half made.
  const network = await runnerNetwork(context);
  const inBuild = settings.runner === "codebuild";

  const parts = partsOf(context);
  const hub = hubOf(context, members);
  const ruleArns = rulesToQueue(context, parts.queues, hub);
  queuePolicies(parts.queues, ruleArns, settings.trail?.topicArn);
  rulesElsewhere(context, hub);
  schedule(context, parts.queues);

  const memberRoles = members.map(({ roleArn }) => roleArn);
  const built = image(context);
  // With CodeBuild only builds go near the firewall, and the function needs no interface.
  const ofFunction = functionRole(context, parts, memberRoles, inBuild ? undefined : network);
  const ofBuild = inBuild ? buildRole(context, parts, built, memberRoles, network) : undefined;
  const running = (ofBuild ?? ofFunction).role.arn;
  // The roles that it takes on in other accounts only read, and what only reads is no event.
  const ownRoles = all([...new Set([ofFunction.role.arn, running])]);
  const variables = environment(context, parts, ownRoles);
  const handler = handlerFunction(
    context,
    parts,
    ofFunction,
    built,
    variables,
    inBuild ? undefined : network,
  );
  if (ofBuild !== undefined) buildProject(context, ofBuild, built, variables, network);
  alarms(context, parts.queues, handler, parts.topic);
  const { guard } = settings;
  const guarded = guard && deployGuard(context, guard, { image: built, topic: parts.topic, hub, members });
  const stacks = memberStacks(context, hub, members, { readers: [running], guard: guarded?.role.arn });
  if (guarded !== undefined) seedGuard(guarded.made, stacks);
  const accounts = accountsSetting(context, members);
  return {
    functionName: handler.name,
    queueUrl: parts.queues.queue.url,
    deadLetterQueueUrl: parts.queues.deadLetters.url,
    topicArn: parts.topic.arn,
    bucket: parts.storage.bucket,
    backendUrl: parts.storage.backendUrl,
    readerRoleArn: running,
    fillSecrets: parts.secrets.commands,
    vpcNeeds: networkNeeds(context),
    ...guarded?.outputs,
    ...(hub !== undefined && { eventBusArn: hub.bus.arn }),
    ...(accounts !== undefined && { accounts }),
  };
}
