import { EC2 } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { Ec2SecurityGroups } from "../../guard/groups";
import type { Guard } from "../../guard/guard";
import { handleEvent } from "../../guard/handle";
import { policyFrom } from "../../guard/policy/read";
import { refreshRecords } from "../../guard/refresh";
import { ipPermission, ruleKey, ruleRequest, type GroupRule, type RuleContent } from "../../guard/rules";
import { Ec2Server } from "../support/ec2-server";
import { ACCOUNT, content, REGION } from "./support/cloudtrail";
import { MemoryApprovals, MemoryRecords, MemoryUses } from "./support/memory";
import { eventOf, ModelGroups, type Done } from "./support/model";
import { serveGroups } from "./support/model-server";

process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

const GROUP = "sg-1";
/** Each form of a rule's end, and another end of that form. */
const FORMS: Record<string, [Partial<RuleContent>, Partial<RuleContent>]> = {
  "an IPv4 block": [{ cidrIpv4: "203.0.113.0/24" }, { cidrIpv4: "0.0.0.0/0" }],
  "an IPv6 block": [{ cidrIpv6: "2001:db8::/32" }, { cidrIpv6: "::/0" }],
  "a prefix list": [{ prefixListId: "pl-0a" }, { prefixListId: "pl-0b" }],
  "a group": [{ referencedSecurityGroupId: "sg-2" }, { referencedSecurityGroupId: "sg-3" }],
  "another account's group": [
    { referencedSecurityGroupId: "111122223333/sg-4" },
    { referencedSecurityGroupId: "111122223333/sg-5" },
  ],
};

/** What an emulator loses or can't change: prefix lists, groups and IPv6 blocks, with descriptions and tags. */
describe("guard: every form of a rule, over EC2's protocol", () => {
  let server: Ec2Server;
  let ec2: EC2;
  let groups: ModelGroups;
  let guard: Guard;
  let done: Done[];
  let clock: number;

  beforeEach(async () => {
    server = await Ec2Server.start();
    // Rules come in several pages.
    server.largestPage = 3;
    groups = new ModelGroups([GROUP]);
    done = serveGroups(groups, server);
    const credentials = { accessKeyId: "AKIATEST", secretAccessKey: "secret" };
    ec2 = new EC2({ endpoint: server.url, region: REGION, credentials });
    clock = Date.parse("2026-11-21T02:00:00Z");
    guard = {
      policy: policyFrom(
        "{mode: enforce, egress: true, rules: [{name: nothing, when: {change: [opens, closes]}, then: revert}]}",
      ),
      ...{
        groups: new Ec2SecurityGroups(ec2),
        records: new MemoryRecords(),
        approvals: new MemoryApprovals(),
        uses: new MemoryUses(),
      },
      ...{ now: () => new Date(clock), ownRoles: [], approveFlags: "", place: undefined },
      tell: () => Promise.resolve(),
    };
  });
  afterEach(async () => {
    ec2.destroy();
    await server.close();
  });

  /** Everything about the group's rules. @param ids also theirs, which rules that are made again have anew */
  const state = (ids: boolean) =>
    [...groups.kept.get(GROUP)!.values()]
      .map(({ id, ...rule }) => JSON.stringify([ruleKey(rule), rule.description, rule.tags, ids && id]))
      .sort();

  /** What somebody did is told, rule by rule. */
  async function told(byContent: boolean): Promise<void> {
    for (const each of done.splice(0)) {
      // Far enough apart that it is no fight.
      clock += 11 * 60_000;
      const event = eventOf(each, new Date(clock).toISOString(), "mallory", byContent);
      const [notice] = await handleEvent(event, guard);
      expect(notice?.outcome, `${event.name} ${ruleKey(each.rule)}: ${notice?.because}`).to.equal("undone");
    }
    done.length = 0;
  }

  for (const direction of ["ingress", "egress"] as const) {
    it(`comes back exactly after each kind of change of ${direction}, one and all of them`, async () => {
      const rules = Object.values(FORMS).map(([end]) =>
        content({ ...end, direction, description: "as it was" }),
      );
      for (const rule of rules) groups.put(GROUP, rule, { owner: "network & co" });
      await refreshRecords({ account: ACCOUNT, region: REGION }, guard);
      const [before, same] = [state(false), state(true)];
      const call = direction === "ingress" ? "Ingress" : "Egress";
      const opened = Object.values(FORMS).map(([, end]) => content({ ...end, direction, toPort: 80 }));
      const present = () => rules.map((rule) => groups.withKey(GROUP, ruleKey(rule))!);
      const modified = (part: (rule: GroupRule, index: number) => Partial<RuleContent>) => () =>
        ec2.modifySecurityGroupRules({
          GroupId: GROUP,
          SecurityGroupRules: present().map((rule, index) => ({
            SecurityGroupRuleId: rule.id,
            SecurityGroupRule: ruleRequest({ ...rule, ...part(rule, index), description: "other" }),
          })),
        });

      for (const byContent of [true, false]) {
        await ec2[`authorizeSecurityGroup${call}`]({
          GroupId: GROUP,
          IpPermissions: opened.map(ipPermission),
        });
        await told(byContent);
        expect(state(true)).to.deep.equal(same);
      }
      for (const change of [
        modified(() => ({ fromPort: 1, toPort: 65000 })),
        modified((_, index) => Object.values(FORMS)[index]![1]),
      ]) {
        await change();
        await told(false);
        expect(state(true)).to.deep.equal(same);
      }
      for (const byContent of [true, false]) {
        await ec2[`revokeSecurityGroup${call}`](
          byContent
            ? { GroupId: GROUP, IpPermissions: rules.map(ipPermission) }
            : { GroupId: GROUP, SecurityGroupRuleIds: present().map(({ id }) => id) },
        );
        expect(groups.keys(GROUP)).to.deep.equal([]);
        await told(byContent);
        expect(state(false)).to.deep.equal(before);
      }
    });
  }
});
