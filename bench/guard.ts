import { EC2 } from "@aws-sdk/client-ec2";
import { DynamoApprovals } from "../guard/approvals/dynamo";
import { DynamoUses } from "../guard/approvals/uses";
import { Ec2SecurityGroups } from "../guard/groups";
import type { Deployed } from "../guard/deployed";
import { handleArrivals } from "../guard/lambda";
import { policyFrom } from "../guard/policy/read";
import { DynamoRecords } from "../guard/record/store";
import { ipPermission } from "../guard/rules";
import { ACCOUNT, answerItem, content, record, REGION } from "../tests/guard/support/cloudtrail";
import { makeTables } from "../tests/guard/support/tables";
import { findMoto, Moto } from "../tests/support/moto";
import { shown, spread } from "./statistics";

/** Seconds from an event's arrival at the handler until it is judged, undone and told. */
export interface GuardResult {
  rules: number;
  events: number;
  seconds: number[];
}

/** Against an emulator of EC2 and DynamoDB over HTTP. @throws Error where none is installed */
export async function measureGuard(rules: number, events: number): Promise<GuardResult> {
  const file = findMoto();
  if (file === undefined) throw new Error("moto_server is not installed: see .ci/run, or set MOTO_SERVER");
  const server = await Moto.start(file);
  const access = server.access(REGION);
  const ec2 = new EC2(access);
  try {
    const client = await makeTables(access);
    const { GroupId = "" } = await ec2.createSecurityGroup({ GroupName: "bench", Description: "bench" });
    const present = Array.from({ length: rules }, (_, port) =>
      content({ fromPort: 1000 + port, toPort: 1000 + port }),
    );
    await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: present.map(ipPermission) });
    const groups = new Ec2SecurityGroups(ec2);
    let clock = new Date();
    const home = { account: ACCOUNT, region: REGION };
    const guarding = {
      guard: {
        policy: policyFrom("{mode: enforce, rules: [{name: ssh, when: {traffic: [tcp/22]}, then: revert}]}"),
        ...{
          groups,
          records: new DynamoRecords("guard", client),
          approvals: new DynamoApprovals("approvals", client),
          uses: new DynamoUses("guard", client),
        },
        ...{ now: () => clock, ownRoles: [], approveFlags: "", tell: () => Promise.resolve() },
      },
      isolation: undefined,
    };
    const deployed: Deployed = {
      ...{ home, sites: [home], guarding: () => guarding, unread: new Set(), log: () => undefined },
      tell: () => Promise.resolve(),
      tellAgain: () => Promise.resolve(),
      bury: (_, reason) => Promise.reject(new Error(reason)),
    };
    await handleArrivals({ guard: "refresh" }, deployed);
    const seconds: number[] = [];
    for (let event = 0; event < events; event++) {
      // Far enough apart that it is no fight.
      clock = new Date(clock.getTime() + 11 * 60_000);
      await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: [ipPermission(content())] });
      const made = (await groups.rules({ id: GroupId, account: ACCOUNT })).filter(
        ({ fromPort }) => fromPort === 22,
      );
      const answer = { securityGroupRuleSet: { items: made.map((rule) => answerItem(GroupId, rule)) } };
      const detail = record("AuthorizeSecurityGroupIngress", { groupId: GroupId }, answer, {
        at: clock.toISOString(),
      });
      const arrived = performance.now();
      await handleArrivals({ Records: [{ messageId: "m", body: JSON.stringify({ detail }) }] }, deployed);
      seconds.push((performance.now() - arrived) / 1000);
      const left = await groups.rules({ id: GroupId, account: ACCOUNT });
      if (left.some(({ fromPort }) => fromPort === 22)) throw new Error("the guard left port 22 open");
    }
    return { rules, events, seconds };
  } finally {
    ec2.destroy();
    await server.stop();
  }
}

export function guardText({ rules, events, seconds }: GuardResult): string {
  return (
    `From an event's arrival at the guard's handler until its change is undone: ${shown(spread(seconds), 2)} s\n` +
    `(${events} events on a group of ${rules} rules; EC2 and DynamoDB emulated on this machine)`
  );
}
