import {
  DescribeInstancesCommand,
  DescribeManagedPrefixListsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
  paginateGetManagedPrefixListEntries,
  type Filter,
  type Route,
  type Tag,
} from "@aws-sdk/client-ec2";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import * as pulumi from "@pulumi/pulumi";

type Fields = Record<string, unknown>;

interface Question {
  region?: string;
  filters?: { name: string; values: string[] }[];
  instanceStateNames?: string[];
  id?: string;
  routeTableId?: string;
  securityGroupRuleId?: string;
}

/** Where the data sources ask. */
export interface Endpoint {
  url: string;
  region: string;
  accessKey: string;
  secretKey: string;
}

/**
 * Answers data sources from an EC2 endpoint as the AWS provider does (its source, version 7): what it asks,
 * what it leaves out, and its words for what isn't there. The provider itself is a plugin of the Pulumi CLI.
 */
export class DataSources {
  /** How often each API action was called. */
  readonly calls = new Map<string, number>();
  /** How often each data source was asked. */
  readonly asked = new Map<string, number>();
  private readonly ec2: EC2Client;
  private readonly sts: STSClient;

  constructor({ url, region, accessKey, secretKey }: Endpoint) {
    const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
    this.ec2 = new EC2Client({ endpoint: url, region, credentials });
    this.sts = new STSClient({ endpoint: url, region, credentials });
    this.ec2.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          count(this.calls, String(commandName).replace(/Command$/, ""));
          return next(args);
        },
      { step: "initialize", name: "count" },
    );
  }

  /** Lets this process's programs ask here. */
  async use(): Promise<void> {
    await pulumi.runtime.setMocks({
      call: ({ token, inputs }) => this.call(token, inputs as Question),
      newResource: () => ({ id: undefined, state: {} }),
    });
  }

  close(): void {
    this.ec2.destroy();
    this.sts.destroy();
  }

  async call(token: string, question: Question): Promise<Fields> {
    const lookup = token.split(":")[2] ?? token;
    count(this.asked, lookup);
    const answer = { region: await this.ec2.config.region(), ...(await this.answer(lookup, question)) };
    // A plugin's answers leave out null and empty fields.
    return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined));
  }

  private async answer(lookup: string, question: Question): Promise<Fields> {
    const { id = "", routeTableId = "", securityGroupRuleId = "" } = question;
    const Filters: Filter[] = (question.filters ?? []).map(({ name, values }) => ({
      Name: name,
      Values: values,
    }));
    const ids = (found: ((string | undefined)[] | undefined)[]) => ({
      ids: found.flatMap((each) => each ?? []),
    });
    switch (lookup) {
      case "getCallerIdentity": {
        const { Account } = await this.sts.send(new GetCallerIdentityCommand({}));
        return { accountId: Account };
      }
      case "getInstances": {
        const states = { Name: "instance-state-name", Values: question.instanceStateNames ?? ["running"] };
        const found = await this.ec2.send(new DescribeInstancesCommand({ Filters: [...Filters, states] }));
        return ids(
          (found.Reservations ?? []).map(({ Instances }) => Instances?.map(({ InstanceId }) => InstanceId)),
        );
      }
      case "getVpcs": {
        const { Vpcs } = await this.ec2.send(new DescribeVpcsCommand(given({ Filters })));
        return ids([Vpcs?.map(({ VpcId }) => VpcId)]);
      }
      case "getVpc":
        return this.vpc(id);
      case "getSubnets": {
        const { Subnets } = await this.ec2.send(new DescribeSubnetsCommand(given({ Filters })));
        return ids([Subnets?.map(({ SubnetId }) => SubnetId)]);
      }
      case "getSubnet": {
        const { Subnets } = await this.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [id] }));
        const [subnet] = Subnets ?? [];
        const [first] = subnet?.Ipv6CidrBlockAssociationSet ?? [];
        return {
          ...{ id, ownerId: subnet?.OwnerId, cidrBlock: subnet?.CidrBlock, tags: tagsOf(subnet?.Tags) },
          ipv6CidrBlock: first?.Ipv6CidrBlockState?.State === "associated" ? first.Ipv6CidrBlock : "",
        };
      }
      case "getRouteTables": {
        const { RouteTables } = await this.ec2.send(new DescribeRouteTablesCommand(given({ Filters })));
        return ids([RouteTables?.map((table) => table.RouteTableId)]);
      }
      case "getRouteTable":
        return this.routeTable(routeTableId);
      case "getNetworkInterfaces": {
        const found = await this.ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
        return ids([found.NetworkInterfaces?.map(({ NetworkInterfaceId }) => NetworkInterfaceId)]);
      }
      case "getNetworkInterface":
        return this.networkInterface(id, Filters);
      case "getSecurityGroup": {
        const { SecurityGroups } = await this.ec2.send(new DescribeSecurityGroupsCommand(given({ Filters })));
        const [group] = SecurityGroups ?? [];
        if (group === undefined) throw nothing(lookup, "no matching EC2 Security Group found");
        const { GroupId = "", GroupName: name, VpcId: vpcId, Tags, OwnerId = "" } = group;
        const region = await this.ec2.config.region();
        const arn = `arn:aws:ec2:${region}:${OwnerId}:security-group/${GroupId}`;
        return { id: GroupId, arn, name, vpcId, tags: tagsOf(Tags) };
      }
      case "getSecurityGroupRules": {
        const found = await this.ec2.send(new DescribeSecurityGroupRulesCommand({ Filters }));
        return ids([found.SecurityGroupRules?.map((each) => each.SecurityGroupRuleId)]);
      }
      case "getSecurityGroupRule":
        return this.securityGroupRule(securityGroupRuleId);
      case "getManagedPrefixList":
        return this.prefixList(id);
      default:
        throw new Error(`no answer to ${lookup}`);
    }
  }

  private async vpc(id: string): Promise<Fields> {
    const main = [
      { Name: "association.main", Values: ["true"] },
      { Name: "vpc-id", Values: [id] },
    ];
    const [{ Vpcs }, { RouteTables }] = await Promise.all([
      this.ec2.send(new DescribeVpcsCommand({ VpcIds: [id] })),
      this.ec2.send(new DescribeRouteTablesCommand({ Filters: main })),
    ]);
    const [vpc] = Vpcs ?? [];
    const ipv6 = (vpc?.Ipv6CidrBlockAssociationSet ?? []).map((each) => ({
      ipv6CidrBlock: each.Ipv6CidrBlock ?? "",
      state: each.Ipv6CidrBlockState?.State ?? "",
    }));
    return {
      id,
      ownerId: vpc?.OwnerId,
      cidrBlock: vpc?.CidrBlock,
      cidrBlockAssociations: (vpc?.CidrBlockAssociationSet ?? []).map((each) => ({
        cidrBlock: each.CidrBlock,
        state: each.CidrBlockState?.State,
      })),
      ipv6CidrBlock: ipv6[0]?.ipv6CidrBlock ?? "",
      ipv6CidrBlockAssociations: ipv6,
      mainRouteTableId: RouteTables?.[0]?.RouteTableId,
      tags: tagsOf(vpc?.Tags),
    };
  }

  private async routeTable(id: string): Promise<Fields> {
    const { RouteTables } = await this.ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: [id] }));
    const [table] = RouteTables ?? [];
    const owned = (table?.Routes ?? []).map(async (route) => {
      const id = route.NetworkInterfaceId;
      if (!id) return [route];
      // The provider looks whether the interface is an AWS service's.
      const found = await this.ec2.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id] }));
      const [each] = found.NetworkInterfaces ?? [];
      const instanceOwner = each?.Attachment?.InstanceOwnerId;
      return instanceOwner && instanceOwner !== each.OwnerId ? [] : [route];
    });
    const routes = (await Promise.all(owned)).flat().filter(isShown).map(routeFields);
    const associations = (table?.Associations ?? []).map((each) => ({
      main: each.Main,
      subnetId: each.SubnetId ?? "",
      gatewayId: each.GatewayId ?? "",
    }));
    return {
      id,
      ownerId: table?.OwnerId,
      vpcId: table?.VpcId,
      routes,
      associations,
      tags: tagsOf(table?.Tags),
    };
  }

  private async networkInterface(id: string, Filters: Filter[]): Promise<Fields> {
    const found = await this.ec2.send(
      new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id], ...given({ Filters }) }),
    );
    const [each] = found.NetworkInterfaces ?? [];
    if (each === undefined) throw nothing("getNetworkInterface", "no matching EC2 object found");
    const { Attachment, Association } = each;
    return {
      id,
      ownerId: each.OwnerId,
      vpcId: each.VpcId,
      subnetId: each.SubnetId,
      attachments: Attachment
        ? [{ instanceId: Attachment.InstanceId ?? "", instanceOwnerId: Attachment.InstanceOwnerId ?? "" }]
        : [],
      privateIp: each.PrivateIpAddress,
      privateIps: (each.PrivateIpAddresses ?? []).map(({ PrivateIpAddress }) => PrivateIpAddress),
      ipv6Addresses: (each.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address),
      associations: Association ? [{ publicIp: Association.PublicIp }] : [],
      securityGroups: (each.Groups ?? []).map(({ GroupId }) => GroupId),
      interfaceType: each.InterfaceType,
      requesterId: each.RequesterId ?? "",
      description: each.Description ?? "",
      tags: tagsOf(each.TagSet),
    };
  }

  private async securityGroupRule(id: string): Promise<Fields> {
    const found = await this.ec2.send(new DescribeSecurityGroupRulesCommand({ SecurityGroupRuleIds: [id] }));
    const [rule] = found.SecurityGroupRules ?? [];
    if (rule === undefined) throw nothing("getSecurityGroupRule", "no matching Security Group Rule found");
    const { Account } = await this.sts.send(new GetCallerIdentityCommand({}));
    const { GroupId, UserId } = rule.ReferencedGroupInfo ?? {};
    return {
      id,
      securityGroupId: rule.GroupId,
      isEgress: rule.IsEgress,
      ipProtocol: rule.IpProtocol,
      fromPort: rule.FromPort,
      toPort: rule.ToPort,
      cidrIpv4: rule.CidrIpv4,
      cidrIpv6: rule.CidrIpv6,
      prefixListId: rule.PrefixListId,
      referencedSecurityGroupId: UserId && UserId !== Account ? `${UserId}/${GroupId}` : GroupId,
      description: rule.Description,
      tags: tagsOf(rule.Tags),
    };
  }

  private async prefixList(id: string): Promise<Fields> {
    const { PrefixLists } = await this.ec2.send(
      new DescribeManagedPrefixListsCommand({ PrefixListIds: [id] }),
    );
    const [list] = PrefixLists ?? [];
    if (list === undefined)
      throw nothing("getManagedPrefixList", "no matching EC2 Managed Prefix List found");
    const entries: Fields[] = [];
    const pages = paginateGetManagedPrefixListEntries(
      { client: this.ec2, pageSize: 100 },
      { PrefixListId: id },
    );
    for await (const { Entries = [] } of pages) {
      entries.push(
        ...Entries.map(({ Cidr, Description }) => ({ cidr: Cidr, description: Description ?? "" })),
      );
    }
    return {
      ...{ id, ownerId: list.OwnerId, name: list.PrefixListName, addressFamily: list.AddressFamily },
      ...{ entries, version: list.Version ?? 0 },
    };
  }
}

