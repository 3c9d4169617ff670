import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { processesOf } from "../../trigger/runner/processes";
import type { RunRecord } from "../../trigger/runner/record";
import type { Inventory, Route } from "../../inventory/types";
import { account, FIREWALL_INTERFACE, groupId, ruleOf, type Permission } from "../support/account";
import { callEvent, sqsInput, stateEvent } from "../support/cloudtrail";
import { Lab, PROJECT_DIR } from "../support/lab";
import { liveHandler } from "../support/live-handler";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const MAIL: Permission = { group: 3, port: 25 };
const MINUTE = 60_000;
const FIREWALL_INSTANCE = "i-0f";

const revoked = ({ group }: Permission) =>
  callEvent("RevokeSecurityGroupIngress", { groupId: groupId(group) });
const invocation = (id: string) => ({ id, end: Date.now() + 15 * MINUTE });

describe("the trigger, from an event in AWS to the firewall", function () {
  this.timeout(180_000);
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.open({ commitSeconds: 3 });
    await lab.setAccount(account([WEB, SSH]));
    await lab.stack();
  });
  afterEach(() => lab.close());

  const commits = () => lab.firewall.jobs.filter(({ type }) => type === "Commit");

  it("takes the rule of a permission that is revoked out of what is running, once for a burst of 1,000 events", async () => {
    const { handler, outside } = liveHandler(lab);
    const first = await handler.handle(sqsInput(revoked(MAIL)), invocation("first"));
    expect(first).to.deep.equal({ batchItemFailures: [] });
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);

    await lab.setAccount(account([WEB]));
    const enqueued = once(lab.firewall, "job");
    const events = Array.from({ length: 1000 }, () => revoked(SSH));
    const one = handler.handle(sqsInput(...events.slice(0, 10)), invocation("second"));
    // The others come while that run's commit takes its time, by a second invocation.
    await enqueued;
    const others = await handler.handle(sqsInput(...events.slice(10)), invocation("third"));
    expect(others).to.deep.equal({ batchItemFailures: [] });
    await one;
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
    const runs = outside.log.filter(({ event }) => event === "run");
    expect(runs.map(({ result }) => result)).to.deep.equal(["applied", "applied", "applied"]);
    expect(commits(), "the run for the others found nothing to do").to.have.length(2);
    expect(commits()[1]?.description)
      .to.include("0 added, 0 changed, 1 removed")
      .and.include("RevokeSecurityGroup");
    expect(outside.letters).to.deep.equal([]);
  });

  it("leaves every rule where the firewall's own instance stops, and takes out only what a route leads elsewhere", async () => {
    // Each group's instance is in a subnet of its own.
    const routed = (state: "active" | "blackhole", ssh?: Partial<Route>): Inventory => {
      const { subnets, routeTables, instances, networkInterfaces, ...rest } = account([WEB, SSH]);
      const [web, other] = [networkInterfaces[0]!, networkInterfaces[1]!];
      const route = { destinationCidrBlock: "0.0.0.0/0", state };
      const toFirewall = { networkInterfaceId: FIREWALL_INTERFACE };
      return {
        ...rest,
        subnets: [...subnets, { id: "subnet-0b", vpcId: "vpc-0a", routeTableId: "rtb-0b" }],
        routeTables: [
          { ...routeTables[0]!, routes: [{ ...route, ...toFirewall }] },
          { id: "rtb-0b", vpcId: "vpc-0a", routes: [{ ...route, ...(ssh ?? toFirewall) }] },
        ],
        instances: [
          ...instances,
          ...(state === "active" ? [{ id: FIREWALL_INSTANCE, state: "running" as const }] : []),
        ],
        networkInterfaces: [
          web,
          { ...other, subnetId: "subnet-0b" },
          {
            ...web,
            ...{ id: FIREWALL_INTERFACE, instanceId: FIREWALL_INSTANCE },
            ...{ privateIpAddresses: ["10.9.9.9"], securityGroupIds: [] },
          },
        ],
      };
    };
    const { handler, outside } = liveHandler(lab);
    await lab.setAccount(routed("active"));
    await handler.handle(sqsInput(stateEvent("running", FIREWALL_INSTANCE)), invocation("first"));
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);

    await lab.setAccount(routed("blackhole"));
    const stop = callEvent("StopInstances", { instancesSet: { items: [{ instanceId: FIREWALL_INSTANCE }] } });
    const states = ["stopping", "stopped"].map((state) => stateEvent(state, FIREWALL_INSTANCE));
    const { writes } = await lab.during(() =>
      handler.handle(sqsInput(stop, ...states), invocation("second")),
    );
    expect(writes).to.equal(0);
    expect(commits()).to.have.length(1);
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
    expect(outside.runs.join("\n")).to.include("to the firewall's eni-0f is a blackhole");

    await lab.setAccount(routed("active", { natGatewayId: "nat-0a" }));
    const replaced = callEvent("ReplaceRoute", { routeTableId: "rtb-0b" });
    await handler.handle(sqsInput(replaced), invocation("third"));
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
    const results = outside.log.filter(({ event }) => event === "run").map(({ result }) => result);
    expect(results).to.deep.equal(["applied", "applied", "applied"]);
    expect(outside.letters).to.deep.equal([]);
  });

  it("is healed by the next event where the function was killed in a run", async () => {
    const hold = lab.firewall.hold(({ action }) => action === "multi-config");
    const place = { directory: lab.directory, firewall: { port: lab.firewall.port } };
    const child = spawn(
      process.execPath,
      [
        ...["--require", join(PROJECT_DIR, "typescript.cjs")],
        ...[join(PROJECT_DIR, "tests", "support", "live-handler.ts")],
        JSON.stringify({ place, input: sqsInput(revoked(WEB)) }),
      ],
      { cwd: PROJECT_DIR, stdio: "ignore" },
    );
    await hold.reached;
    const record = JSON.parse(
      readFileSync(join(lab.directory, "automation", "run.json"), "utf8"),
    ) as RunRecord;
    expect(record.locks).to.have.length(1);
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    expect(processesOf(record.report), "engine, program and provider go on").not.to.deep.equal([]);
    const locks = join(lab.directory, ".pulumi", "locks", "organization", "aws-panos-rules", "dev");
    expect(existsSync(join(locks, record.locks[0] ?? ""))).to.equal(true);

    // While the first invocation may live, nobody else runs.
    const early = liveHandler(lab);
    await early.handler.handle(sqsInput(revoked(SSH)), invocation("early"));
    expect(early.outside.runs).to.deep.equal([]);

    // Then it counts as a run that failed, which is tried again a little later.
    const after = liveHandler(lab, () => Date.now() + 16 * MINUTE);
    await after.handler.handle(sqsInput(revoked(MAIL)), invocation("after"));
    expect(after.outside.wakes).to.have.length(1);
    const late = liveHandler(lab, () => Date.now() + 30 * MINUTE);
    const running = late.handler.handle(sqsInput({ "aws-panos-rules": "wake" }), invocation("late"));
    hold.drop();
    await running;
    expect(processesOf(record.report)).to.deep.equal([]);
    expect(readdirSync(locks).filter((name) => name.endsWith(".json"))).to.deep.equal([]);
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
    expect(commits()).to.have.length(1);
    expect(late.outside.runs.join("\n")).to.include("has died").and.include("removing its lock");
  });
});
