import { given } from "../../lib/records";
import type { Inventory, SecurityGroupRule, StoppedInstance } from "../../inventory/types";
import { checkInventory } from "../../inventory/validate";
import { listIn, recordIn, type Fields } from "../../aws/cloudtrail/fields";
import { cloudTrailRecord } from "../../aws/cloudtrail/record";

type Deed = (
  account: Inventory,
  request: Fields,
  answer: Fields,
  known: ReadonlyMap<string, StoppedInstance>,
) => boolean;

/**
 * An account as a snapshot has it, and as calls change it whose records tell exactly what they do: states of
 * instances that it knows, rules of its groups, groups of its interfaces. Of all others it knows nothing.
 */
export class ReplayedAccount {
  /** Instances that have been seen, because those that don't run are not in every snapshot. */
  private readonly known: Map<string, StoppedInstance>;

  constructor(private current: Inventory) {
    const { instances, stopped: others = [] } = current;
    this.known = new Map([...instances, ...others].map((instance) => [instance.id, instance]));
  }

  get inventory(): Inventory {
    return this.current;
  }

  /**
   * Does what a call has done.
   * @param record CloudTrail's, of a call that succeeded
   * @returns whether the account is now as it was after the call; otherwise it stays as it was
   */
  happen(record: unknown): boolean {
    const { name = "", request, response } = cloudTrailRecord(recordIn(record));
    const deed = DEEDS.get(name);
    const changed = structuredClone(this.current);
    if (!deed?.(changed, recordIn(request), recordIn(response), this.known)) return false;
    const checked = checkInventory(changed);
    if (!("inventory" in checked)) return false;
    this.current = checked.inventory;
    return true;
  }
}

const DEEDS: ReadonlyMap<string, Deed> = new Map([
  ["StartInstances", stateChanged],
  ["StopInstances", stateChanged],
  ["TerminateInstances", stateChanged],
  ["AuthorizeSecurityGroupIngress", authorized],
  ["AuthorizeSecurityGroupEgress", authorized],
  ["RevokeSecurityGroupIngress", revoked("ingress")],
  ["RevokeSecurityGroupEgress", revoked("egress")],
  ["ModifySecurityGroupRules", modified],
  ["ModifyNetworkInterfaceAttribute", groupsChanged],
]);

function stateChanged(...[account, , answer, known]: Parameters<Deed>): boolean {
  const answered = items(answer["instancesSet"]);
  return (
    answered.length > 0 &&
    answered.every(({ instanceId: id, currentState }) => {
      const { name: state } = recordIn(currentState);
      if (typeof id !== "string" || typeof state !== "string") return false;
      account.instances = account.instances.filter((instance) => instance.id !== id);
      const instance = known.get(id) ?? stopped(account, id);
      if (account.stopped) account.stopped = account.stopped.filter((each) => each.id !== id);
      if (state !== "pending" && state !== "running") {
        const isThere = instance !== undefined && (state === "stopping" || state === "stopped");
        if (isThere) account.stopped?.push(given({ ...instance, state: undefined }));
        return true;
      }
      if (instance === undefined) return false;
      account.instances.push({ ...instance, state });
      return true;
    })
  );
}

/** An instance that did not run when the snapshot was recorded: with its tags only where nobody's are known. */
function stopped({ instances, networkInterfaces }: Inventory, id: string): StoppedInstance | undefined {
  const own = networkInterfaces.find(({ instanceId }) => instanceId === id);
  if (own === undefined || instances.some(({ tags }) => tags !== undefined)) return undefined;
  const { ownerId, region } = own;
  return { id, ...(ownerId !== undefined && { ownerId }), ...(region !== undefined && { region }) };
}

/** By AWS's answer, which has each rule's id and its CIDR as AWS writes it. */
function authorized(...[account, , answer]: Parameters<Deed>): boolean {
  const answered = items(answer["securityGroupRuleSet"]);
  return (
    answered.length > 0 &&
    answered.every((item) => {
      const { groupId, isEgress, securityGroupRuleId: id, ipProtocol, fromPort, toPort, description } = item;
      const rules = rulesOf(account, groupId, isEgress === true ? "egress" : "ingress");
      const source = sourceIn(item, {
        cidrIpv4: "cidrIpv4",
        cidrIpv6: "cidrIpv6",
        prefixListId: "prefixListId",
      });
      if (rules === undefined || source === undefined) return false;
      const rule = { id, ipProtocol, ...ports(fromPort, toPort), ...source, ...described(description) };
      rules.push(rule as SecurityGroupRule);
      return true;
    })
  );
}

