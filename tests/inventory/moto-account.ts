import type { EC2, IpPermission } from "@aws-sdk/client-ec2";

/** What the test needs to know of the account that it made. */
export interface MotoAccount {
  firewall: { instance: string; networkInterface: string };
  vpc: string;
  /** Runs in the firewalled subnet, with two interfaces. */
  web: string;
  stopped: string;
}

/**
 * Fills an empty account: a VPC with two CIDRs and IPv6 whose private subnets lead to a firewall, some
 * explicitly and some through the main route table; instances in every state; groups with permissions of
 * every form; and an edge route table. EC2's own requests only, so that the emulator makes the rest up.
 */
export async function makeAccount(ec2: EC2): Promise<MotoAccount> {
  const { Vpc } = await ec2.createVpc({ CidrBlock: "10.20.0.0/16", AmazonProvidedIpv6CidrBlock: true });
  const VpcId = Vpc?.VpcId ?? "";
  await ec2.associateVpcCidrBlock({ VpcId, CidrBlock: "10.21.0.0/16" });
  await ec2.createTags({ Resources: [VpcId], Tags: tags("Name", "demo & co") });
  const subnet = async (CidrBlock: string, AvailabilityZone: string) =>
    (await ec2.createSubnet({ VpcId, CidrBlock, AvailabilityZone })).Subnet?.SubnetId ?? "";
  const [outside, inside, implicit] = [
    await subnet("10.20.1.0/24", "us-east-1a"),
    await subnet("10.20.2.0/24", "us-east-1b"),
    await subnet("10.21.3.0/24", "us-east-1a"),
  ];

  const listId = async (name: string, family: string, entries: [string, string?][]) =>
    (
      await ec2.createManagedPrefixList({
        PrefixListName: name,
        AddressFamily: family,
        MaxEntries: 5,
        Entries: entries.map(([Cidr, Description]) => ({ Cidr, ...(Description && { Description }) })),
      })
    ).PrefixList?.PrefixListId ?? "";
  const [offices, v6, halves] = [
    await listId("offices", "IPv4", [["192.0.2.0/24", "office"], ["198.51.100.0/24"]]),
    await listId("offices-v6", "IPv6", [["2001:db8:aaaa::/48"]]),
    await listId("halves", "IPv4", [["0.0.0.0/1"], ["128.0.0.0/1"]]),
  ];
  await listId("unused", "IPv4", [["203.0.113.0/24"]]);

  const group = async (GroupName: string, ingress: IpPermission[], egress: IpPermission[] = []) => {
    const { GroupId } = await ec2.createSecurityGroup({ VpcId, GroupName, Description: GroupName });
    for (const IpPermissions of ingress.map((each) => [each])) {
      await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions });
    }
    for (const IpPermissions of egress.map((each) => [each])) {
      await ec2.authorizeSecurityGroupEgress({ GroupId, IpPermissions });
    }
    return GroupId ?? "";
  };
  const web = await group(
    "web",
    [
      tcp(443, 443, { IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "everybody" }] }),
      tcp(443, 443, { Ipv6Ranges: [{ CidrIpv6: "::/0" }] }),
      tcp(8000, 8100, { IpRanges: [{ CidrIp: "198.51.100.0/24" }, { CidrIp: "203.0.113.7/32" }] }),
      tcp(22, 22, { PrefixListIds: [{ PrefixListId: offices }] }),
      tcp(22, 22, { PrefixListIds: [{ PrefixListId: v6 }] }),
      { IpProtocol: "icmp", FromPort: 8, ToPort: -1, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
      { IpProtocol: "icmpv6", FromPort: -1, ToPort: -1, Ipv6Ranges: [{ CidrIpv6: "2001:db8::/32" }] },
      { IpProtocol: "udp", FromPort: 53, ToPort: 53, IpRanges: [{ CidrIp: "192.0.2.53/32" }] },
      { IpProtocol: "50", FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: "203.0.113.0/24" }] },
    ],
    [tcp(5432, 5432, { IpRanges: [{ CidrIp: "203.0.113.0/24", Description: "out" }] })],
  );
  const db = await group("db", [
    tcp(5432, 5432, { UserIdGroupPairs: [{ GroupId: web }] }),
    { IpProtocol: "-1", IpRanges: [{ CidrIp: "10.20.0.0/16" }] },
    { IpProtocol: "-1", IpRanges: [{ CidrIp: "203.0.113.9/32" }] },
  ]);
  await group("unused", [tcp(80, 80, { IpRanges: [{ CidrIp: "0.0.0.0/0" }] })]);
  const { SecurityGroupRules } = await ec2.describeSecurityGroupRules({
    Filters: [{ Name: "group-id", Values: [web] }],
  });
  const [first] = SecurityGroupRules ?? [];
  await ec2.createTags({
    Resources: [first?.SecurityGroupRuleId ?? "", web],
    Tags: [...tags("approved", "yes"), ...tags("Name", "w")],
  });

  const run = async (SubnetId: string, groups: string[], PrivateIpAddress: string) => {
    const { Instances } = await ec2.runInstances({
      ImageId: "ami-12c6146b",
      MinCount: 1,
      MaxCount: 1,
      SubnetId,
      SecurityGroupIds: groups,
      PrivateIpAddress,
    });
    const id = Instances?.[0]?.InstanceId ?? "";
    return { id, networkInterface: Instances?.[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? "" };
  };
  const firewall = await run(outside, [db], "10.20.1.5");
  const webServer = await run(inside, [web], "10.20.2.10");
  await run(implicit, [web, db], "10.21.3.10");
  await run(outside, [web], "10.20.1.77");
  const stopped = await run(inside, [web], "10.20.2.99");
  await ec2.stopInstances({ InstanceIds: [stopped.id] });
  const ended = await run(inside, [db], "10.20.2.98");
  await ec2.terminateInstances({ InstanceIds: [ended.id] });
  await ec2.createTags({ Resources: [webServer.id], Tags: tags("Name", "web-1") });

  const { NetworkInterface } = await ec2.createNetworkInterface({
    SubnetId: inside,
    Groups: [db, web],
    PrivateIpAddress: "10.20.2.20",
  });
  const second = NetworkInterface?.NetworkInterfaceId ?? "";
  await ec2.attachNetworkInterface({ NetworkInterfaceId: second, InstanceId: webServer.id, DeviceIndex: 1 });
  await ec2.createNetworkInterface({ SubnetId: inside, Groups: [web] });
  await ec2.assignPrivateIpAddresses({
    NetworkInterfaceId: webServer.networkInterface,
    PrivateIpAddresses: ["10.20.2.11", "10.20.2.12"],
  });
  const { AllocationId } = await ec2.allocateAddress({ Domain: "vpc" });
  await ec2.associateAddress({ AllocationId, NetworkInterfaceId: webServer.networkInterface });

  await routes(ec2, VpcId, { outside, inside, firewall: firewall.networkInterface, halves });
  return {
    firewall: { instance: firewall.id, networkInterface: firewall.networkInterface },
    vpc: VpcId,
    web: webServer.id,
    stopped: stopped.id,
  };
}

