import * as pulumi from "@pulumi/pulumi";
import type { Ec2Item } from "../support/ec2-server";

type Fields = Record<string, unknown>;

interface Question {
  filters?: { name: string; values: string[] }[];
  instanceStateNames?: string[];
  id?: string;
  routeTableId?: string;
  securityGroupRuleId?: string;
}

/** API calls behind one question, where they are more than one (the provider's source). */
const CALLS: Record<string, number> = { getVpc: 5, getRouteTable: 2, getManagedPrefixList: 2 };

/** Answers data sources from what EC2 lists, at once: what is left is what asking them costs by itself. */
export class FleetLookups {
  calls = 0;
  questions = 0;
  private readonly byId = new Map<string, Ec2Item>();

  constructor(private readonly lists: Map<string, Ec2Item[]>) {
    for (const item of [...lists.values()].flat()) this.byId.set(idOf(item), item);
  }

  async use(): Promise<void> {
    await pulumi.runtime.setMocks({
      call: ({ token, inputs }) => {
        const lookup = token.split(":")[2] ?? token;
        this.questions += 1;
        if (lookup !== "getCallerIdentity") this.calls += CALLS[lookup] ?? 1;
        return Promise.resolve(this.answer(lookup, inputs as Question));
      },
      newResource: () => ({ id: undefined, state: {} }),
    });
  }

  private answer(lookup: string, question: Question): Fields {
    const values = (name: string) => question.filters?.find((filter) => filter.name === name)?.values ?? [];
    const one = (id = "") => this.byId.get(id) ?? {};
    switch (lookup) {
      case "getCallerIdentity":
        return { accountId: "123456789012" };
      case "getInstances":
        return this.ids(
          "DescribeInstances",
          () => question.instanceStateNames?.[0] === "running",
          instanceOf,
        );
      case "getVpcs":
        return this.ids("DescribeVpcs");
      case "getSubnets":
        return this.ids("DescribeSubnets");
      case "getRouteTables":
        return this.ids("DescribeRouteTables");
      case "getNetworkInterfaces": {
        const wanted = new Set<unknown>(values("attachment.instance-id"));
        return this.ids("DescribeNetworkInterfaces", ({ attachment }) =>
          wanted.has((attachment as Ec2Item | undefined)?.["instanceId"]),
        );
      }
      case "getSecurityGroupRules": {
        const wanted = new Set<unknown>(values("group-id"));
        return this.ids("DescribeSecurityGroupRules", ({ groupId }) => wanted.has(groupId));
      }
      case "getVpc":
        return { ...one(question.id), id: question.id, mainRouteTableId: "rtb-0a", tags: {} };
      case "getRouteTable":
        return {
          ...{ id: question.routeTableId, ownerId: "123456789012", vpcId: "vpc-0a", tags: {} },
          associations: [{ main: true }],
          routes: [{ cidrBlock: "0.0.0.0/0", networkInterfaceId: "eni-0f" }],
        };
      case "getNetworkInterface": {
        const { privateIpAddress, attachment, groupSet, ...rest } = one(question.id);
        return {
          ...rest,
          id: question.id,
          privateIp: privateIpAddress,
          privateIps: [privateIpAddress],
          attachments: [attachment],
          securityGroups: (groupSet as Ec2Item[]).map(({ groupId }) => groupId),
          tags: {},
        };
      }
      case "getSecurityGroup": {
        const [id] = values("group-id");
        return { id, name: one(id)["groupName"], vpcId: "vpc-0a", tags: {} };
      }
      case "getSecurityGroupRule": {
        const { groupId, ...rest } = one(question.securityGroupRuleId);
        return { ...rest, id: question.securityGroupRuleId, securityGroupId: groupId, tags: {} };
      }
      default:
        throw new Error(`no answer to ${lookup}`);
    }
  }

  private ids(action: string, wanted: (item: Ec2Item) => boolean = () => true, id = idOf): Fields {
    return { region: "eu-central-1", ids: (this.lists.get(action) ?? []).filter(wanted).map(id) };
  }
}

/** An item's own id comes first in it. */
function idOf(item: Ec2Item): string {
  return Object.values(item)[0] as string;
}

function instanceOf({ instancesSet }: Ec2Item): string {
  return (instancesSet as Ec2Item[])[0]?.["instanceId"] as string;
}