/** By the rules' ids, where request or answer has them; otherwise by what they say. */
function revoked(direction: "ingress" | "egress"): Deed {
  return (account, request, answer) => {
    const ids = [answer["revokedSecurityGroupRuleSet"], request["securityGroupRuleIds"]]
      .flatMap(items)
      .map(({ securityGroupRuleId }) => securityGroupRuleId);
    const rules = rulesOf(account, request["groupId"], direction);
    if (rules === undefined) return false;
    const isGone =
      ids.length > 0
        ? ids.map((id) => (rule: SecurityGroupRule) => rule.id === id)
        : permissionsIn(request).map((gone) => (rule: SecurityGroupRule) => isSame(rule, gone));
    const found = isGone.map((is) => rules.findIndex(is));
    if (found.length === 0 || found.includes(-1)) return false;
    for (const index of [...new Set(found)].sort((a, b) => b - a)) rules.splice(index, 1);
    return true;
  };
}

/** Its request has the whole rule anew (EC2 API reference: ModifySecurityGroupRules). */
function modified(...[account, request]: Parameters<Deed>): boolean {
  const { GroupId, SecurityGroupRule: given } = recordIn(request["ModifySecurityGroupRulesRequest"]);
  const updates = items(given);
  return updates.length > 0 && updates.every((each) => isModified(account, GroupId, each));
}

function isModified(account: Inventory, group: unknown, each: Fields): boolean {
  const { SecurityGroupRuleId: id, SecurityGroupRule: update } = each;
  const { IpProtocol: ipProtocol, FromPort, ToPort, Description, ...others } = recordIn(update);
  const source = sourceIn(others, {
    cidrIpv4: "CidrIpv4",
    cidrIpv6: "CidrIpv6",
    prefixListId: "PrefixListId",
  });
  return (["ingress", "egress"] as const).some((direction) => {
    const rules = rulesOf(account, group, direction) ?? [];
    const index = rules.findIndex((rule) => rule.id === id);
    const old = rules[index];
    if (old === undefined || source === undefined) return false;
    const { description, tags } = old;
    rules[index] = {
      id,
      ipProtocol,
      ...ports(FromPort, ToPort),
      ...source,
      ...described(Description ?? description),
      ...(tags !== undefined && { tags }),
    } as SecurityGroupRule;
    return true;
  });
}

function groupsChanged(...[account, request]: Parameters<Deed>): boolean {
  const groups = items(request["groupSet"]).map(({ groupId }) => groupId);
  const own = account.networkInterfaces.find(({ id }) => id === request["networkInterfaceId"]);
  const isKnown = (group: unknown) => account.securityGroups.some(({ id }) => id === group);
  if (own === undefined || groups.length === 0 || !groups.every(isKnown)) return false;
  own.securityGroupIds = groups as string[];
  return true;
}

/** The rules that a call's permissions are, each with one source: as a list, or one permission given flat. */
function permissionsIn(request: Fields): Fields[] {
  const listed = items(request["ipPermissions"]);
  const permissions = listed.length > 0 ? listed : [{ ...request, ipRanges: { items: [request] } }];
  return permissions.flatMap(({ ipProtocol, fromPort, toPort, ...sources }) =>
    [
      ...items(sources["ipRanges"]).map(({ cidrIp }) => ({ cidrIpv4: cidrIp })),
      ...items(sources["ipv6Ranges"]).map(({ cidrIpv6 }) => ({ cidrIpv6 })),
      ...items(sources["prefixListIds"]).map(({ prefixListId }) => ({ prefixListId })),
      ...items(sources["groups"]).map(({ groupId }) => ({ referencedSecurityGroupId: groupId })),
    ].map((source) => ({ ipProtocol, ...ports(fromPort, toPort), ...source })),
  );
}

function isSame(rule: SecurityGroupRule, wanted: Fields): boolean {
  return Object.entries(wanted).every(([name, value]) => (rule as unknown as Fields)[name] === value);
}

function rulesOf({ securityGroups }: Inventory, group: unknown, direction: "ingress" | "egress") {
  return securityGroups.find(({ id }) => id === group)?.[direction];
}

/** The one source that a rule has; undefined for a group, of which the record doesn't tell all. */
function sourceIn(rule: Fields, names: Record<"cidrIpv4" | "cidrIpv6" | "prefixListId", string>) {
  const found = Object.entries(names).find(([, name]) => typeof rule[name] === "string");
  return found === undefined ? undefined : { [found[0]]: rule[found[1]] as string };
}

/** -1 stands for all of them, as in EC2's own answers. */
function ports(fromPort: unknown = -1, toPort: unknown = -1) {
  return { fromPort, toPort };
}

function described(description: unknown) {
  return typeof description === "string" ? { description } : {};
}

function items(value: unknown): Fields[] {
  return listIn(value).map(recordIn);
}
