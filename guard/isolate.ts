/** Isolation in AWS: a marked instance's interfaces carry the quarantine group alone, until the mark goes. */
import type { EC2, Instance, InstanceNetworkInterface } from "@aws-sdk/client-ec2";
import { paginateDescribeInstances } from "@aws-sdk/client-ec2";
import type { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { tagsOf } from "../inventory/ec2/tags";
import { mayHaveTag, readingsOf } from "../mapping/tags";
import { asked } from "./groups";
import { siteText, type Site } from "./reach";
import { isRefused } from "./record/store";
import { legible } from "./rules";
import { scanned } from "./scan";

/** The calls after which an instance may be one to isolate or to release. */
export const ISOLATION_CALLS = [
  "CreateTags",
  "DeleteTags",
  "RunInstances",
  "AttachNetworkInterface",
] as const;

export interface Isolation {
  site: Site;
  /** How messages name it; absent: where the guard itself is. */
  place?: string | undefined;
  ec2: EC2;
  /** Groups are remembered in the guard's table. */
  table: string;
  client: DynamoDBDocument;
  /** key=value; one of them marks an instance. */
  tags: readonly string[];
  /** The quarantine group of each VPC. */
  groups: Readonly<Record<string, string>>;
  now: () => Date;
  /** Told each step before the next, which may fail. */
  tell: (step: Isolated) => Promise<void>;
}

/** What was done to one interface. */
export interface Isolated {
  summary: string;
  instance: string;
  networkInterface: string;
  done: "isolated" | "released" | "not isolated" | "not released";
  groups: string[];
  escalated: boolean;
}

/** What one interface carried, kept under its site and id. */
interface Memory {
  id: string;
  instance: string;
  groups: string[];
  at: string;
}

const PREFIX = "interface#";

function keyOf(networkInterface: string, { site }: Isolation): string {
  return `${PREFIX}${siteText(site)}/${networkInterface}`;
}

const ROUNDS = 4;

/**
 * Makes an instance's interfaces what its tags say now. Does it again where the tags or the groups changed
 * meanwhile, so that two people who mark and unmark at once come to what the tags say in the end.
 */
export async function settleInstance(id: string, isolation: Isolation): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const instance = await instanceOf(id, isolation);
    if (instance === undefined) return;
    const steps = await oneRound(instance, isolation);
    if (steps.every((step) => step.done.startsWith("not"))) return;
  }
}

/**
 * All instances of a site that are marked, and all that are remembered.
 * @param memories of all sites, as `remembered` gives them
 */
export async function settleAll(isolation: Isolation, memories: readonly Memory[]): Promise<void> {
  const { ec2, tags } = isolation;
  const ids = new Set<string>();
  for (const { key, value } of tags.flatMap(readingsOf)) {
    const filter =
      value === undefined ? { Name: "tag-key", Values: [key] } : { Name: `tag:${key}`, Values: [value] };
    await asked("DescribeInstances", async () => {
      for await (const page of paginateDescribeInstances({ client: ec2 }, { Filters: [filter] })) {
        for (const { Instances = [] } of page.Reservations ?? [])
          for (const each of Instances) ids.add(each.InstanceId ?? "");
      }
    });
  }
  for (const { id, instance } of memories) if (id.startsWith(keyOf("", isolation))) ids.add(instance);
  for (const id of ids) await settleInstance(id, isolation);
}

async function oneRound(instance: Instance, isolation: Isolation): Promise<Isolated[]> {
  const tags = tagsOf(instance.Tags);
  const isMarked = isolation.tags.some((tag) => mayHaveTag(tags, tag));
  const steps: Isolated[] = [];
  for (const each of instance.NetworkInterfaces ?? []) {
    const step = isMarked
      ? await isolate(instance, each, isolation)
      : await release(instance, each, isolation);
    if (step === undefined) continue;
    await isolation.tell(step);
    steps.push(step);
  }
  return steps;
}

