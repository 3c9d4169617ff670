import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import type { Inventory } from "../../inventory/types";
import type { PanosClient } from "../../panos/client";
import { account, groupId, ruleOf, type Permission } from "../support/account";
import { Lab, ruleEntry, said, succeeded, type StackChoices } from "../support/lab";
import { onTargets } from "../support/targets";
import type { Person } from "../support/person";

const WEB: Permission = { group: 1, port: 443 };
const SSH: Permission = { group: 2, port: 22 };
/** The instance that is marked is in both groups, with another one in the first. */
const [SUSPECT, OTHER] = ["10.0.0.1", "10.0.0.9"];
const RESPONDER = "10.9.0.7";
const PREFIX = "2001:db8:0:1:a::/80";
const [RESPONDERS, IN, OUT] = (["responders", "in", "out"] as const).map(
  (part) => `aws-quarantine-test1234-${part}`,
) as [string, string, string];
/** What an administrator allows, above everything of ours, between any zones. */
const WIDE = ruleEntry("wide", { from: "any", to: "any" });
const OUTBOUND = ruleEntry("outbound", { from: "trust", to: "untrust", source: "10.0.0.0/8" });
/** A device that leaves sessions as they are when its policy changes. */
const LEAVES = "<config><rematch>no</rematch></config>";
const DENY = {
  "aws-panos-rules:quarantine": { deny: true, responders: ["10.9.0.0/16"] },
  "aws-panos-rules:maxRemovals": 0,
  "aws-panos-rules:skipAlreadyAllowed": false,
};
const DYNAMIC = { ...DENY, "aws-panos-rules:destinations": "dynamic" };

/** @param ipv6Prefixes delegated to the instance that is marked */
function fleet(marked: boolean, ipv6Prefixes: string[]): Inventory {
  const { networkInterfaces, instances, ...rest } = account([WEB, SSH]);
  const [web, ssh] = networkInterfaces;
  return {
    ...rest,
    instances: [
      { ...instances[0]!, tags: marked ? { SecurityStatus: "IR" } : {} },
      { id: "i-0b", name: "other", state: "running", tags: { SecurityStatus: "cleared" } },
    ],
    networkInterfaces: [
      { ...web!, securityGroupIds: [groupId(1), groupId(2)], ipv6Prefixes },
      {
        ...ssh!,
        id: "eni-0b",
        instanceId: "i-0b",
        privateIpAddresses: [OTHER],
        securityGroupIds: [groupId(1)],
      },
    ],
  };
}

interface Asked {
  from?: string;
  to?: string;
  source?: string;
  destination?: string;
  port?: number;
}

/** What becomes of a packet: the rule that decides and its action. */
async function fateOf(client: PanosClient, asked: Asked): Promise<string> {
  const { from = "untrust", to = "trust", source = "203.0.113.9", destination = SUSPECT, port = 443 } = asked;
  const { result } = await client.op(
    `<test><security-policy-match><from>${from}</from><to>${to}</to><source>${source}</source>` +
      `<destination>${destination}</destination><protocol>6</protocol><destination-port>${port}</destination-port>` +
      `<application>${port === 22 ? "ssh" : "ssl"}</application></security-policy-match></test>`,
    true,
    client.connection.vsys,
  );
  const rule = result?.children.find(({ name }) => name === "rules")?.children[0];
  return `${rule?.attributes["name"]} ${rule?.children.find(({ name }) => name === "action")?.text}`;
}

