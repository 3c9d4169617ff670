import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import { entryXpath } from "../../panos/location";
import { policyMatch } from "../../panos/match";
import { account, prefixListId, ruleOf, type Permission } from "../support/account";
import { Lab, said, succeeded } from "../support/lab";
import { onTargets } from "../support/targets";

const WEB: Permission = { group: 1, port: 443 };
const LISTED: Permission = { group: 1, port: 8443 };
const RULE = ruleOf(LISTED);
const GROUP = `aws-test1234-${prefixListId(LISTED)}`;

/** The small account, whose group lets in these, on a port of its own, by a prefix list. */
const accountWith = (entries: readonly string[]) => account([WEB, { ...LISTED, entries }]);

const OFFICES = ["192.0.2.0/24", "198.51.100.0/25", "203.0.113.7/32"];
const GROUPS_ABOVE_2 = { settings: { "aws-panos-rules:prefixListGroups": "2" } };

const named = (cidr: string) => `aws-test1234-${cidr.replace("/", "-")}`;
const members = (...names: string[]) => names.map((name) => `<member>${name}</member>`).join("");

onTargets("e2e: large prefix lists", (target) => {
  let lab: Lab;
  let stack: Stack;

  afterEach(() => lab.close());

  const open = async (entries: readonly string[], choices = GROUPS_ABOVE_2, device = {}) => {
    lab = await Lab.open({ target, ...device });
    stack = await lab.stack(choices);
    await lab.setAccount(accountWith(entries));
  };
  const up = (flags = {}) => lab.during(() => stack.up({ parallel: 50, ...flags }));

  /** Whether the firewall lets in from these, and not from those. */
  const letsIn = async (from: readonly string[], not: readonly string[]) => {
    for (const source of [...from, ...not]) {
      const packet = {
        from: "untrust",
        to: "trust",
        source,
        destination: "10.0.0.1",
        protocol: 6,
        port: 8443,
      };
      const match = await lab.asked(lab.person(), (client) => policyMatch(client, packet));
      expect(match?.rule, source).to.equal(from.includes(source) ? RULE : "cleanup");
    }
  };

  it("become groups that follow their entries while the rule stays as it is, and go with it", async () => {
    await open(OFFICES, GROUPS_ABOVE_2, { maxAddresses: 2 + target.besides.addresses });
    const unfit = await up();
    expect(said(unfit.result)).to.include(
      "has room for 2 address objects beside what is shared or pushed there: 0 are there, and 0 of ours",
    );
    expect(lab.running()).not.to.include(RULE);
    await lab.close();

    await open(OFFICES);
    const made = await up();
    succeeded(made.result);
    expect(made.commits).to.equal(1);
    expect(lab.field(RULE, "source")).to.equal(`<source>${members(GROUP)}</source>`);
    expect(lab.objects()).to.include(`<static>${members(...OFFICES.map(named))}</static>`);
    expect(lab.objects()).to.include(
      `<entry name="${named(OFFICES[1]!)}"><ip-netmask>${OFFICES[1]!}</ip-netmask>`,
    );
    await letsIn(["192.0.2.9", "203.0.113.7"], ["203.0.113.8", "198.51.100.200"]);

    const again = await up({ refresh: true });
    succeeded(again.result);
    expect([again.writes, again.commits]).to.deep.equal([0, 0]);

    const rule = lab.rule(RULE);
    await lab.setAccount(accountWith([...OFFICES.slice(1), "198.51.100.192/26"]));
    const changed = await up();
    succeeded(changed.result);
    expect(changed.commits).to.equal(1);
    expect(said(changed.result))
      .to.include(`sessions that these rules allowed on ${lab.label}`)
      .and.include(RULE);
    expect(succeeded(changed.result).steps.map(({ op, name }) => `${op} ${name}`)).to.have.members([
      ...["update addresses", `update ${GROUP}`, "update commit"],
    ]);
    expect(lab.rule(RULE)).to.equal(rule);
    expect(lab.objects()).not.to.include(named(OFFICES[0]!));
    await letsIn(["198.51.100.200", "203.0.113.7"], ["192.0.2.9"]);

    const gone = await lab.during(() => stack.destroy());
    succeeded(gone.result);
    expect(gone.commits).to.equal(1);
    expect(lab.objects()).to.not.include("aws-");
  });

  it("turn from entries into groups and back in one commit each, which changes nobody's access", async () => {
    const entries = `<source>${members(...OFFICES)}</source>`;
    await open(OFFICES, { settings: { "aws-panos-rules:prefixListGroups": "never" } });
    succeeded((await up()).result);
    expect(lab.field(RULE, "source")).to.equal(entries);
    for (const [above, source] of [
      ["0", `<source>${members(GROUP)}</source>`],
      ["3", entries],
    ] as const) {
      await lab.configure({ settings: { "aws-panos-rules:prefixListGroups": above } });
      const { result, commits } = await up();
      expect(said(succeeded(result))).not.to.include("sessions that these rules allowed");
      expect(commits).to.equal(1);
      expect(lab.field(RULE, "source")).to.equal(source);
      await letsIn(["192.0.2.9"], ["192.0.3.9"]);
    }
    expect(lab.objects()).to.not.include(GROUP).and.not.include(named(OFFICES[0]!));
  });

  it("are mended, and what nobody declares of ours goes; an object of somebody else's is refused by name", async () => {
    await open(OFFICES);
    const admin = lab.person();
    const object = (name: string, cidr: string, tag = "") =>
      admin.addObject("address", `<entry name="${name}"><ip-netmask>${cidr}</ip-netmask>${tag}</entry>`);
    await object(named(OFFICES[0]!), "10.0.0.0/8");
    await admin.commitEverything();
    const refused = await up();
    expect(said(refused.result)).to.include(
      `an address object named ${named(OFFICES[0]!)} exists on ${lab.label}`,
    );
    expect(refused.commits).to.equal(0);
    await admin.client.delete(entryXpath(target.location, "address", named(OFFICES[0]!)));
    await admin.commitEverything();
    succeeded((await up({ refresh: true })).result);

    const tag = `<tag>${members("aws-panos-test1234")}</tag>`;
    await object(named(OFFICES[1]!), "0.0.0.0/0");
    await object(named("233.252.0.0/24"), "233.252.0.0/24", tag);
    await object("copy", "233.252.0.0/24", tag);
    await admin.commitEverything();
    const mended = await up({ refresh: true });
    succeeded(mended.result);
    expect(mended.commits).to.equal(1);
    expect(said(mended.result)).to.include(`copy on ${lab.label} carries this stack's tag under a name`);
    expect(lab.objects()).to.not.include("0.0.0.0/0").and.not.include(named("233.252.0.0/24"));
    expect(lab.objects()).to.include('<entry name="copy">');
  });

  it("of a thousand entries come with few requests, as groups of groups", async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `203.${index >> 8}.${index & 255}.0/24`);
    await open(many);
    const made = await up();
    succeeded(made.result);
    expect(made.commits).to.equal(1);
    expect(made.requests.length).to.be.lessThan(150);
    expect(lab.objects()).to.include(`<static>${members(`${GROUP}-1`, `${GROUP}-2`)}</static>`);
    await letsIn(["203.0.0.9", "203.3.231.9"], ["203.3.232.9"]);
    await lab.setAccount(accountWith(many.slice(0, 400)));
    const fewer = await up();
    succeeded(fewer.result);
    expect([fewer.commits, lab.objects().match(/<entry name="aws-test1234-203/g)?.length]).to.deep.equal([
      1, 400,
    ]);
    await letsIn(["203.0.0.9"], ["203.3.231.9"]);
  });

  it("stay with a rule on hold that names them, at no request for each entry", async () => {
    await open(Array.from({ length: 600 }, (_, index) => `203.${index >> 8}.${index & 255}.0/24`));
    succeeded((await up()).result);
    const objects = lab.objects();
    const admin = lab.person();
    await admin.addObject("tag", '<entry name="aws-panos-hold"/>');
    await admin.set(RULE, "<tag><member>aws-panos-hold</member></tag>");
    await admin.commitEverything();
    await lab.setAccount(account([WEB]));
    for (const run of [up, () => lab.during(() => stack.destroy())]) {
      const { result, requests } = await run();
      succeeded(result);
      expect(requests.length).to.be.lessThan(150);
      expect(lab.field(RULE, "source")).to.equal(`<source>${members(GROUP)}</source>`);
      expect(lab.objects().replace('<entry name="aws-panos-hold"/>', "")).to.equal(objects);
    }
  });
});
