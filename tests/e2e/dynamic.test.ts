import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import type { PanosClient } from "../../panos/client";
import { containerXpath } from "../../panos/location";
import { account, groupId, ruleOf, type Permission } from "../support/account";
import { fieldInForce, oursInForce } from "../support/in-force";
import { Lab, PROJECT_DIR, said, succeeded, type StackChoices } from "../support/lab";
import { onEveryTarget, onTargets } from "../support/targets";
import type { Person } from "../support/person";

const WEB: Permission = { group: 1, port: 443 };
const ADMIN: Permission = { group: 1, port: 22 };
const API: Permission = { group: 2, port: 8443 };
const ALL = [WEB, ADMIN, API];
const [WEB_ADDRESS, API_ADDRESS] = ["10.0.0.1", "10.0.0.2"];
const DYNAMIC = { "aws-panos-rules:destinations": "dynamic" };

const groupName = ({ group }: Permission, ownerId = "test1234") => `aws-${ownerId}-${groupId(group)}`;
const tagOf = ({ group }: Permission, ownerId = "test1234") => `aws-panos-${ownerId}-${groupId(group)}`;

/** A User-ID message, as somebody else's client sends it. */
const message = (action: "register" | "unregister", ip: string, tag: string) =>
  `<${action}><entry ip="${ip}"><tag><member>${tag}</member></tag></entry></${action}>`;

/** Whether the running policy lets TLS from outside in to an address. */
async function letsInAt(client: PanosClient, address: string, port: number): Promise<boolean> {
  const application = { 443: "ssl", 22: "ssh" }[port] ?? "unknown-tcp";
  const { result } = await client.op(
    "<test><security-policy-match><from>untrust</from><to>trust</to><source>203.0.113.9</source>" +
      `<destination>${address}</destination><protocol>6</protocol><destination-port>${port}</destination-port>` +
      `<application>${application}</application></security-policy-match></test>`,
    true,
    client.connection.vsys,
  );
  const rules = result?.children.find(({ name }) => name === "rules");
  return rules?.children[0]?.children.find(({ name }) => name === "action")?.text === "allow";
}