/** Of a route table the provider shows neither local nor propagated routes, nor gateway endpoints' ones. */
function isShown({ GatewayId = "", Origin, DestinationPrefixListId }: Route): boolean {
  if (GatewayId === "local" || GatewayId === "VpcLattice" || Origin === "EnableVgwRoutePropagation")
    return false;
  return !(DestinationPrefixListId && GatewayId.startsWith("vpce-"));
}

function routeFields(route: Route): Fields {
  const { GatewayId = "" } = route;
  const isEndpoint = GatewayId.startsWith("vpce-");
  return {
    cidrBlock: route.DestinationCidrBlock ?? "",
    ipv6CidrBlock: route.DestinationIpv6CidrBlock ?? "",
    destinationPrefixListId: route.DestinationPrefixListId ?? "",
    carrierGatewayId: route.CarrierGatewayId ?? "",
    coreNetworkArn: route.CoreNetworkArn ?? "",
    egressOnlyGatewayId: route.EgressOnlyInternetGatewayId ?? "",
    gatewayId: isEndpoint ? "" : GatewayId,
    instanceId: route.InstanceId ?? "",
    localGatewayId: route.LocalGatewayId ?? "",
    natGatewayId: route.NatGatewayId ?? "",
    networkInterfaceId: route.NetworkInterfaceId ?? "",
    transitGatewayId: route.TransitGatewayId ?? "",
    vpcEndpointId: isEndpoint ? GatewayId : "",
    vpcPeeringConnectionId: route.VpcPeeringConnectionId ?? "",
  };
}

/** The provider hides AWS's own tags. */
function tagsOf(tags: Tag[] | undefined): Fields {
  const shown = (tags ?? []).filter(({ Key = "" }) => !Key.startsWith("aws:"));
  return Object.fromEntries(shown.map(({ Key = "", Value }) => [Key, Value]));
}

function given({ Filters }: { Filters: Filter[] }): { Filters?: Filter[] } {
  return Filters.length === 0 ? {} : { Filters };
}

function nothing(lookup: string, words: string): Error {
  const details = `invoking ${lookup}: ${words}`;
  // As the SDK gets it: a gRPC status.
  return Object.assign(new Error(details), { details });
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