async function routes(
  ec2: EC2,
  VpcId: string,
  {
    outside,
    inside,
    firewall,
    halves,
  }: { outside: string; inside: string; firewall: string; halves: string },
): Promise<void> {
  const { InternetGateway } = await ec2.createInternetGateway({});
  const GatewayId = InternetGateway?.InternetGatewayId ?? "";
  await ec2.attachInternetGateway({ InternetGatewayId: GatewayId, VpcId });
  const table = async () => (await ec2.createRouteTable({ VpcId })).RouteTable?.RouteTableId ?? "";

  const open = await table();
  await ec2.createRoute({ RouteTableId: open, DestinationCidrBlock: "0.0.0.0/0", GatewayId });
  await ec2.associateRouteTable({ RouteTableId: open, SubnetId: outside });

  const through = await table();
  for (const destination of [
    { DestinationCidrBlock: "0.0.0.0/0" },
    { DestinationIpv6CidrBlock: "::/0" },
    { DestinationPrefixListId: halves },
  ]) {
    await ec2.createRoute({ RouteTableId: through, NetworkInterfaceId: firewall, ...destination });
  }
  await ec2.associateRouteTable({ RouteTableId: through, SubnetId: inside });

  const { RouteTables } = await ec2.describeRouteTables({
    Filters: [
      { Name: "vpc-id", Values: [VpcId] },
      { Name: "association.main", Values: ["true"] },
    ],
  });
  const main = RouteTables?.[0]?.RouteTableId;
  await ec2.createRoute({
    RouteTableId: main,
    DestinationCidrBlock: "0.0.0.0/0",
    NetworkInterfaceId: firewall,
  });

  const edge = await table();
  await ec2.associateRouteTable({ RouteTableId: edge, GatewayId });
  await ec2.createRoute({
    RouteTableId: edge,
    DestinationCidrBlock: "10.20.2.0/24",
    NetworkInterfaceId: firewall,
  });
}

function tcp(FromPort: number, ToPort: number, sources: IpPermission): IpPermission {
  return { IpProtocol: "tcp", FromPort, ToPort, ...sources };
}

function tags(Key: string, Value: string) {
  return [{ Key, Value }];
}
