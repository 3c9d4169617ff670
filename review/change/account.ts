/** An inventory, looked up by what the reasons of a review ask for. */
import { plainText } from "../../lib/text";
import { parseBlock } from "../../lib/net/cidr";
import { normalised } from "../../lib/net/protocols";
import { kindLeftOut } from "../../mapping/left-out";
import { bearerOf } from "../../mapping/marks";
import { addressTexts, protectedInterfaces } from "../../mapping/routing";
import type { MappingOptions } from "../../mapping/types";
import type {
  Instance,
  Inventory,
  NetworkInterface,
  PrefixList,
  SecurityGroup,
  SecurityGroupRule,
  Subnet,
} from "../../inventory/types";
import { labelOf } from "../explain/view";
import type { NamedPermission } from "./permission";

export class Account {
  /** Ids of the interfaces behind the firewall. */
  readonly behind: ReadonlySet<string>;
  readonly groups: ReadonlyMap<string, SecurityGroup>;
  readonly instances: ReadonlyMap<string, Instance>;
  readonly interfaces: ReadonlyMap<string, NetworkInterface>;
  readonly lists: ReadonlyMap<string, PrefixList>;
  readonly subnets: ReadonlyMap<string, Subnet>;
  private readonly byGroup = new Map<string, NetworkInterface[]>();
  private readonly byAddress = new Map<string, NetworkInterface>();

  constructor(
    readonly inventory: Inventory,
    readonly options: MappingOptions,
  ) {
    const byId = <T extends { id: string }>(items: T[]) => new Map(items.map((item) => [item.id, item]));
    const { interfaces } = protectedInterfaces(inventory, options);
    this.behind = new Set(interfaces.map(({ networkInterface }) => networkInterface.id));
    this.groups = byId(inventory.securityGroups);
    this.instances = byId(inventory.instances);
    this.interfaces = byId(inventory.networkInterfaces);
    this.lists = byId(inventory.prefixLists);
    this.subnets = byId(inventory.subnets);
    for (const each of inventory.networkInterfaces) {
      for (const groupId of each.securityGroupIds) {
        const carriers = this.byGroup.get(groupId);
        if (carriers === undefined) this.byGroup.set(groupId, [each]);
        else carriers.push(each);
      }
      for (const address of addressTexts(each)) this.byAddress.set(address, each);
    }
  }

  carriers(groupId: string): readonly NetworkInterface[] {
    return this.byGroup.get(groupId) ?? [];
  }

  /** Whether interfaces carry a group of which nothing else is known. */
  unseenGroup(groupId: string): boolean {
    return !this.groups.has(groupId) && this.carriers(groupId).length > 0;
  }

  /** The interface that has an address, or a prefix. */
  owner(address: string): NetworkInterface | undefined {
    return this.byAddress.get(address);
  }

  /** The prefix length of the widest block that a rule names; of a group, that of addresses. */
  private leastPrefix({ cidrIpv4, cidrIpv6, prefixListId = "" }: SecurityGroupRule): number {
    const entries = this.lists.get(prefixListId)?.entries.map(({ cidr }) => cidr) ?? [];
    const blocks = [cidrIpv4, cidrIpv6, ...entries].filter((cidr) => cidr !== undefined);
    return Math.min(32, ...blocks.map((cidr) => parseBlock(cidr)?.prefixLength ?? 0));
  }

  /**
   * The security-group rules that make up a permission, references to groups only where they count. The widest come
   * first: of their reasons only some are shown.
   */
  rulesOf({ groupId, direction, ...permission }: NamedPermission): SecurityGroupRule[] {
    const found = (this.groups.get(groupId)?.[direction] ?? []).filter((rule) => {
      const { ipProtocol, fromPort, toPort } = normalised(rule);
      const counts = rule.referencedSecurityGroupId === undefined || this.options.references === "expand";
      return (
        counts &&
        ipProtocol === permission.ipProtocol &&
        fromPort === permission.fromPort &&
        toPort === permission.toPort
      );
    });
    return found
      .map((rule) => [this.leastPrefix(rule), rule] as const)
      .sort(([a], [b]) => a - b)
      .map(([, rule]) => rule);
  }

  /** An instance as people know it: "i-0a1 (web-1)". */
  instanceLabel(id: string): string {
    const name = plainText(this.instances.get(id)?.name ?? "");
    return name === "" ? id : `${id} (${name})`;
  }

  /** What has an interface, as people know it: "instance i-0a1 (web-1)", or the interface itself and what it is for. */
  bearerLabel(networkInterface: NetworkInterface): string {
    const bearer = bearerOf(networkInterface);
    if (bearer === networkInterface.id) return `${bearer} (${labelOf(networkInterface)})`;
    return `instance ${this.instanceLabel(bearer)}`;
  }

  /** Whether it counts as far as what has it is concerned: an instance that runs, a service that uses it. */
  isThere(networkInterface: NetworkInterface | undefined): boolean {
    if (networkInterface === undefined) return false;
    const bearer = bearerOf(networkInterface);
    if (bearer !== networkInterface.id) return this.instances.has(bearer);
    return kindLeftOut(networkInterface, { ...this.options, isThere: () => false }) === undefined;
  }

  /** A security group as people know it: "web (sg-0a1)". */
  groupLabel(id: string): string {
    const name = plainText(this.groups.get(id)?.name ?? "");
    return name === "" ? id : `${name} (${id})`;
  }
}
