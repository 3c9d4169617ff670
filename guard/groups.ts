import {
  paginateDescribeSecurityGroupRules,
  paginateDescribeSecurityGroups,
  paginateGetManagedPrefixListEntries,
} from "@aws-sdk/client-ec2";
import type { EC2, SecurityGroup } from "@aws-sdk/client-ec2";
import { tagsOf } from "../inventory/ec2/tags";
import type { Tags } from "../inventory/types";
import { GuardError } from "./error";
import { groupRule, ipPermission, legible, ruleRequest, type GroupRule } from "./rules";

export interface Group {
  id: string;
  name: string;
  vpcId: string;
  tags: Tags;
  account: string;
}

/**
 * What the guard asks EC2 for and has it do: these calls, and no other.
 * What is gone already, or there already, is no error.
 */
export interface SecurityGroups {
  /** A group; undefined where it is gone. */
  group(id: string): Promise<Group | undefined>;
  /** Every group of the region. */
  groups(): Promise<Group[]>;
  /** The id of a group of the default VPC, the only ones that may be called by name. */
  idOf(name: string): Promise<string | undefined>;
  rules(group: Pick<Group, "id" | "account">): Promise<GroupRule[]>;
  /** The rules of several groups of one account, by group; so many as a filter of EC2 takes: 200. */
  rulesOf(ids: readonly string[], account: string): Promise<Map<string, GroupRule[]>>;
  /** The blocks of a prefix list; undefined where they can't be had: the policy knows how to go without. */
  entries(prefixListId: string): Promise<string[] | undefined>;
  revoke(group: Pick<Group, "id">, rules: readonly GroupRule[]): Promise<void>;
  /** @returns the rules as they are there now, with their new ids */
  authorize(group: Pick<Group, "id" | "account">, rules: readonly GroupRule[]): Promise<GroupRule[]>;
  /** Gives rules other content. */
  modify(group: Pick<Group, "id" | "account">, rules: readonly GroupRule[]): Promise<void>;
}

/** Through EC2's own API. */
export class Ec2SecurityGroups implements SecurityGroups {
  constructor(private readonly ec2: EC2) {}

  async group(id: string): Promise<Group | undefined> {
    const found = await asked("DescribeSecurityGroups", () =>
      this.ec2.describeSecurityGroups({ GroupIds: [id] }),
    ).catch(unlessCode("InvalidGroup.NotFound", undefined));
    return found?.SecurityGroups?.map(groupOf)[0];
  }

  async groups(): Promise<Group[]> {
    return asked("DescribeSecurityGroups", async () => {
      const found: Group[] = [];
      for await (const page of paginateDescribeSecurityGroups({ client: this.ec2, pageSize: 1000 }, {})) {
        found.push(...(page.SecurityGroups ?? []).map(groupOf));
      }
      return found;
    });
  }

  async idOf(name: string): Promise<string | undefined> {
    const found = await asked("DescribeSecurityGroups", () =>
      this.ec2.describeSecurityGroups({ GroupNames: [name] }),
    ).catch(unlessCode("InvalidGroup.NotFound", undefined));
    const ids = (found?.SecurityGroups ?? []).map(({ GroupId }) => GroupId);
    return ids.length === 1 ? ids[0] : undefined;
  }

  async rules({ id, account }: Pick<Group, "id" | "account">): Promise<GroupRule[]> {
    return (await this.rulesOf([id], account)).get(id) ?? [];
  }

  async rulesOf(ids: readonly string[], account: string): Promise<Map<string, GroupRule[]>> {
    return asked("DescribeSecurityGroupRules", async () => {
      const found = new Map<string, GroupRule[]>(ids.map((id) => [id, []]));
      const Filters = [{ Name: "group-id", Values: [...ids] }];
      const pages = paginateDescribeSecurityGroupRules({ client: this.ec2, pageSize: 1000 }, { Filters });
      for await (const { SecurityGroupRules = [] } of pages) {
        for (const rule of SecurityGroupRules) found.get(rule.GroupId ?? "")?.push(groupRule(rule, account));
      }
      return found;
    });
  }

  async entries(PrefixListId: string): Promise<string[] | undefined> {
    try {
      const found: string[] = [];
      for await (const page of paginateGetManagedPrefixListEntries({ client: this.ec2 }, { PrefixListId })) {
        found.push(...(page.Entries ?? []).flatMap(({ Cidr }) => Cidr ?? []));
      }
      return found;
    } catch (error) {
      // One that is gone, or that nobody lets the guard read, stays unknown; anything else is tried again.
      if (/NotFound|Unauthorized|AccessDenied|InvalidPrefixListId/i.test((error as Error).name))
        return undefined;
      return asked("GetManagedPrefixListEntries", () => Promise.reject(error as Error));
    }
  }