onEveryTarget("e2e: dynamic destinations in a stack's life", (target) => {
  let lab: Lab;
  let stack: Stack;
  let person: Person;

  before(async () => {
    lab = await Lab.open({ target });
    person = lab.person();
    await tell(message("register", "192.0.2.7", "quarantine"));
    await tell(message("register", WEB_ADDRESS, "theirs"));
    await lab.setAccount(account(ALL));
    stack = await lab.stack({ settings: DYNAMIC });
  });
  after(() => lab.close());

  /** Somebody else's message to each firewall. */
  const tell = (text: string) => lab.asked(person, (client) => client.userId(text));
  const letsIn = (address: string) => lab.asked(person, (client) => letsInAt(client, address, 443));

  const others = { quarantine: ["192.0.2.7"], theirs: [WEB_ADDRESS] };

  it("previews without registering anything", async () => {
    const { writes } = await lab.during(async () => succeeded(await stack.preview()));
    expect(writes).to.equal(0);
    expect(lab.registered()).to.deep.equal(others);
  });

  it("registers addresses and commits rules on groups, once", async () => {
    const { commits, requests } = await lab.during(async () => succeeded(await stack.up()));
    expect(commits).to.equal(1);
    expect(lab.registered()).to.deep.equal({
      ...others,
      [tagOf(WEB)]: [WEB_ADDRESS],
      [tagOf(API)]: [API_ADDRESS],
    });
    expect(lab.field(ruleOf(WEB), "destination")).to.include(`<member>${groupName(WEB)}</member>`);
    const order = requests.map(({ type, action }) => `${type} ${action ?? ""}`.trim());
    expect(order.indexOf("user-id")).to.be.lessThan(order.indexOf("commit partial"));
    expect(await letsIn(WEB_ADDRESS)).to.equal(true);
    expect(await letsIn(API_ADDRESS)).to.equal(false);
    const idle = await lab.during(async () => succeeded(await stack.up({ refresh: true })));
    expect(idle.result.steps).to.deep.equal([]);
    expect(idle.requests.filter(({ type }) => type === "user-id")).to.deep.equal([]);
  });

  it("lets a stopped instance out at once: no lock, no write to the candidate, no commit", async () => {
    const rule = lab.rule(ruleOf(WEB));
    await person.takeLock("maintenance");
    await lab.setAccount(account(ALL, [1]));
    const { result, writes, requests } = await lab.during(async () => succeeded(await stack.up()));
    await person.releaseLock();
    expect(writes).to.equal(0);
    expect(requests.filter(({ cmd }) => cmd?.includes("lock"))).to.deep.equal([]);
    expect(result.steps.map(({ op, name }) => `${op} ${name}`)).to.deep.equal([
      "update registered-addresses",
    ]);
    expect(said(result)).to.include("0 addresses registered and 1 unregistered");
    expect(lab.registered()).to.deep.equal({ ...others, [tagOf(API)]: [API_ADDRESS] });
    expect(lab.rule(ruleOf(WEB))).to.equal(rule);
    expect(await letsIn(WEB_ADDRESS)).to.equal(false);
  });

  it("lets it in again when it starts", async () => {
    await lab.setAccount(account(ALL));
    const { writes } = await lab.during(async () => succeeded(await stack.up()));
    expect(writes).to.equal(0);
    expect(await letsIn(WEB_ADDRESS)).to.equal(true);
  });

  it("finds drift in a refresh, be it too little or too much, and the next up mends it", async () => {
    await tell(message("unregister", WEB_ADDRESS, tagOf(WEB)));
    await tell(message("register", "10.9.9.9", tagOf(WEB)));
    await tell(message("register", "10.9.9.8", tagOf({ group: 77, port: 1 })));
    const found = await lab.during(async () => succeeded(await stack.refresh()));
    expect(found.result.steps.map(({ name }) => name)).to.deep.equal(["registered-addresses"]);
    expect(found.requests.filter(({ type }) => type === "user-id")).to.deep.equal([]);
    const { writes } = await lab.during(async () => succeeded(await stack.up()));
    expect(writes).to.equal(0);
    expect(lab.registered()).to.deep.equal({
      ...others,
      [tagOf(API)]: [API_ADDRESS],
      [tagOf(WEB)]: [WEB_ADDRESS],
    });
  });

  it("brings back what a restart has lost", async () => {
    await Promise.all(lab.firewalls.map((firewall) => firewall.restart({ loseRegistrations: true })));
    expect(lab.registered()).to.deep.equal({});
    const { writes } = await lab.during(async () => succeeded(await stack.up({ refresh: true })));
    expect(writes).to.equal(0);
    expect(lab.registered()).to.deep.equal({
      [tagOf(WEB)]: [WEB_ADDRESS],
      [tagOf(API)]: [API_ADDRESS],
    });
  });

  it("does both in one run: addresses first, and rules with the commit", async () => {
    await lab.setAccount(account([WEB, API], [2]));
    const { requests, commits } = await lab.during(async () => succeeded(await stack.up()));
    expect(commits).to.equal(1);
    const types = requests.map(({ type }) => type);
    expect(types.indexOf("user-id")).to.be.lessThan(types.indexOf("commit"));
    expect(lab.ours()).to.have.members([ruleOf(WEB), ruleOf(API)]);
    expect(lab.registered()).to.deep.equal({ [tagOf(WEB)]: [WEB_ADDRESS] });
  });

  it("takes a group away with the last of its rules, and its addresses before", async () => {
    await lab.setAccount(account([WEB]));
    const { commits } = await lab.during(async () => succeeded(await stack.up()));
    expect(commits).to.equal(1);
    expect(lab.objects()).to.include(groupName(WEB)).and.not.to.include(groupName(API));
  });

  it("destroys rules with the commit, and only then what they let in to", async () => {
    const { requests, commits } = await lab.during(async () => succeeded(await stack.destroy()));
    expect(commits).to.equal(1);
    const types = requests.map(({ type }) => type);
    expect(types.indexOf("user-id")).to.be.greaterThan(types.indexOf("commit"));
    expect(lab.registered()).to.deep.equal({});
    expect(lab.running()).to.deep.equal(["cleanup"]);
    expect(lab.objects()).not.to.include("aws-");
  });
});