async function isolate(
  instance: Instance,
  networkInterface: InstanceNetworkInterface,
  isolation: Isolation,
): Promise<Isolated | undefined> {
  const { client, table, groups: quarantine, now } = isolation;
  const [id, groups] = [networkInterface.NetworkInterfaceId ?? "", groupsOf(networkInterface)];
  const wanted = quarantine[networkInterface.VpcId ?? ""];
  const step = (done: Isolated["done"], because: string, escalated = false) =>
    tellOf(instance, id, done, groups, because, escalated, isolation);
  if (wanted === undefined) {
    return step("not isolated", `No quarantine group is configured for ${networkInterface.VpcId}.`, true);
  }
  if (groups.length === 1 && groups[0] === wanted) return undefined;
  const memory: Memory = {
    id: keyOf(id, isolation),
    instance: instance.InstanceId ?? "",
    groups,
    at: now().toISOString(),
  };
  try {
    // Before they go. Whoever comes second finds the first one's, which are the true ones.
    await client.put({ TableName: table, Item: memory, ConditionExpression: "attribute_not_exists(id)" });
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
  await setGroups(id, [wanted], isolation);
  return step("isolated", `It carried ${groups.join(", ")} and carries ${wanted} alone.`);
}

async function release(
  instance: Instance,
  networkInterface: InstanceNetworkInterface,
  isolation: Isolation,
): Promise<Isolated | undefined> {
  const { client, table, groups: quarantine, ec2 } = isolation;
  const id = networkInterface.NetworkInterfaceId ?? "";
  const Key = { id: keyOf(id, isolation) };
  const { Item } = await client.get({ TableName: table, Key, ConsistentRead: true });
  if (Item === undefined) return undefined;
  const { groups, at } = Item as Memory;
  const step = (done: Isolated["done"], because: string, escalated: boolean) =>
    tellOf(instance, id, done, groups, because, escalated, isolation);
  const forget = () =>
    client.delete({
      TableName: table,
      Key,
      ConditionExpression: "#at = :at",
      ExpressionAttributeNames: { "#at": "at" },
      ExpressionAttributeValues: { ":at": at },
    });
  const current = groupsOf(networkInterface);
  if (current.length !== 1 || current[0] !== quarantine[networkInterface.VpcId ?? ""]) {
    // Somebody has given it groups meanwhile: theirs stay.
    await forget().catch(unlessRefused);
    const because = `It carries ${current.join(", ")}, which somebody gave it meanwhile, and was left so.`;
    return step("released", because, true);
  }
  const { SecurityGroups = [] } = await asked("DescribeSecurityGroups", () =>
    ec2.describeSecurityGroups({ Filters: [{ Name: "group-id", Values: groups }] }),
  );
  const there = new Set(SecurityGroups.map(({ GroupId }) => GroupId));
  const [kept, gone] = [groups.filter((each) => there.has(each)), groups.filter((each) => !there.has(each))];
  if (kept.length === 0) {
    const because = `All groups that it carried are deleted (${gone.join(", ")}): it keeps the quarantine group. Give it groups by hand.`;
    return step("not released", because, true);
  }
  await setGroups(id, kept, isolation);
  await forget().catch(unlessRefused);
  const missing = gone.length === 0 ? "" : ` These are deleted since: ${gone.join(", ")}.`;
  return step("released", `It carries ${kept.join(", ")} again.${missing}`, gone.length > 0);
}

function tellOf(
  instance: Instance,
  networkInterface: string,
  done: Isolated["done"],
  groups: string[],
  because: string,
  escalated: boolean,
  { place }: Isolation,
): Isolated {
  const name = legible(tagsOf(instance.Tags)["Name"] ?? "");
  const id = instance.InstanceId ?? "";
  const where = place === undefined ? "" : `, ${place}`;
  const summary = `Instance ${name === "" ? id : `${name} (${id})`}${where}, interface ${networkInterface}: ${done}. ${because}`;
  return { summary, instance: id, networkInterface, done, groups, escalated };
}

// ModifyInstanceAttribute reaches the first interface only.
async function setGroups(id: string, Groups: string[], { ec2 }: Isolation): Promise<void> {
  await asked("ModifyNetworkInterfaceAttribute", () =>
    ec2.modifyNetworkInterfaceAttribute({ NetworkInterfaceId: id, Groups }),
  );
}

async function instanceOf(id: string, { ec2 }: Isolation): Promise<Instance | undefined> {
  const found = await asked("DescribeInstances", () =>
    ec2.describeInstances({ Filters: [{ Name: "instance-id", Values: [id] }] }),
  );
  return found.Reservations?.flatMap(({ Instances = [] }) => Instances)[0];
}

/** What is remembered of all sites. */
export function remembered({ client, table }: Pick<Isolation, "client" | "table">): Promise<Memory[]> {
  return scanned(client, {
    TableName: table,
    ConsistentRead: true,
    FilterExpression: "begins_with(id, :prefix)",
    ExpressionAttributeValues: { ":prefix": PREFIX },
  });
}

function groupsOf({ Groups = [] }: InstanceNetworkInterface): string[] {
  return Groups.flatMap(({ GroupId }) => GroupId ?? []).sort();
}

function unlessRefused(error: unknown): void {
  if (!isRefused(error)) throw error;
}

/**
 * A policy (of an organization, a permissions boundary) that denies every action on what carries one of these
 * tags. Whoever responds, and the guard itself, is named by ARN.
 */
export function denyOnMarked(tags: readonly string[], exempt: readonly string[]): object {
  return {
    Version: "2012-10-17",
    Statement: tags.flatMap(readingsOf).map(({ key, value = "*" }, index) => ({
      Sid: `NothingOnWhatIsMarked${index + 1}`,
      Effect: "Deny",
      Action: "*",
      Resource: "*",
      Condition: {
        StringLike: { [`aws:ResourceTag/${key}`]: value },
        ArnNotLike: { "aws:PrincipalArn": exempt },
      },
    })),
  };
}
