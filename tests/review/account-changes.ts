import type { Inventory, NetworkInterface, RouteTable, SecurityGroup } from "../../inventory/types";

function group(account: Inventory, id: string): SecurityGroup {
  return account.securityGroups.find((each) => each.id === id)!;
}

function table(account: Inventory, id: string): RouteTable {
  return account.routeTables.find((each) => each.id === id)!;
}

function networkInterface(account: Inventory, id: string): NetworkInterface {
  return account.networkInterfaces.find((each) => each.id === id)!;
}

function stop(account: Inventory, instanceId: string): void {
  account.instances = account.instances.filter(({ id }) => id !== instanceId);
}

/** What happens in each of the awkward accounts, besides that all of its permissions come. */
export const CHANGES: Record<string, Record<string, (account: Inventory) => void>> = {
  "both-ways": {
    "let out to a network and given another public address": (account) => {
      const egress = group(account, "sg-0a").egress!;
      egress.push({ id: "sgr-00a", ipProtocol: "-1", fromPort: -1, toPort: -1, cidrIpv4: "198.51.100.0/24" });
      networkInterface(account, "eni-0a").publicIps = [
        { privateIpAddress: "10.60.1.10", publicIp: "203.0.113.99" },
      ];
    },
    "the tag of the instance goes": (account) => {
      account.instances.find(({ id }) => id === "i-0a")!.tags = {};
    },
  },
  "east-west": {
    "a member of a referenced group stops": (account) => stop(account, "i-0a"),
    "a route leads past the firewall": (account) => {
      table(account, "rtb-0b").routes = [{ destinationCidrBlock: "10.30.0.0/16", gatewayId: "local" }];
    },
    "nothing that opens anything": (account) => {
      // Inside what is open already, and in a subnet that the firewall doesn't stand before.
      const rule = { ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "10.1.0.0/16" };
      group(account, "sg-0a").ingress.push({ id: "sgr-00b", ...rule, description: "the same once more" });
      networkInterface(account, "eni-0c").privateIpAddresses.push("10.30.3.11");
    },
  },
  "gateway-load-balancer": {
    "a subnet moves to another route table": (account) => {
      account.subnets.find(({ id }) => id === "subnet-0b")!.routeTableId = "rtb-0c";
      table(account, "rtb-0c").routes = table(account, "rtb-0c").routes.slice(1);
    },
    "the group is opened for administration": (account) => {
      const rule = { ipProtocol: "tcp", fromPort: 3389, toPort: 3389, cidrIpv4: "0.0.0.0/0" };
      group(account, "sg-0a").ingress.push({
        id: "sgr-00c",
        ...rule,
        description: "@everyone: <b>temporary</b> #1 | `x`",
      });
      group(account, "sg-0b").ingress[0]!.cidrIpv4 = "0.0.0.0/0";
    },
  },
  "large-prefix-lists": {
    "lists gain and lose entries": (account) => {
      const entries = (id: string) => account.prefixLists.find((list) => list.id === id)!.entries;
      entries("pl-0c10").push({ cidr: "203.0.113.0/25", description: "new edge" });
      entries("pl-0d").shift();
    },
  },
  "odd-permissions": {
    "a protocol goes and ICMP gets narrower": (account) => {
      const odd = group(account, "sg-0a");
      odd.ingress = odd.ingress.filter(({ id }) => id !== "sgr-001" && id !== "sgr-002" && id !== "sgr-004");
    },
    "the group gets another name": (account) => {
      group(account, "sg-0a").name = "<script>alert(1)</script> | @security-team";
    },
  },
  "transit-gateway": {
    "instances start and are attached": (account) => {
      account.instances.push({ id: "i-0e", name: "batch-1", state: "pending" });
      networkInterface(account, "eni-0d").attachmentStatus = "attached";
      networkInterface(account, "eni-0b").securityGroupIds = [];
    },
    "a port range is split into the same two halves": (account) => {
      const shared = group(account, "sg-0a");
      const [whole] = shared.ingress;
      shared.ingress = [
        { ...whole!, id: "sgr-00d", fromPort: 8000, toPort: 8049 },
        { ...whole!, id: "sgr-00e", fromPort: 8050, toPort: 8100 },
        ...shared.ingress.slice(1),
      ];
    },
  },
};
