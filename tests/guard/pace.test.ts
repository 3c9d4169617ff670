import { EC2 } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { Ec2SecurityGroups } from "../../guard/groups";
import type { Guard } from "../../guard/guard";
import { guardingIn } from "../../guard/guarding";
import { policyFrom } from "../../guard/policy/read";
import { recordKey } from "../../guard/record/store";
import { refreshRecords } from "../../guard/refresh";
import type { Clock } from "../../lib/pace";
import { Ec2Server } from "../support/ec2-server";
import { ACCOUNT, content, REGION } from "./support/cloudtrail";
import { MemoryApprovals, MemoryRecords, MemoryUses } from "./support/memory";
import { ModelGroups } from "./support/model";
import { serveGroups } from "./support/model-server";

process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

const SITE = { account: ACCOUNT, region: REGION };
const REACH = { regions: [REGION], members: [], memberRole: "" };

/** EC2's buckets for one account and region, by action (EC2 API reference, request throttling). */
class Throttle {
  refused = 0;
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  constructor(
    private readonly now: () => number,
    private readonly form: { burst: number; perSecond: number },
  ) {}

  readonly refuse = ({ action }: { action: string }) => {
    const { burst, perSecond } = this.form;
    const now = this.now();
    const { tokens, at } = this.buckets.get(action) ?? { tokens: burst, at: now };
    const left = Math.min(burst, tokens + ((now - at) / 1000) * perSecond);
    this.buckets.set(action, { tokens: left < 1 ? left : left - 1, at: now });
    if (left >= 1) return undefined;
    this.refused++;
    return { status: 503, code: "RequestLimitExceeded", message: "Request limit exceeded." };
  };
}

describe("guard: a look at a large region, at an EC2 that throttles", () => {
  let server: Ec2Server;
  let ec2: EC2;
  let groups: ModelGroups;
  let time: number;
  const environment = { ...process.env };
  const now = () => time;
  const clock: Clock = {
    now,
    sleep: (milliseconds) => Promise.resolve(void (time += milliseconds)),
  };

  beforeEach(async () => {
    time = Date.parse("2026-11-21T02:00:00Z");
    server = await Ec2Server.start();
    const ids = Array.from({ length: 900 }, (_, index) => `sg-${(index + 1).toString(16).padStart(8, "0")}`);
    groups = new ModelGroups(ids);
    for (const id of ids) {
      groups.put(id, content({ cidrIpv4: "192.0.2.0/24" }));
      groups.put(id, content({ fromPort: 443, toPort: 443 }));
    }
    serveGroups(groups, server);
    const credentials = { accessKeyId: "AKIATEST", secretAccessKey: "secret" };
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_EC2: server.url,
      AWS_ACCESS_KEY_ID: "AKIATEST",
      AWS_SECRET_ACCESS_KEY: "secret",
    });
    ec2 = new EC2({ endpoint: server.url, region: REGION, credentials, maxAttempts: 1 });
  });
  afterEach(async () => {
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
    ec2.destroy();
    await server.close();
  });

  const guard = (): Guard => ({
    policy: policyFrom("{mode: enforce, rules: [{name: nothing, when: {change: opens}, then: revert}]}"),
    groups: new Ec2SecurityGroups(ec2),
    ...{ records: new MemoryRecords(), approvals: new MemoryApprovals(), uses: new MemoryUses() },
    ...{ now: () => new Date(time), ownRoles: [], approveFlags: "", tell: () => Promise.resolve() },
  });

  it("takes a few calls, however many groups there are, and is never throttled", async () => {
    const throttle = new Throttle(now, { burst: 100, perSecond: 20 });
    server.refuse = throttle.refuse;
    const looking = guard();
    expect(await refreshRecords(SITE, looking)).to.deep.equal({ groups: 900, begun: 900, ended: 0 });
    time += 15 * 60_000;
    await refreshRecords(SITE, looking);
    expect(throttle.refused).to.equal(0);
    expect(server.times("DescribeSecurityGroupRules")).to.equal(2 * Math.ceil(900 / 200));
    const kept = await looking.records.read([recordKey(SITE, "sg-00000384")]);
    expect([...kept.values()][0]?.base?.rules.map(({ cidrIpv4 }) => cidrIpv4)).to.deep.equal([
      "192.0.2.0/24",
      "0.0.0.0/0",
    ]);
  });

  it("asks again for a group that an event has been handled of since", async () => {
    const looking = guard();
    await refreshRecords(SITE, looking);
    // As if each had been handled in this moment.
    server.asked.length = 0;
    await refreshRecords(SITE, looking);
    expect(server.times("DescribeSecurityGroupRules")).to.equal(Math.ceil(900 / 200) + 900);
  });

  it("waits for its turn with what has to be asked one by one, and with changes", async () => {
    const { groups: asking } = guardingIn(
      SITE,
      REACH,
      { guard: guard(), isolation: undefined },
      clock,
    )(SITE).guard;
    const [reads, changes] = [
      new Throttle(now, { burst: 100, perSecond: 20 }),
      new Throttle(now, { burst: 50, perSecond: 5 }),
    ];
    server.refuse = (request) => (request.action.startsWith("Describe") ? reads : changes).refuse(request);
    const ids = [...groups.kept.keys()].slice(0, 300);
    for (const id of ids) await asking.group(id);
    for (const id of ids) await asking.revoke({ id }, await asking.rules({ id, account: ACCOUNT }));
    expect([reads.refused, changes.refused]).to.deep.equal([0, 0]);
    expect(ids.flatMap((id) => groups.keys(id))).to.deep.equal([]);
  });
});
