/** A model of security groups behind EC2's own protocol: calls as the SDK writes them, answers as it reads them. */
import { ruleContent, ruleKey, type GroupRule, type RuleContent } from "../../../guard/rules";
import type { Direction } from "../../../mapping/types";
import type { Ec2Item, Ec2Request, Ec2Server } from "../../support/ec2-server";
import { ACCOUNT, answerItem } from "./cloudtrail";
import type { Done, ModelGroups } from "./model";

/** A request's form by the levels of its names: IpPermissions.1.IpRanges.1.CidrIp. */
class Form {
  private readonly texts = new Map<string, string>();
  private readonly forms = new Map<string, Form>();

  static of(fields: Iterable<[string, string]>): Form {
    const whole = new Form();
    for (const [name, value] of fields) {
      const path = name.split(".");
      const last = path.pop()!;
      let place = whole;
      for (const step of path) place = place.form(step);
      place.texts.set(last, value);
    }
    return whole;
  }

  text(name: string): string | undefined {
    return this.texts.get(name);
  }

  number(name: string): number {
    return Number(this.texts.get(name) ?? -1);
  }

  /** What is inside a name; empty where there is nothing. */
  form(name: string): Form {
    const found = this.forms.get(name) ?? new Form();
    this.forms.set(name, found);
    return found;
  }

  list(name: string): Form[] {
    return [...this.form(name).forms.values()];
  }

  textList(name: string): string[] {
    return [...this.form(name).texts.values()];
  }
}

/**
 * Has a server answer for the groups of a model.
 * @returns what has been done, in that order
 */
export function serveGroups(groups: ModelGroups, server: Ec2Server): Done[] {
  const done: Done[] = [];
  server.perform = ({ action, form }) => {
    const changes = changesOf(groups, action, Form.of(form));
    done.push(...(changes ?? []));
    return changes && { return: true, ...answerTo(action, changes) };
  };
  server.listsFor = ({ form }: Ec2Request) => {
    const asked = Form.of(form);
    const named = [
      ...asked.textList("GroupId"),
      ...asked.list("Filter").flatMap((filter) => filter.textList("Value")),
    ];
    const ids = [...groups.kept.keys()].filter((id) => named.length === 0 || named.includes(id));
    const rules = ids.flatMap((id) => [...groups.kept.get(id)!.values()].map((rule) => item(id, rule)));
    return new Map([
      ["DescribeSecurityGroups", ids.map((id) => ({ groupId: id, groupName: id, ownerId: ACCOUNT }))],
      ["DescribeSecurityGroupRules", rules],
    ]);
  };
  return done;
}

/** Does what a call asks for, all or nothing; undefined where it is none that changes a group. */
function changesOf(groups: ModelGroups, action: string, form: Form): Done[] | undefined {
  const group = form.text("GroupId") ?? "";
  const direction: Direction = action.endsWith("Egress") ? "egress" : "ingress";
  const named = form.list("IpPermissions").flatMap((permission) => contentsOf(permission, direction));
  const idOf = (content: RuleContent) => groups.withKey(group, ruleKey(content))?.id;
  switch (action.replace(/(In|E)gress$/, "")) {
    case "AuthorizeSecurityGroup": {
      if (named.some((content) => idOf(content))) throw new Error("InvalidPermission.Duplicate");
      const tags = form.list("TagSpecification").flatMap((specification) => specification.list("Tag"));
      const given = Object.fromEntries(tags.map((tag) => [tag.text("Key"), tag.text("Value")])) as object;
      return named.map((content) => groups.put(group, content, { ...given }));
    }
    case "RevokeSecurityGroup": {
      const ids = [...form.textList("SecurityGroupRuleId"), ...named.map((content) => idOf(content) ?? "")];
      const isThere = (id: string) => groups.kept.get(group)?.get(id)?.direction === direction;
      if (!ids.every(isThere)) throw new Error("InvalidPermission.NotFound");
      return ids.map((id) => groups.drop(group, id));
    }
    case "ModifySecurityGroupRules":
      return form.list("SecurityGroupRule").map((update) => {
        const before = groups.kept.get(group)?.get(update.text("SecurityGroupRuleId") ?? "");
        return groups.change(group, modified(before, update.form("SecurityGroupRule")));
      });
    default:
      return undefined;
  }
}

/** A rule with the content of an update, whose end has to be of the same kind. */
function modified(before: GroupRule | undefined, update: Form): GroupRule {
  if (before === undefined) throw new Error("InvalidSecurityGroupRuleId.NotFound");
  const reference = update.text("ReferencedGroupId");
  const [, owner] = before.referencedSecurityGroupId?.split("/").reverse() ?? [];
  const ends = {
    cidrIpv4: update.text("CidrIpv4"),
    cidrIpv6: update.text("CidrIpv6"),
    prefixListId: update.text("PrefixListId"),
    referencedSecurityGroupId: reference && owner ? `${owner}/${reference}` : reference,
  };
  const [end, ...more] = Object.entries(ends).filter(([, value]) => value !== undefined);
  // "Invalid rule type for security group rule" is what EC2 says.
  if (end === undefined || more.length > 0 || !(end[0] in before)) throw new Error("InvalidParameterValue");
  const { id, tags, direction } = before;
  return { ...contentWith(update, direction, Object.fromEntries([end])), id, ...(tags && { tags }) };
}

function contentsOf(permission: Form, direction: Direction): RuleContent[] {
  const ends = (list: string, key: string, as: keyof RuleContent) =>
    permission.list(list).map((end) => ({ [as]: end.text(key), description: end.text("Description") }));
  const references = permission.list("Groups").map((pair) => {
    const [id, owner = ACCOUNT] = [pair.text("GroupId") ?? "", pair.text("UserId")];
    return {
      referencedSecurityGroupId: owner === ACCOUNT ? id : `${owner}/${id}`,
      description: pair.text("Description"),
    };
  });
  return [
    ...ends("IpRanges", "CidrIp", "cidrIpv4"),
    ...ends("Ipv6Ranges", "CidrIpv6", "cidrIpv6"),
    ...ends("PrefixListIds", "PrefixListId", "prefixListId"),
    ...references,
  ].map((end) => contentWith(permission, direction, end));
}

/** Protocol and ports of a form, with an end. */
function contentWith(form: Form, direction: Direction, end: object): RuleContent {
  const given = Object.entries({ description: form.text("Description"), ...end });
  return ruleContent({
    ...{ direction, ipProtocol: form.text("IpProtocol") ?? "-1" },
    ...{ fromPort: form.number("FromPort"), toPort: form.number("ToPort") },
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
  });
}

function answerTo(action: string, changes: Done[]): Ec2Item {
  const items = changes.map(({ group, rule }) => item(group, rule));
  if (action.startsWith("Authorize")) return { securityGroupRuleSet: items };
  return action.startsWith("Revoke") ? { revokedSecurityGroupRuleSet: items } : {};
}

function item(group: string, rule: GroupRule): Ec2Item {
  const tagSet = Object.entries(rule.tags ?? {}).map(([key, value]) => ({ key, value }));
  return { ...(answerItem(group, rule) as Ec2Item), tagSet };
}
