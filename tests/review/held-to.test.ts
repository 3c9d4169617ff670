import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { REVIEWED_VARIABLES } from "../../plan/reviewed";
import { startSimulator, type Simulator } from "../../packages/simulator";
import { account, ruleOf, type Permission } from "../support/account";
import { firewallConfig, Lab, PASSWORDS, ruleEntry, said, succeeded } from "../support/lab";
import { configOf } from "../support/rules";
import { reviewIn } from "../support/reviewing";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };

/** What a stack has, and a setting that changes after the approval: rules and objects stay what they are. */
const CHANGES: Record<
  string,
  { before?: Record<string, unknown>; after: Record<string, unknown>; says: string }
> = {
  "rules move above a denial": { after: { "aws-panos-rules:cleanupRule": "deny-some" }, says: "cleanupRule" },
  "an administrator's rule is taken over": { after: { "aws-panos-rules:adopt": ["old-web"] }, says: "adopt" },
  "an address is registered": {
    before: { "aws-panos-rules:destinations": "dynamic" },
    after: { "aws-panos-rules:destinations": "dynamic", "aws-panos-rules:protectedSubnets": ["subnet-0b"] },
    says: "what is registered",
  },
  "the rules of isolation move": {
    before: { "aws-panos-rules:quarantine": { deny: true } },
    after: { "aws-panos-rules:quarantine": { deny: true, before: "deny-some" } },
    says: "quarantine.before",
  },
  "sessions end": { after: { "aws-panos-rules:sessions": "clear" }, says: "sessions" },
  "others' changes are committed": { after: { "panos:commitScope": "full" }, says: "commitScope" },
  "it goes to another address": { after: { "panos:hostname": "localhost" }, says: "panos:hostname" },
};