onTargets("e2e: dynamic destinations", (target) => {
  /** What is in force on each firewall and its registered addresses let in to, after every request, without repetitions. */
  function watched(lab: Lab): Record<string, string[]>[][] {
    const all = lab.firewalls.map((): Record<string, string[]>[] => []);
    lab.firewall.on("request", () => {
      for (const [at, moments] of all.entries()) {
        const now = Object.fromEntries(
          oursInForce(lab, at).map((rule) => [rule, destinations(lab, rule, at)]),
        );
        if (JSON.stringify(now) !== JSON.stringify(moments.at(-1))) moments.push(now);
      }
    });
    return all;
  }

  function destinations(lab: Lab, rule: string, at = 0): string[] {
    const members = [...fieldInForce(lab, at, rule, "destination").matchAll(/<member>([^<]*)</g)].map(
      ([, name = ""]) => name,
    );
    const tag = (name: string) => `aws-panos-${name.slice("aws-".length)}`;
    return members.flatMap((name) =>
      name.startsWith("aws-") ? (lab.firewalls[at]!.registered()[tag(name)] ?? []) : [name],
    );
  }

  const EVERYTHING = {
    [ruleOf(WEB)]: [WEB_ADDRESS],
    [ruleOf(ADMIN)]: [WEB_ADDRESS],
    [ruleOf(API)]: [API_ADDRESS],
  };

  describe("switched on and off on a live stack", () => {
    let lab: Lab;
    const everywhere = <T>(content: T): T[] => lab.firewalls.map(() => content);
    let stack: Stack;
    const use = (settings: Record<string, unknown> | undefined) =>
      lab.configure(settings === undefined ? {} : { settings });
    const up = () => lab.during(() => stack.up({ parallel: 20 }));

    beforeEach(async () => {
      lab = await Lab.open({ target });
      await lab.setAccount(account(ALL));
      stack = await lab.stack();
      succeeded(await stack.up());
    });
    afterEach(() => lab.close());

    it("opens and closes nothing on the way, there and back", async () => {
      await use(DYNAMIC);
      const there = watched(lab);
      const { result, commits } = await up();
      succeeded(result);
      expect(commits).to.equal(1);
      expect(there).to.deep.equal(everywhere([EVERYTHING]));
      expect(lab.field(ruleOf(WEB), "destination")).to.include(groupName(WEB));

      await use(undefined);
      const back = watched(lab);
      const { result: returned, commits: committed, requests } = await up();
      succeeded(returned);
      expect(committed).to.equal(1);
      expect(back).to.deep.equal(everywhere([EVERYTHING]));
      expect(lab.field(ruleOf(WEB), "destination")).to.include(WEB_ADDRESS);
      expect(lab.objects()).not.to.include(groupName(WEB));
      expect(lab.registered()).to.deep.equal({});
      const types = requests.map(({ type }) => type);
      expect(types.indexOf("user-id")).to.be.greaterThan(types.indexOf("commit"));
      expect(succeeded(await stack.up({ refresh: true })).steps).to.deep.equal([]);
    });

    it("takes a stopped instance out on the way, and nothing else", async () => {
      await use(DYNAMIC);
      await lab.setAccount(account(ALL, [2]));
      const there = watched(lab);
      succeeded((await up()).result);
      expect(there).to.deep.equal(everywhere([EVERYTHING, { ...EVERYTHING, [ruleOf(API)]: [] }]));

      await use(undefined);
      await lab.setAccount(account(ALL, [1]));
      const back = watched(lab);
      succeeded((await up()).result);
      expect(back).to.deep.equal(
        everywhere([{ ...EVERYTHING, [ruleOf(API)]: [] }, { [ruleOf(API)]: [API_ADDRESS] }]),
      );
      expect(lab.registered()).to.deep.equal({});
    });

    it("commits no rule on a group whose addresses could not be registered", async () => {
      await use(DYNAMIC);
      const fault = { match: { type: "user-id" }, probability: 1, effect: { do: "drop" } } as const;
      lab.firewall.addFault(fault);
      const moments = watched(lab);
      const failed = await lab.during(() => stack.up({ continueOnError: true }));
      expect(failed.result.code, said(failed.result)).to.equal(1);
      expect(said(failed.result)).to.include("does not register addresses as it was told");
      expect(said(failed.result)).to.include(`${WEB_ADDRESS} (${tagOf(WEB)})`);
      // What Panorama commits is in force nowhere until it is pushed.
      expect(failed.commits).to.equal(lab.fleet ? 1 : 0);
      expect(moments).to.deep.equal(everywhere([EVERYTHING]));
      lab.firewall.clearFaults();
      succeeded((await up()).result);
      expect(moments).to.deep.equal(everywhere([EVERYTHING]));
    });

    it("keeps addresses registered while a failed commit leaves the rules on their groups", async () => {
      await use(DYNAMIC);
      succeeded((await up()).result);
      await use(undefined);
      const moments = watched(lab);
      lab.firewall.failNextCommit(["Validation Error:", "no"]);
      const { result } = await lab.during(() => stack.up({ continueOnError: true }));
      expect(result.code).to.equal(1);
      expect(said(result)).to.include(
        "stay registered, because rules in its running configuration need them",
      );
      expect(moments).to.deep.equal(everywhere([EVERYTHING]));
      expect(Object.keys(lab.registered())).to.have.length(2);
      succeeded((await up()).result);
      expect(moments).to.deep.equal(everywhere([EVERYTHING]));
      expect(lab.registered()).to.deep.equal({});
    });

    it("leaves a rule on hold as it is, with what it lets in to", async () => {
      await use(DYNAMIC);
      succeeded((await up()).result);
      const person = lab.person();
      await person.addObject("tag", '<entry name="aws-panos-hold"/>');
      await person.set(ruleOf(API), "<tag><member>aws-panos-hold</member></tag>");
      await person.commitEverything();
      await use(undefined);
      const { result } = await up();
      succeeded(result);
      expect(said(result)).to.include(`rule ${ruleOf(API)} on ${lab.label} is on hold`);
      expect(destinations(lab, ruleOf(API))).to.deep.equal([API_ADDRESS]);
      expect(lab.registered()).to.deep.equal({ [tagOf(API)]: [API_ADDRESS] });
      expect(destinations(lab, ruleOf(WEB))).to.deep.equal([WEB_ADDRESS]);
    });
  });

  describe("beside others and against the odds", () => {
    let lab: Lab;
    afterEach(() => lab.close());

    it("keep two stacks on one firewall apart", async () => {
      lab = await Lab.open({ target });
      await lab.setAccount(account([WEB]), "dev");
      await lab.setAccount(account([API]), "ops");
      const OPS: StackChoices = { name: "ops", ownerId: "opsops01", administrator: "aws-panos-2" };
      const [dev, ops] = [
        await lab.stack({ settings: DYNAMIC }),
        await lab.stack({ ...OPS, settings: DYNAMIC }),
      ];
      succeeded(await dev.up());
      succeeded(await ops.up());
      const both = { [tagOf(WEB)]: [WEB_ADDRESS], [tagOf(API, "opsops01")]: [API_ADDRESS] };
      expect(lab.registered()).to.deep.equal(both);
      expect(succeeded(await dev.up({ refresh: true })).steps).to.deep.equal([]);
      succeeded(await ops.destroy());
      expect(lab.registered()).to.deep.equal({ [tagOf(WEB)]: [WEB_ADDRESS] });
      expect(lab.ours()).to.deep.equal([ruleOf(WEB)]);
    });

    it("refuse to leave all groups without an address because of an empty account", async () => {
      const many = Array.from({ length: 12 }, (_, group) => ({ group, port: 443 }));
      lab = await Lab.open({ target });
      await lab.setAccount(account(many));
      const stack = await lab.stack({ settings: DYNAMIC });
      succeeded(await stack.up({ parallel: 20 }));
      const registered = lab.registered();
      const stopped = account(
        many,
        many.map(({ group }) => group),
      );
      for (const inventory of [stopped, { ...stopped, networkInterfaces: [] }]) {
        await lab.setAccount(inventory);
        const result = await stack.up({ continueOnError: true });
        expect(result.code).not.to.equal(0);
        expect(said(result)).to.include("aws-panos-rules:maxRemovals to 12");
        expect(lab.registered()).to.deep.equal(registered);
        expect(lab.ours()).to.have.length(12);
      }
      await lab.setAccount(stopped);
      await lab.configure({ settings: { ...DYNAMIC, "aws-panos-rules:maxRemovals": "12" } });
      const { writes } = await lab.during(async () => succeeded(await stack.up()));
      expect(writes).to.equal(0);
      expect(lab.registered()).to.deep.equal({});
    });

    it("look what became of a message whose answer was lost, and send nothing twice", async () => {
      lab = await Lab.open({ target });
      await lab.setAccount(account(ALL));
      const stack = await lab.stack({ settings: DYNAMIC });
      lab.firewall.addFault({ match: { type: "user-id" }, effect: { do: "drop", when: "after" } });
      const { result, requests } = await lab.during(() => stack.up());
      succeeded(result);
      expect(requests.filter(({ type }) => type === "user-id")).to.have.length(lab.firewalls.length);
      expect(Object.keys(lab.registered())).to.have.length(2);
    });

    it("wait in a freeze, which says who waits, and whom an address object of somebody adds", async () => {
      lab = await Lab.open({ target });
      await lab.setAccount(account([WEB]));
      const stack = await lab.stack({ settings: DYNAMIC });
      succeeded(await stack.up());
      const person = lab.person();
      await person.addObject("tag", `<entry name="${tagOf(WEB)}"/>`);
      const object = `<entry name="mine"><ip-netmask>10.7.7.7</ip-netmask><tag><member>${tagOf(WEB)}</member></tag></entry>`;
      await person.client.set(containerXpath(target.location, "address"), object);
      await lab.configure({ settings: { ...DYNAMIC, "aws-panos-rules:paused": "true" } });
      await lab.setAccount(account([WEB], [1]));
      const frozen = await stack.up();
      expect(frozen.code).to.equal(1);
      expect(said(frozen)).to.include(`${WEB_ADDRESS} is still registered with ${tagOf(WEB)}`);
      expect(said(frozen)).to.include(
        `the address object mine on ${lab.label} carries the tag ${tagOf(WEB)}`,
      );
      expect(lab.registered()).to.deep.equal({ [tagOf(WEB)]: [WEB_ADDRESS] });
    });

    it("name the addresses for which the firewall has no room, and open nothing", async () => {
      lab = await Lab.open({ target, registration: { max: 1 } });
      await lab.setAccount(account(ALL));
      const stack = await lab.stack({ settings: DYNAMIC });
      const result = await stack.up();
      expect(result.code).to.equal(1);
      expect(said(result)).to.include(`1 address not registered: ${API_ADDRESS} (${tagOf(API)})`);
      expect(said(result)).to.include("max registered-ip for the platform reached (1)");
      for (const at of lab.firewalls.keys()) expect(oursInForce(lab, at)).to.deep.equal([]);
    });

    it("stay registered under another name in Pulumi", async () => {
      lab = await Lab.open({ target });
      const program = (name: string) =>
        lab.programDir(
          'const { Firewall, RegisteredAddresses } = require("./provider/resources");\n' +
            `const name = "firewall", vsys = "${target.location.vsys}", ownerId = "test1234";\n` +
            "const firewall = `${name}/${vsys}`;\n" +
            'new Firewall("fw", { name, vsys, hostname: "127.0.0.1", ownerId, cleanupRule: "cleanup", stack: "t" }, {});\n' +
            `new RegisteredAddresses("${name}", { firewall, ownerId, registrations: { "${tagOf(WEB)}": ["10.0.0.1"] } }, {});\n`,
        );
      for (const name of ["one", "another"]) {
        const stack = await lab.stack({ projectDir: await program(name) });
        succeeded(await stack.up());
        expect(lab.registered()).to.deep.equal({ [tagOf(WEB)]: ["10.0.0.1"] });
      }
      const real = await lab.stack({ projectDir: PROJECT_DIR });
      await lab.setAccount(account([WEB]));
      succeeded(await real.destroy());
      expect(lab.registered()).to.deep.equal({});
    });
  });
});
