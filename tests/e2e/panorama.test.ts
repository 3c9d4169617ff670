import { expect } from "chai";
import type { Inventory } from "../../inventory/types";
import { account, ruleOf, type Permission } from "../support/account";
import { firewallConfig, Lab, ruleEntry, said, succeeded, type StackChoices } from "../support/lab";
import { from, managed, pushed, withoutCleanup } from "../support/panorama";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
const NO_SSH = from("cloud", ruleEntry("pano-no-ssh", { application: "ssh", action: "deny" }));
const PANO_WEB = from("cloud", ruleEntry("pano-web", { application: "ssl", service: "application-default" }));
const CLEANUP = from("shared", ruleEntry("pano-cleanup", { from: "any", to: "any", action: "deny" }));
const CLEANUP_KEY = "aws-panos-rules:cleanupRule";
const OUT_IN = ["aws-quarantine-test1234-out", "aws-quarantine-test1234-in"];

describe("e2e: a firewall that Panorama manages", function () {
  this.timeout(180_000);
  let lab: Lab;
  afterEach(() => lab.close());

  const open = async (config: string, permissions: readonly Permission[] = [WEB, SSH]): Promise<void> => {
    lab = await Lab.open({ config });
    await lab.setAccount(account(permissions));
  };
  const cleanup = (rule: string, settings: StackChoices["settings"] = {}) =>
    lab.stack({ settings: { [CLEANUP_KEY]: rule, ...settings } });

  it("has pre-rules that cover and deny before any local rule", async () => {
    const local = ruleEntry("local-ssh", { application: "ssh", service: "application-default" });
    await open(managed({ above: [NO_SSH, PANO_WEB], below: [CLEANUP] }, firewallConfig([local])));
    const stack = await lab.stack();
    const words = said(succeeded(await stack.up()));
    expect(words).to.include(
      `left out, covered by Panorama's rule pano-web of device group cloud: ${ruleOf(WEB)}`,
    );
    // Below the local allow it would never be reached; above that, Panorama denies all of it.
    expect(words).to.include(
      `covered by the firewall's rule local-ssh, of which Panorama's rule pano-no-ssh of device group cloud above may deny a part: ${ruleOf(SSH)}`,
    );
    expect(lab.ours()).to.deep.equal([]);

    lab.firewall.setPushed("vsys1", pushed({ above: [NO_SSH] }));
    expect(said(succeeded(await stack.up()))).to.not.include("pano-web");
    expect(lab.running()).to.deep.equal(["local-ssh", ruleOf(WEB), "cleanup"]);
  });

  it("warns of a pre-denial above what is opened, and what the firewall says agrees", async () => {
    await open(managed({ above: [NO_SSH] }), [SSH]);
    const words = said(succeeded(await (await lab.stack()).up()));
    expect(words).to.include(
      `Panorama's rule pano-no-ssh of device group cloud stands above and may deny part of what these allow: ${ruleOf(SSH)}`,
    );
    expect(words).to.match(/meets Panorama's rule pano-no-ssh of device group cloud .*left as it is/);
    expect(lab.running()).to.deep.equal([ruleOf(SSH), "cleanup"]);
  });

  it("may have its cleanup rule in Panorama's post-rulebase: ours stand at the end of the local one", async () => {
    await open(managed({ above: [NO_SSH, PANO_WEB], below: [CLEANUP] }, withoutCleanup()), [SSH]);
    const stack = await cleanup("pano-cleanup");
    succeeded(await stack.up());
    expect(lab.running()).to.deep.equal([ruleOf(SSH)]);
    const again = await lab.during(() => stack.up({ refresh: true }));
    expect([said(succeeded(again.result)).includes("the cleanup rule"), again.writes]).to.deep.equal([
      false,
      0,
    ]);

    const admin = lab.person("admin");
    await admin.addRule(ruleEntry("late", { source: "192.0.2.0/24" }));
    await admin.commitEverything();
    await lab.setAccount(account([SSH, { group: 0, port: 53 }]));
    succeeded(await stack.up());
    expect(lab.running()).to.deep.equal([ruleOf(SSH), "late", ruleOf({ group: 0, port: 53 })]);

    lab.firewall.setPushed("vsys1", pushed({ below: [CLEANUP.replace("deny", "allow")] }));
    expect(said(succeeded(await stack.up()))).to.include(
      "the cleanup rule pano-cleanup doesn't deny: its action is allow",
    );
    lab.firewall.setPushed("vsys1", "");
    const { result, writes } = await lab.during(() => stack.up());
    expect([result.code === 0, writes]).to.deep.equal([false, 0]);
    expect(said(result)).to.include('the firewall has no rule "pano-cleanup"');
    succeeded(await stack.destroy());
    expect(lab.running()).to.deep.equal(["late"]);
  });

  it("stops a run where a pre-rule denies everything, or is named as a place", async () => {
    await open(managed({ above: [CLEANUP.replace("shared", "cloud")] }), [WEB]);
    const quarantine = { "aws-panos-rules:quarantine": { deny: true, before: "pano-cleanup" } };
    for (const [named, settings, words] of [
      [
        "cleanup",
        {},
        "Panorama's rule pano-cleanup of device group cloud denies everything from untrust to trust above the local rulebase",
      ],
      ["pano-cleanup", {}, "(device group cloud) above the local rulebase, so every rule of ours"],
      ["cleanup", quarantine, 'quarantine.before: "pano-cleanup" is a rule that Panorama has pushed'],
    ] as const) {
      const stack = await cleanup(named, settings);
      const { result, writes } = await lab.during(() => stack.up());
      expect([result.code === 0, writes], said(result)).to.deep.equal([false, 0]);
      expect(said(result)).to.include(words);
    }
    const narrower = from("cloud", ruleEntry("pano-cleanup", { from: "any", to: "dmz", action: "deny" }));
    lab.firewall.setPushed("vsys1", pushed({ above: [narrower] }));
    const adopting = await cleanup("cleanup", { "aws-panos-rules:adopt": ["pano-cleanup"] });
    expect(said(await adopting.up())).to.include(
      "rule pano-cleanup can't be taken over: it is Panorama's rule pano-cleanup of device group cloud",
    );
    succeeded(await (await lab.stack()).up());
    expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
  });

  it("has profiles, log settings and zones that are nowhere else", async () => {
    const objects =
      '<profile-group><entry name="pushed-profiles" loc="cloud"><virus><member>default</member></virus></entry></profile-group>' +
      '<log-settings><profiles><entry name="pushed-logs" loc="shared"/></profiles></log-settings>';
    const config = managed({ objects }).replaceAll(
      /<entry name="(un)?trust"\/>/g,
      '<entry name="$1trust" src="tpl"/>',
    );
    await open(config, [WEB]);
    const settings = (profileGroup: string) => ({
      "aws-panos-rules:profileGroup": profileGroup,
      "aws-panos-rules:logSetting": "pushed-logs",
    });
    succeeded(await (await cleanup("cleanup", settings("pushed-profiles"))).up());
    expect(lab.field(ruleOf(WEB), "log-setting")).to.include("pushed-logs");
    expect(said(await (await cleanup("cleanup", settings("gone"))).up())).to.match(
      /no profile group "gone"; it has pushed-profiles(?!.*isn't read)/,
    );
  });

  it("opens nothing under a name that Panorama has given to something else", async () => {
    const same = from("cloud", ruleEntry(ruleOf(WEB), { source: "192.0.2.0/24" }));
    const odd: Permission = { group: 3, port: 8443 };
    const service = `<service><entry name="aws-test1234-tcp-8443" loc="cloud"><protocol><tcp><port>1</port></tcp></protocol></entry></service>`;
    await open(managed({ above: [same], objects: service }), [WEB, SSH, odd]);
    const stack = await lab.stack();
    const words = said(succeeded(await stack.up()));
    expect(words).to.match(
      new RegExp(
        `is not opened: its rule would have the name of Panorama's rule ${ruleOf(WEB)} of device group cloud`,
      ),
    );
    expect(words).to.match(/TCP port 8443.* the service of Panorama's device group cloud of that name/);
    expect(lab.ours()).to.deep.equal([ruleOf(SSH)]);

    lab.firewall.setPushed(
      "vsys1",
      pushed({ objects: '<tag><entry name="aws-panos-test1234" loc="cloud"/></tag>' }),
    );
    const { result, writes } = await lab.during(() => stack.up());
    expect([result.code === 0, writes]).to.deep.equal([false, 0]);
    expect(said(result)).to.include("Panorama has pushed a tag aws-panos-test1234 (device group cloud)");
  });

  it("says on every run which pre-rule lets traffic through to whom is isolated", async () => {
    const inventory = (isMarked: boolean): Inventory => {
      const { instances, ...rest } = account([WEB, SSH]);
      return {
        ...rest,
        instances: instances.map((each, at) =>
          isMarked && at === 0 ? { ...each, tags: { SecurityStatus: "IR" } } : each,
        ),
      };
    };
    const elsewhere = from(
      "cloud",
      ruleEntry("pano-mail", { destination: "192.0.2.9", source: "198.51.100.1" }),
    );
    await open(managed({ above: [PANO_WEB, elsewhere] }));
    const stack = await cleanup("cleanup", { "aws-panos-rules:quarantine": { deny: true } });
    await lab.setAccount(inventory(false));
    expect(said(succeeded(await stack.preview()))).to.match(
      /Panorama's rule pano-web of device group cloud, Panorama's rule pano-mail of device group cloud: .*would go on/,
    );
    await lab.setAccount(inventory(true));
    for (const run of [() => stack.up(), () => stack.up()]) {
      const words = said(succeeded(await run()));
      expect(words).to.match(
        /Panorama's rule pano-web of device group cloud: .*may still let traffic through to i-0a1 \(10\.0\.0\.1\), and from i-0a1/,
      );
      expect(words).not.to.include("pano-mail");
    }
    expect(lab.running().slice(0, 2)).to.deep.equal(OUT_IN);
    const wall = from(
      "cloud",
      ruleEntry("pano-wall", { from: "any", to: "any", destination: "10.0.0.1", action: "deny" }),
    );
    lab.firewall.setPushed("vsys1", pushed({ above: [wall, PANO_WEB] }));
    expect(said(succeeded(await stack.up()))).to.match(
      /may still let traffic through from i-0a1 \(10\.0\.0\.1\)\./,
    );
  });
});