describe("an update held to a review", function () {
  this.timeout(120_000);
  let lab: Lab;
  beforeEach(async () => {
    const web = ruleEntry("old-web", {
      source: "203.0.113.7",
      destination: "10.0.0.1",
      application: "ssl",
      service: "application-default",
    });
    const denial = ruleEntry("deny-some", { source: "203.0.113.0/28", action: "deny" });
    lab = await Lab.open({ config: firewallConfig([denial, web]) });
    const inventory = account([WEB, SSH]);
    const [subnet, networkInterface, instance] = [
      inventory.subnets[0]!,
      inventory.networkInterfaces.at(-1)!,
      inventory.instances.at(-1)!,
    ];
    // One more instance with the last group, whose subnet's traffic doesn't come to the firewall by its routes.
    inventory.subnets.push({ ...subnet, id: "subnet-0b", routeTableId: "rtb-0b" });
    inventory.routeTables.push({ id: "rtb-0b", vpcId: "vpc-0a", routes: [] });
    inventory.instances.push({ ...instance, id: "i-0b" });
    inventory.networkInterfaces.push({
      ...networkInterface,
      ...{ id: "eni-0b", instanceId: "i-0b", subnetId: "subnet-0b" },
      privateIpAddresses: ["10.0.9.9"],
    });
    await lab.setAccount(inventory);
  });
  afterEach(() => lab.close());

  for (const [what, { before = {}, after, says }] of Object.entries(CHANGES)) {
    it(`stops where a setting has changed since, by which ${what}`, async () => {
      const stack = await lab.stack({ settings: before });
      succeeded(await stack.up());
      const { out, text, code } = await reviewIn(lab);
      expect(code, text).to.equal(0);
      await lab.configure({ settings: after });
      const held = await lab.during(() => stack.up({ env: { [REVIEWED_VARIABLES.folder]: out } }));
      expect(said(held.result)).to.include("is not as it was reviewed").and.include(says);
      expect(held.result.code).not.to.equal(0);
      expect(held.writes).to.equal(0);
      // Reviewed with it, it goes through.
      const again = await reviewIn(lab);
      expect(again.code, again.text).to.equal(0);
      succeeded(await stack.up({ env: { [REVIEWED_VARIABLES.folder]: out } }));
    });
  }

  describe("where something else than rules and objects decides on the firewall", () => {
    const FRONT = "10.20.0.5";
    const RULEBASE =
      "/config/devices/entry[@name='localhost.localdomain']/vsys/entry[@name='vsys1']/rulebase";
    const defaults = (action: string) => `<entry name="interzone-default"><action>${action}</action></entry>`;
    const translation = (name: string, destination: string, instance: string) =>
      `<entry name="${name}"><destination-translation><translated-address>${instance}</translated-address>` +
      "</destination-translation><to><member>untrust</member></to><from><member>untrust</member></from>" +
      `<source><member>any</member></source><destination><member>${destination}</member></destination>` +
      "<service>any</service></entry>";
    const change = async (container: string, entry: string) => {
      await lab.person().client.set(`${RULEBASE}/${container}/rules`, entry);
      await lab.person().commitEverything();
    };
    const settings = { "aws-panos-rules:cleanupRule": "interzone-default" };
    const upAsReviewed = (stack: Awaited<ReturnType<Lab["stack"]>>, out: string) =>
      lab.during(() => stack.up({ env: { [REVIEWED_VARIABLES.folder]: out } }));

    it("stops where interzone-default lets in since what came to nothing", async () => {
      await lab.close();
      const open = ruleEntry("some", { destination: "10.0.0.9", action: "deny" });
      lab = await Lab.open({ config: configOf({ rules: [open], cleanup: "" }) });
      await lab.setAccount(account([WEB]));
      const stack = await lab.stack({ settings });
      const { out, text, code } = await reviewIn(lab);
      expect(code, text).to.equal(0);
      // It denies already; how doesn't matter.
      await change("default-security-rules", defaults("drop"));
      await change("default-security-rules", defaults("allow"));
      const held = await upAsReviewed(stack, out);
      expect(said(held.result))
        .to.include("is not as it was reviewed")
        .and.include("running override of interzone-default is new");
      expect(held.writes).to.equal(0);
      await change("default-security-rules", defaults("drop"));
      succeeded((await upAsReviewed(stack, out)).result);
    });

    it("goes on where nothing comes to interzone-default", async () => {
      const stack = await lab.stack();
      const { out, text, code } = await reviewIn(lab);
      expect(code, text).to.equal(0);
      await change("default-security-rules", defaults("allow"));
      succeeded((await upAsReviewed(stack, out)).result);
    });

    it("stops where NAT takes others to our instances since, says so, and goes on where it takes none", async () => {
      const stack = await lab.stack();
      const { out, text, code } = await reviewIn(lab);
      expect(code, text).to.equal(0);
      await change("nat", translation("elsewhere", "10.20.0.6", "10.9.9.9"));
      succeeded((await upAsReviewed(stack, out)).result);

      const again = await reviewIn(lab);
      await change("nat", translation("in-web", FRONT, "10.0.0.1"));
      const held = await upAsReviewed(stack, again.out);
      expect(said(held.result)).to.include("is not as it was reviewed").and.include("NAT");
      expect(held.result.code).not.to.equal(0);
      expect(held.writes).to.equal(0);
    });
  });

  describe("of several firewalls", () => {
    let second: Simulator;
    beforeEach(async () => {
      const users = Object.entries(PASSWORDS).map(([name, password]) => ({ name, password }));
      second = await startSimulator({ config: firewallConfig(), users });
    });
    afterEach(() => second.stop());

    /** A stack of both. @param own further settings of the second one */
    const both = (own: object = {}) => ({
      secrets: {
        "aws-panos-rules:firewalls": JSON.stringify([
          { name: "edge-a", hostname: "127.0.0.1", port: lab.firewall.port },
          { name: "edge-b", hostname: "127.0.0.1", port: second.port, ...own },
        ]),
        "panos:password": PASSWORDS["aws-panos"],
      },
      settings: { "panos:hostname": undefined },
    });
    const env = { PANOS_PORT: "", PANOS_PASSWORD: "" };
    const oursOn = (rules: string[]) => rules.filter((name) => name.startsWith("aws-sg-"));

    it("writes to none where one has moved on", async () => {
      const stack = await lab.stack({ ...both(), env });
      const { out, code, text } = await reviewIn(lab, env);
      expect(code, text).to.equal(0);
      await lab.person().addRule(ruleEntry("allow-vpn"));
      const reviewed = { [REVIEWED_VARIABLES.folder]: out };
      const held = await stack.up({ env: reviewed, continueOnError: true });
      expect(held.code).not.to.equal(0);
      expect(said(held))
        .to.include("edge-a/vsys1 is not as it was reviewed")
        .and.include("Nothing was written");
      expect(oursOn(second.runningRules())).to.deep.equal([]);
    });

    it("removes nothing from one that leaves since", async () => {
      const stack = await lab.stack({ ...both(), env });
      succeeded(await stack.up());
      const { out } = await reviewIn(lab, env);
      await lab.configure(both({ remove: true }));
      const reviewed = { [REVIEWED_VARIABLES.folder]: out };
      const held = await stack.up({ env: reviewed, continueOnError: true });
      expect(held.code).not.to.equal(0);
      expect(said(held)).to.include("edge-b leaves it (remove: true)");
      expect(oursOn(second.runningRules())).to.have.length(2);

      const { made } = await reviewIn(lab, env);
      expect(made!.notes.join()).to.include("edge-b leaves the stack (remove: true)");
      const gone = made!.firewalls.find(({ firewall }) => firewall === "edge-b/vsys1")!;
      expect(gone.leaves).to.equal(true);
      expect(gone.changes.map(({ rule, kind }) => [rule, kind])).to.deep.equal(
        [WEB, SSH].map((permission) => [ruleOf(permission), "removed"]),
      );
      for (const { closes, reasons } of gone.changes) {
        expect(closes).to.have.length(1);
        expect(reasons).to.deep.equal([{ text: "the firewall leaves the stack (remove: true)" }]);
      }
      expect(made!.counts).to.deep.include({ removed: 2, closing: 2, opening: 0 });
      expect(made!.summary).to.include("closes by 2 rules");
      succeeded(await stack.up({ env: reviewed, continueOnError: true }));
      expect(oursOn(second.runningRules())).to.deep.equal([]);
    });
  });

  it("says that nothing is known of a firewall that leaves and can't be asked, and of one that is another's name nothing", async () => {
    const firewalls = (...leaving: object[]) => ({
      secrets: {
        "aws-panos-rules:firewalls": JSON.stringify([
          { name: "edge-a", hostname: "127.0.0.1", port: lab.firewall.port },
          ...leaving,
        ]),
        "panos:password": PASSWORDS["aws-panos"],
      },
      settings: { "panos:hostname": undefined },
    });
    const env = { PANOS_PORT: "", PANOS_PASSWORD: "" };
    await lab.stack({
      ...firewalls(
        { name: "edge-b", hostname: "127.0.0.1", port: 1, remove: true },
        { name: "edge", hostname: "127.0.0.1", port: lab.firewall.port, remove: true },
      ),
      env,
    });
    const { made, code, text } = await reviewIn(lab, env);
    expect(code, text).to.equal(0);
    expect(made!.firewalls.map(({ firewall }) => firewall)).to.have.members(["edge-a/vsys1", "edge-b/vsys1"]);
    expect(made!.firewalls.find(({ leaves }) => leaves)!.refusal).to.include("it leaves the stack");
    expect(made!.summary).to.include("nothing known of edge-b/vsys1");
  });

  it("takes no review of an earlier version, which knew less", async () => {
    const stack = await lab.stack();
    const { out } = await reviewIn(lab);
    const file = join(out, "review.json");
    const made = JSON.parse(readFileSync(file, "utf8")) as { seen: { effects?: object } };
    delete made.seen.effects;
    writeFileSync(file, JSON.stringify(made));
    for (const follow of ["", "true"]) {
      const env = { [REVIEWED_VARIABLES.folder]: out, [REVIEWED_VARIABLES.follow]: follow };
      const { result, writes } = await lab.during(() => stack.up({ env }));
      expect(result.code).not.to.equal(0);
      expect(said(result)).to.include("was made by an earlier version");
      expect(writes).to.equal(0);
    }
    expect(lab.ours()).not.to.include(ruleOf(WEB));
  });
});