onTargets("e2e: isolating an instance by tag", (target) => {
  let lab: Lab;
  let person: Person;
  let prefixes: string[];
  beforeEach(() => (prefixes = []));
  afterEach(() => lab.close());

  async function start(rules: string[], choices: StackChoices): Promise<Stack> {
    lab = await Lab.open({ target, given: { rules, setting: LEAVES } });
    person = lab.person();
    await lab.setAccount(fleet(false, prefixes));
    const stack = await lab.stack(choices);
    succeeded(await stack.up());
    return stack;
  }
  const mark = (marked: boolean) => lab.setAccount(fleet(marked, prefixes));
  const run = (stack: Stack) => lab.during(async () => succeeded(await stack.up()));
  const left = () => lab.sessions();
  const open = (from: "trust" | "untrust", source: string, destination: string, port = 443) =>
    lab.openSession({
      ...{ from, to: from === "trust" ? "untrust" : "trust", source, destination, port },
      application: port === 22 ? "ssh" : "ssl",
    });

  /** Sessions to and from the suspect; of them, those that stay when it is isolated, and others'. */
  function openSessions(): number[] {
    open("untrust", "203.0.113.5", SUSPECT);
    open("untrust", "203.0.113.5", SUSPECT, 22);
    open("trust", SUSPECT, "198.51.100.1");
    open("trust", SUSPECT, RESPONDER);
    return [
      open("untrust", RESPONDER, SUSPECT, 22),
      open("untrust", "203.0.113.5", OTHER),
      open("trust", OTHER, "198.51.100.1"),
    ];
  }

  /** More sessions than one answer of the device has, next to the delegated prefix and in it nowhere. */
  function openSessionsBesidePrefix(): number[] {
    const next = ["2001:db8:0:1:9:ffff:ffff:ffff", "2001:db8:0:1:b::", "2001:db8:0:1::a"];
    return Array.from({ length: 1100 }, (_, index) =>
      open("untrust", "2001:db8:ffff::5", next[index % next.length]!),
    );
  }

  const fate = (asked: Asked) => lab.asked(person, (client) => fateOf(client, asked));

  async function expectIsolated(): Promise<void> {
    expect(await fate({})).to.equal(`${IN} deny`);
    expect(await fate({ source: "198.51.100.1", port: 8443 })).to.equal(`${IN} deny`);
    expect(
      await fate({ from: "trust", to: "untrust", source: SUSPECT, destination: "198.51.100.1" }),
    ).to.equal(`${OUT} deny`);
    expect(await fate({ from: "trust", to: "untrust", source: SUSPECT, destination: RESPONDER })).to.equal(
      `${OUT} deny`,
    );
    expect(await fate({ source: RESPONDER, port: 22 })).to.equal(`${RESPONDERS} allow`);
    expect(await fate({ destination: OTHER })).to.equal("wide allow");
  }

  it("keeps out what anybody allows, but responders, in one commit; releasing restores what AWS says", async () => {
    prefixes = [PREFIX];
    const stack = await start([WIDE, OUTBOUND], { settings: DENY });
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
    const [web, others] = [lab.rule(ruleOf(WEB)), lab.others()];
    const stay = [...openSessions(), ...openSessionsBesidePrefix()];
    open("untrust", "2001:db8:ffff::5", "2001:db8:0:1:a::17");
    open("trust", "2001:db8:0:1:a:ffff:ffff:ffff", "2001:db8:ffff::5");

    await mark(true);
    const isolated = await run(stack);
    expect(isolated.commits).to.equal(1);
    // Its group has no other member: that rule goes, whatever maxRemovals says.
    expect(lab.running()).to.deep.equal([OUT, RESPONDERS, IN, "wide", "outbound", ruleOf(WEB), "cleanup"]);
    expect(lab.history.at(-1)).to.deep.equal(lab.running());
    expect(lab.field(ruleOf(WEB), "destination"))
      .to.include(OTHER)
      .and.not.to.include(`>${SUSPECT}<`);
    for (const name of [IN, OUT, RESPONDERS]) expect(lab.field(name, "log-start")).to.include("yes");
    await expectIsolated();
    expect(left()).to.deep.equal(stay);
    const text = said(isolated.result);
    expect(text).to.include(`6 sessions of isolated instances were ended (10.0.0.1, ${PREFIX})`);
    expect(text).to.include(
      `isolated: i-0a1 (host-1) has the tag SecurityStatus=IR: 10.0.0.1, ${PREFIX} are in no rule of ours`,
    );
    expect(text).to.match(
      /withheld: Security group group-2 \(sg-0a0002\), TCP port 22, is withheld: of its instances/,
    );

    const idle = await lab.during(async () => succeeded(await stack.up({ refresh: true })));
    expect(idle.result.steps).to.deep.equal([]);

    // Somebody puts a rule of theirs above ours: it is found, and ours go back to the top.
    await person.moveToTop("outbound");
    await person.commitEverything();
    succeeded(await stack.up({ refresh: true }));
    expect(lab.running()).to.deep.equal([OUT, RESPONDERS, IN, "outbound", "wide", ruleOf(WEB), "cleanup"]);

    await mark(false);
    await run(stack);
    expect(lab.running()).to.deep.equal(["outbound", "wide", ruleOf(WEB), ruleOf(SSH), "cleanup"]);
    expect(lab.rule(ruleOf(WEB))).to.equal(web);
    expect(lab.others().split("\n").sort()).to.deep.equal(others.split("\n").sort());
  });

  it("takes no commit and no write to the candidate where destinations are dynamic, nor does releasing", async () => {
    const stack = await start([WIDE, OUTBOUND], { settings: DYNAMIC });
    expect(lab.running().slice(0, 5)).to.deep.equal([OUT, RESPONDERS, IN, "wide", "outbound"]);
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(SSH)]);
    const tags = (suspect: object, ssh: string[]) => ({
      [`aws-panos-test1234-${groupId(1)}`]: "members" in suspect ? [OTHER, SUSPECT] : [OTHER],
      ...(ssh.length > 0 && { [`aws-panos-test1234-${groupId(2)}`]: ssh }),
    });
    const stay = openSessions();
    await mark(true);
    const isolated = await run(stack);
    expect([isolated.writes, isolated.commits]).to.deep.equal([0, 0]);
    expect(lab.registered()).to.deep.equal({
      ...tags({}, []),
      "aws-panos-test1234-quarantine": [SUSPECT],
    });
    await expectIsolated();
    expect(left()).to.deep.equal(stay);

    await mark(false);
    const released = await run(stack);
    expect([released.writes, released.commits]).to.deep.equal([0, 0]);
    expect(lab.registered()).to.deep.equal(tags({ members: 1 }, [SUSPECT]));
    expect(await fate({ source: "198.51.100.1" })).to.equal("wide allow");
    expect(await fate({ port: 22 })).to.equal("wide allow");
    succeeded(await stack.destroy());
    expect(lab.running()).to.deep.equal(["wide", "outbound", "cleanup"]);
    expect(lab.registered()).to.deep.equal({});
  });

  it("stands directly above the rule that is named, which has to be there", async () => {
    const at = (before: string) => ({
      ...DENY,
      "aws-panos-rules:quarantine": { deny: true, before, tags: { SecurityStatus: ["IR", "hold"] } },
    });
    lab = await Lab.open({ target, given: { rules: [OUTBOUND, WIDE] } });
    person = lab.person();
    await mark(true);
    const stack = await lab.stack({ settings: at("gone") });
    const refused = await lab.during(() => stack.up());
    expect(refused.writes).to.equal(0);
    expect(said(refused.result)).to.include(
      'aws-panos-rules:quarantine.before: the firewall has no rule "gone"',
    );

    await lab.configure({ settings: at("wide") });
    await run(stack);
    expect(lab.running()).to.deep.equal(["outbound", OUT, IN, "wide", ruleOf(WEB), "cleanup"]);
    expect(await fate({})).to.equal(`${IN} deny`);
    expect(
      await fate({ from: "trust", to: "untrust", source: SUSPECT, destination: "198.51.100.1" }),
    ).to.equal("outbound allow");
  });

  it("two people mark and release at once: each stack ends as its tags say, and neither fights the other", async () => {
    const quarantine = { "aws-panos-rules:quarantine": { deny: true } };
    const far = (marked: boolean) => {
      const { instances, ...rest } = account([{ group: 3, port: 443 }]);
      const tags = marked ? { SecurityStatus: "IR" } : {};
      return { ...rest, instances: instances.map((instance) => ({ ...instance, tags })) };
    };
    lab = await Lab.open({ target, given: { rules: [WIDE] } });
    person = lab.person();
    await lab.setAccount(far(true), "ops");
    const choices = { settings: { ...quarantine, "panos:lockTimeout": 60 } };
    const dev = await lab.stack(choices);
    const ops = await lab.stack({
      ...{ ...choices, name: "ops", ownerId: "opsops01", administrator: "aws-panos-2" },
    });
    succeeded(await ops.up());
    const [theirIn, theirOut] = ["aws-quarantine-opsops01-in", "aws-quarantine-opsops01-out"];
    expect(lab.running().slice(0, 3)).to.deep.equal([theirOut, theirIn, "wide"]);

    await mark(true);
    await lab.setAccount(far(false), "ops");
    const stacks = [dev, ops];
    const results = await Promise.all(stacks.map((stack) => stack.up()));
    for (const [index, result] of results.entries()) {
      if (result.code !== 0) succeeded(await stacks[index]!.up({ refresh: true }));
    }
    expect(lab.running().slice(0, 3)).to.deep.equal([OUT, IN, "wide"]);
    expect(await fate({})).to.equal(`${IN} deny`);
    expect(await fate({ destination: "10.0.0.3" })).to.equal("wide allow");

    // Both at the top at once: the one that is no longer the first stays where it is.
    await lab.setAccount(far(true), "ops");
    succeeded(await ops.up());
    expect(lab.running().slice(0, 5)).to.deep.equal([theirOut, theirIn, OUT, IN, "wide"]);
    expect(succeeded(await dev.up({ refresh: true })).steps).to.deep.equal([]);
  });
});
