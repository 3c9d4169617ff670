import { expect } from "chai";
import { policyMatch } from "../../panos/match";
import { pushGroup } from "../../panos/push";
import type { Stack } from "../../packages/pulumi/stack";
import { account, ruleOf, type Permission } from "../support/account";
import { FleetLab } from "../support/fleet";
import { PASSWORDS, said, succeeded } from "../support/lab";
import { Person } from "../support/person";
import { driftIn } from "../support/run-drift";

const WEB: Permission = { group: 1, port: 443 };
const API: Permission = { group: 2, port: 8001 };
const SERVICE = "aws-test1234-tcp-8001";
const ANY_PORT = `<entry name="${SERVICE}"><protocol><tcp><port>1-65535</port></tcp></protocol></entry>`;
const HOST = "10.0.0.1";
/** An address that AWS lets nothing in to. */
const OTHER = "10.99.99.99";
const ELSEWHERE = `<entry name="${HOST}"><ip-netmask>${OTHER}/32</ip-netmask></entry>`;
const BELOW = { deviceGroup: "cloud-eu", rulebase: "pre-rulebase" } as const;

describe("e2e: names of a device group's rules that are somebody's beside it", function () {
  this.timeout(180_000);
  let fleet: FleetLab;
  let stack: Stack;
  let local: Person | undefined;
  afterEach(async () => {
    await local?.leave();
    local = undefined;
    await fleet.close();
  });

  async function open(
    permissions: readonly Permission[] = [WEB, API],
    choices: Parameters<FleetLab["stack"]>[0] = {},
    rules?: string,
  ) {
    fleet = await FleetLab.open({}, rules);
    await fleet.lab.setAccount(account(permissions));
    stack = await fleet.stack(choices);
  }

  /** Where they may be, by what a run calls it; each puts an object there. */
  const PLACES: Record<string, (kind: string, entry: string) => Promise<void>> = {
    "of device group cloud-eu": (kind, entry) => fleet.person("admin", BELOW).addObject(kind, entry),
    "of device group all-sites": (kind, entry) =>
      fleet.person("admin", { ...BELOW, deviceGroup: "all-sites" }).addObject(kind, entry),
    "of fw2 ": (kind, entry) => {
      local = new Person(fleet.fleet.firewall(fleet.fleet.serials[1]!), "admin", PASSWORDS.admin);
      return local.addObject(kind, entry);
    },
  };

  /** Somebody commits everything, and pushes it to the group below. */
  async function pushBelow() {
    const admin = fleet.person();
    await admin.commitEverything();
    const byHand = { administrator: "admin", description: "by hand", timeoutSeconds: 60 };
    await pushGroup(admin.client, { group: "cloud-eu", scope: "full", ...byHand });
  }

  /** The rule that takes a packet on the firewall of the group below. */
  async function taker(destination: string, port: number, application: string) {
    const client = fleet.person().client.forFirewall(fleet.fleet.serials[2]!, "vsys1");
    const packet = { from: "untrust", to: "trust", source: "203.0.113.9", protocol: 6 };
    return (await policyMatch(client, { ...packet, destination, port, application }))?.rule;
  }
  const everywhere = (...rules: string[]) => fleet.fleet.serials.map(() => rules);

  for (const [place, put] of Object.entries(PLACES)) {
    it(`no rule names a service of ours where there is one by its name ${place}`, async () => {
      await open();
      await put("service", ANY_PORT);
      expect(said(succeeded(await stack.up()))).to.contain(
        `its rule would name ${SERVICE}, which the firewall takes for the service ${place}`,
      );
      expect(fleet.pushed()).to.deep.equal(everywhere(ruleOf(WEB), "cleanup"));
    });

    it(`an address is written so that it isn't the name of an object ${place}`, async () => {
      await open([WEB]);
      await put("address", ELSEWHERE);
      succeeded(await stack.up());
      expect(fleet.lab.field(ruleOf(WEB), "destination")).to.include(`${HOST}/32`);
      const again = await fleet.lab.during(() => stack.up({ refresh: true }));
      succeeded(again.result);
      expect({ writes: again.writes, commits: again.commits }).to.deep.equal({ writes: 0, commits: 0 });
    });
  }

  it("a service of ours that a group below overrides later is drift, and the next run takes its rule back", async () => {
    await open();
    succeeded(await stack.up());
    await PLACES["of device group cloud-eu"]!("service", ANY_PORT);
    await pushBelow();
    expect(await taker("10.0.0.2", 22, "unknown-tcp")).to.equal(ruleOf(API));
    const { code, text } = await driftIn(fleet.lab);
    expect(code, text).to.equal(2);
    expect(text.replace(/\s+/g, " ")).to.contain(
      `${SERVICE} is the name of a service of device group cloud-eu`,
    );
    expect(said(succeeded(await stack.up()))).to.contain(
      `which the firewall takes for the service of device group cloud-eu`,
    );
    expect(await taker("10.0.0.2", 22, "unknown-tcp")).to.equal("cleanup");
    expect(said(succeeded(await stack.up()))).to.contain(SERVICE);
    expect(fleet.pushed()).to.deep.equal(everywhere(ruleOf(WEB), "cleanup"));
  });

  it("an address that is an object's name below later is said otherwise by the next run", async () => {
    await open([WEB]);
    succeeded(await stack.up());
    await PLACES["of device group cloud-eu"]!("address", ELSEWHERE);
    await pushBelow();
    expect(await taker(OTHER, 443, "ssl")).to.equal(ruleOf(WEB));
    succeeded(await stack.up({ refresh: true }));
    expect([await taker(HOST, 443, "ssl"), await taker(OTHER, 443, "ssl")]).to.deep.equal([
      ruleOf(WEB),
      "cleanup",
    ]);
  });

  it("an application is said by its ports where a group below calls one of its own so", async () => {
    await open([WEB]);
    const ssl = '<entry name="ssl"><members><member>ssh</member></members></entry>';
    await PLACES["of device group cloud-eu"]!("application-group", ssl);
    succeeded(await stack.up());
    expect(fleet.lab.field(ruleOf(WEB), "application")).to.contain("<member>any</member>");
    expect(fleet.lab.field(ruleOf(WEB), "service")).to.contain("aws-test1234-tcp-443");
  });

  for (const [what, kind, entry, refusal] of [
    ["a service of ours", "service", ANY_PORT, `PLACE.* has ${SERVICE}`],
    ["an address", "address", ELSEWHERE, `not as declared: ${HOST} is the name of an address object.* PLACE`],
  ] as const) {
    for (const [place, put] of Object.entries(PLACES)) {
      it(`an object by the name of ${what} that comes ${place} between the plan and the commit stops it`, async () => {
        await open();
        const staging = fleet.lab.firewall.hold(({ action }) => action === "multi-config");
        const run = stack.up();
        await staging.reached;
        await put(kind, entry);
        staging.release();
        const result = await run;
        expect(result.code).not.to.equal(0);
        expect(said(result)).to.match(new RegExp(refusal.replace("PLACE", place.slice(3))));
        expect(fleet.jobs("Commit")).to.equal(0);
        expect(fleet.running()).to.deep.equal(["cleanup"]);
      });
    }
  }

  it("a group of isolated instances that a group below overrides stops every run before the commit, and is drift", async () => {
    const dynamic = {
      "aws-panos-rules:destinations": "dynamic",
      "aws-panos-rules:quarantine": { deny: true },
    };
    await open([WEB], { settings: dynamic });
    succeeded(await stack.up());
    const [group = ""] = /aws-test1234-quarantine[^<]*/.exec(
      fleet.lab.field("aws-quarantine-test1234-in", "destination"),
    )!;
    const nobody = `<entry name="${group}"><dynamic><filter>'nobody'</filter></dynamic></entry>`;
    await PLACES["of device group cloud-eu"]!("address-group", nobody);
    await pushBelow();
    const commits = fleet.jobs("Commit");
    for (const refresh of [false, true]) {
      const result = await stack.up({ refresh });
      expect(result.code).to.equal(1);
      expect(said(result)).to.contain(`device group cloud-eu has ${group}`);
    }
    expect(fleet.jobs("Commit")).to.equal(commits);
    const { code, text } = await driftIn(fleet.lab);
    expect(code, text).to.equal(2);
    expect(text).to.contain(group).and.to.contain("device group cloud-eu");
  });

  it("a copy of a stack in a group below is stopped before it registers anything", async () => {
    const settings = {
      "aws-panos-rules:destinations": "dynamic",
      "aws-panos-rules:cleanupRule": "interzone-default",
    };
    await open([WEB], { settings }, "");
    succeeded(await stack.up());
    const registered = () => fleet.fleet.serials.map((serial) => fleet.fleet.firewall(serial).registered());
    const before = registered();
    await fleet.lab.setAccount(account([{ group: 3, port: 443 }]), "two");
    const copy = await fleet.stack(
      { name: "two", administrator: "aws-panos-2", settings },
      { deviceGroup: "cloud-eu" },
    );
    const { result, writes } = await fleet.lab.during(() => copy.up());
    expect([result.code, writes]).to.deep.equal([1, 0]);
    expect(said(result)).to.contain("device group cloud has aws-").and.to.contain("aws-panos-test1234");
    expect(registered()).to.deep.equal(before);
  });
});