  async revoke({ id }: Pick<Group, "id">, rules: readonly GroupRule[]): Promise<void> {
    await this.inBatches(
      rules,
      ({ direction }) => direction,
      async (batch, direction) => {
        const request = { GroupId: id, SecurityGroupRuleIds: batch.map((rule) => rule.id) };
        await asked(callOf("Revoke", direction), () =>
          direction === "ingress"
            ? this.ec2.revokeSecurityGroupIngress(request)
            : this.ec2.revokeSecurityGroupEgress(request),
        );
        return [];
      },
      /^InvalidPermission\.NotFound$|^InvalidSecurityGroupRuleId\.NotFound$/,
    );
  }

  async authorize(
    { id, account }: Pick<Group, "id" | "account">,
    rules: readonly GroupRule[],
  ): Promise<GroupRule[]> {
    const sameTags = ({ direction, tags }: GroupRule) =>
      JSON.stringify([direction, Object.entries(tags ?? {}).sort()]);
    return this.inBatches(
      rules,
      sameTags,
      async (batch) => {
        const { direction, tags = {} } = batch[0]!;
        const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        const request = {
          GroupId: id,
          IpPermissions: batch.map(ipPermission),
          ...(Tags.length > 0 && {
            TagSpecifications: [{ ResourceType: "security-group-rule" as const, Tags }],
          }),
        };
        const { SecurityGroupRules = [] } = await asked(callOf("Authorize", direction), () =>
          direction === "ingress"
            ? this.ec2.authorizeSecurityGroupIngress(request)
            : this.ec2.authorizeSecurityGroupEgress(request),
        );
        return SecurityGroupRules.map((rule) => groupRule(rule, account));
      },
      /^InvalidPermission\.Duplicate$/,
    );
  }

  async modify(group: Pick<Group, "id" | "account">, rules: readonly GroupRule[]): Promise<void> {
    await this.inBatches(
      rules,
      () => "",
      async (batch) => {
        await asked("ModifySecurityGroupRules", () =>
          this.ec2.modifySecurityGroupRules({
            GroupId: group.id,
            SecurityGroupRules: batch.map((rule) => ({
              SecurityGroupRuleId: rule.id,
              SecurityGroupRule: ruleRequest(rule),
            })),
          }),
        );
        return [];
      },
      /^InvalidSecurityGroupRuleId\.NotFound$/,
    );
  }

  /** All of a kind in one call; one by one where one of them is not as it should be. */
  private async inBatches(
    rules: readonly GroupRule[],
    kindOf: (rule: GroupRule) => string,
    send: (batch: GroupRule[], kind: string) => Promise<GroupRule[]>,
    harmless: RegExp,
  ): Promise<GroupRule[]> {
    const done: GroupRule[] = [];
    const batches = new Map<string, GroupRule[]>();
    for (const rule of rules) batches.set(kindOf(rule), [...(batches.get(kindOf(rule)) ?? []), rule]);
    for (const [kind, batch] of batches) {
      try {
        done.push(...(await send(batch, kind)));
      } catch (error) {
        if (!harmless.test(codeOf(error))) throw error;
        if (batch.length === 1) continue;
        for (const rule of batch) {
          done.push(...(await send([rule], kind).catch(unlessCode(harmless, []))));
        }
      }
    }
    return done;
  }
}

/** @throws GuardError `EC2` that names the call; what is one already stays as it is */
export async function asked<T>(call: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof GuardError) throw error;
    const { name, message } = error as Error;
    throw new GuardError(
      "EC2",
      `EC2 refused ${call}: ${legible(`${name}: ${message}`, 500)}. Where it is a right, the guard's role needs ` +
        `ec2:${call} for what is concerned; the event will be tried again`,
      { cause: error },
    );
  }
}

function callOf(verb: "Revoke" | "Authorize", direction: string): string {
  return `${verb}SecurityGroup${direction === "egress" ? "Egress" : "Ingress"}`;
}

/** EC2's code for what it refused. */
function codeOf(error: unknown): string {
  const cause = error instanceof GuardError ? error.cause : error;
  return cause instanceof Error ? cause.name : "";
}

function unlessCode<T>(code: string | RegExp, instead: T): (error: unknown) => T {
  return (error) => {
    const found = codeOf(error);
    if (typeof code === "string" ? found === code : code.test(found)) return instead;
    throw error;
  };
}

function groupOf(group: SecurityGroup): Group {
  return {
    id: group.GroupId ?? "",
    name: group.GroupName ?? "",
    vpcId: group.VpcId ?? "",
    tags: tagsOf(group.Tags),
    account: group.OwnerId ?? "",
  };
}
