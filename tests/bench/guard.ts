import { EC2 } from "@aws-sdk/client-ec2";
import { DynamoApprovals } from "../../guard/approvals/dynamo";
import { DynamoUses } from "../../guard/approvals/uses";
import { Ec2SecurityGroups } from "../../guard/groups";
import type { Guard } from "../../guard/guard";
import { handleEvent } from "../../guard/handle";
import { refreshRecords } from "../../guard/refresh";
import type { Deployed } from "../../guard/deployed";
import { handleArrivals } from "../../guard/lambda";
import { policyFrom } from "../../guard/policy/read";
import { DynamoRecords } from "../../guard/record/store";
import { ipPermission } from "../../guard/rules";
import { ACCOUNT, answerItem, content, record, REGION } from "../guard/support/cloudtrail";
import { eventOf, ModelGroups } from "../guard/support/model";
import { makeTables } from "../guard/support/tables";
import { findMoto, Moto } from "../support/moto";
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

/** How soon each of many changes of one group is undone. */
export interface FloodResult {
  changes: number;
  /** Of the handling of each, the store's answers included. */
  seconds: number[];
}

/** The store of records emulated over HTTP; EC2 as a model, so that the guard's own time shows. */
export async function measureFlood(changes: number): Promise<FloodResult> {
  const file = findMoto();
  if (file === undefined) throw new Error("moto_server is not installed: see .ci/run, or set MOTO_SERVER");
  const server = await Moto.start(file);
  try {
    const client = await makeTables(server.access(REGION));
    const groups = new ModelGroups(["sg-1"]);
    let clock = new Date();
    const guard: Guard = {
      policy: policyFrom("{mode: enforce, rules: [{name: all, when: {change: opens}, then: revert}]}"),
      ...{ groups, records: new DynamoRecords("guard", client), uses: new DynamoUses("guard", client) },
      ...{ approvals: new DynamoApprovals("approvals", client), now: () => clock },
      ...{ ownRoles: [], approveFlags: "", tell: () => Promise.resolve() },
    };
    await refreshRecords({ account: ACCOUNT, region: REGION }, guard);
    const seconds: number[] = [];
    for (let change = 0; change < changes; change++) {
      clock = new Date(clock.getTime() + 200);
      const port = 1000 + (change % 60_000);
      const event = eventOf(
        groups.put("sg-1", content({ fromPort: port, toPort: port })),
        clock.toISOString(),
        `session-${change}`,
      );
      const begun = performance.now();
      await handleEvent(event, guard);
      seconds.push((performance.now() - begun) / 1000);
      if (groups.keys("sg-1").length > 0) throw new Error("the guard left a change as it was");
    }
    return { changes, seconds };
  } finally {
    await server.stop();
  }
}

export function floodText({ changes, seconds }: FloodResult): string {
  const last = seconds.slice(-Math.max(1, changes / 10));
  return (
    `${changes} changes of one group, one after another: each undone within ${Math.max(...seconds).toFixed(2)} s, the ` +
    `last tenth in ${shown(spread(last), 3)} s each`
  );
}

export function guardText({ rules, events, seconds }: GuardResult): string {
  return (
    `From an event's arrival at the guard's handler until its change is undone: ${shown(spread(seconds), 2)} s\n` +
    `(${events} events on a group of ${rules} rules; EC2 and DynamoDB emulated on this machine)`
  );
}
