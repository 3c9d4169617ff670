/** Security groups as EC2 keeps them, and what CloudTrail says of each change. */
import { cloudTrailRecord } from "../../../aws/cloudtrail/record";
import { groupEvent } from "../../../guard/event/read";
import type { GroupEvent } from "../../../guard/event/event";
import type { Group, SecurityGroups } from "../../../guard/groups";
import { ruleContent, ruleKey, type GroupRule, type RuleContent } from "../../../guard/rules";
import { ACCOUNT, answerItem, modificationItem, permissionItem, record } from "./cloudtrail";

/** What changed, for whoever keeps account of it. */
export type Done =
  | { op: "put"; group: string; rule: GroupRule; instead?: string }
  | { op: "drop"; group: string; rule: GroupRule }
  | { op: "modify"; group: string; rule: GroupRule; before: GroupRule };

export class ModelGroups implements SecurityGroups {
  readonly kept = new Map<string, Map<string, GroupRule>>();
  /** Changes that the guard makes. */
  acts = 0;
  onAct: (done: Done) => void = () => undefined;
  tags: Record<string, string> = {};
  /** How a group is called. */
  nameOf = (id: string) => `name of ${id}`;
  /** Set to have EC2 refuse every change that the guard makes. */
  refusal: Error | undefined;
  /** Groups that EC2 doesn't show, although they are there. */
  readonly hidden = new Set<string>();
  private count = 0;

  constructor(ids: readonly string[]) {
    for (const id of ids) this.kept.set(id, new Map());
  }

  group(id: string): Promise<Group | undefined> {
    const group = { id, name: this.nameOf(id), vpcId: "vpc-1", tags: this.tags, account: ACCOUNT };
    return Promise.resolve(this.kept.has(id) && !this.hidden.has(id) ? group : undefined);
  }

  async groups(): Promise<Group[]> {
    const found = await Promise.all([...this.kept.keys()].map((id) => this.group(id)));
    return found.filter((group) => group !== undefined);
  }

  idOf(name: string): Promise<string | undefined> {
    return Promise.resolve([...this.kept.keys()].find((id) => name === this.nameOf(id)));
  }

  rules({ id }: { id: string }): Promise<GroupRule[]> {
    return Promise.resolve(structuredClone([...(this.kept.get(id)?.values() ?? [])]));
  }

  async rulesOf(ids: readonly string[]): Promise<Map<string, GroupRule[]>> {
    return new Map(await Promise.all(ids.map(async (id) => [id, await this.rules({ id })] as const)));
  }

  entries(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  revoke({ id }: { id: string }, rules: readonly GroupRule[]): Promise<void> {
    if (this.refusal && rules.length > 0) return Promise.reject(this.refusal);
    for (const rule of rules) if (this.kept.get(id)?.has(rule.id)) this.acted(this.drop(id, rule.id));
    return Promise.resolve();
  }

  authorize({ id }: { id: string }, rules: readonly GroupRule[]): Promise<GroupRule[]> {
    if (this.refusal && rules.length > 0) return Promise.reject(this.refusal);
    const isFree = (rule: GroupRule) => this.withKey(id, ruleKey(rule)) === undefined;
    const made = rules.filter(isFree).map((rule) => {
      const done = this.put(id, rule, rule.tags);
      this.acted({ ...done, instead: rule.id });
      return done.rule;
    });
    return Promise.resolve(made);
  }

  modify({ id }: { id: string }, rules: readonly GroupRule[]): Promise<void> {
    if (this.refusal && rules.length > 0) return Promise.reject(this.refusal);
    for (const rule of rules) if (this.kept.get(id)?.has(rule.id)) this.acted(this.change(id, rule));
    return Promise.resolve();
  }

  keys(group: string): string[] {
    return [...(this.kept.get(group)?.values() ?? [])].map(ruleKey).sort();
  }

  withKey(group: string, key: string): GroupRule | undefined {
    return [...(this.kept.get(group)?.values() ?? [])].find((rule) => ruleKey(rule) === key);
  }

  put(group: string, content: RuleContent, tags?: Record<string, string>): Done & { op: "put" } {
    const rule: GroupRule = {
      ...ruleContent(content),
      ...(tags && { tags }),
      id: `sgr-${(++this.count).toString(16).padStart(4, "0")}`,
    };
    if (this.withKey(group, ruleKey(rule))) throw new Error("InvalidPermission.Duplicate");
    this.kept.get(group)!.set(rule.id, rule);
    return { op: "put", group, rule };
  }

  drop(group: string, id: string): Done & { op: "drop" } {
    const rule = this.kept.get(group)!.get(id);
    if (rule === undefined) throw new Error("InvalidPermission.NotFound");
    this.kept.get(group)!.delete(id);
    return { op: "drop", group, rule };
  }

  change(group: string, rule: GroupRule): Done & { op: "modify" } {
    const before = this.kept.get(group)!.get(rule.id);
    const other = this.withKey(group, ruleKey(rule));
    if (before === undefined) throw new Error("InvalidSecurityGroupRuleId.NotFound");
    if (other !== undefined && other.id !== rule.id) throw new Error("InvalidPermission.Duplicate");
    this.kept.get(group)!.set(rule.id, rule);
    return { op: "modify", group, rule, before };
  }

  private acted(done: Done): void {
    this.acts++;
    this.onAct(done);
  }
}

/** The event of a change. @param byContent names a removed rule by its content instead of its id */
export function eventOf(done: Done, at: string, who: string, byContent = false, role = "admin"): GroupEvent {
  const { group, rule } = done;
  const direction = rule.direction === "egress" ? "Egress" : "Ingress";
  const [name, request, response] =
    done.op === "put"
      ? [
          `AuthorizeSecurityGroup${direction}`,
          { groupId: group, ipPermissions: { items: [permissionItem(rule)] } },
          { _return: true, securityGroupRuleSet: { items: [answerItem(group, rule)] } },
        ]
      : done.op === "drop"
        ? [
            `RevokeSecurityGroup${direction}`,
            byContent
              ? { groupId: group, ipPermissions: { items: [permissionItem(rule)] } }
              : { groupId: group, securityGroupRuleIds: [rule.id] },
            { _return: true },
          ]
        : [
            "ModifySecurityGroupRules",
            {
              ModifySecurityGroupRulesRequest: { GroupId: group, SecurityGroupRule: modificationItem(rule) },
            },
            { _return: true },
          ];
  return groupEvent(cloudTrailRecord(record(name, request, response, { at, who, role })))!;
}
