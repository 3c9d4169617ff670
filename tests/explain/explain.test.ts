import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { stringify } from "yaml";
import { newCrypter } from "../../packages/pulumi/secrets";
import { explain } from "../../commands/explain/explain";
import type { Explanation } from "../../review/explain/reason";
import type { Inventory } from "../../inventory/types";
import { PanosClient } from "../../panos/client";
import {
  startPanorama,
  startSimulator,
  type Simulator,
  type SimulatorOptions,
} from "../../packages/simulator";
import { account, FIREWALL_INTERFACE, ruleOf, type Permission } from "../support/account";
import { firewallConfig, ruleEntry } from "../support/lab";
import { groupLocation } from "../../panos/location";
import { groupRules } from "../support/rules";
import { Person } from "../support/person";
import { from, managed, withoutCleanup } from "../support/panorama";

const WEB: Permission = { group: 1, port: 443 };
const GROUP = { deviceGroup: "cloud", rulebase: "pre-rulebase" } as const;
const SSH: Permission = { group: 2, port: 22 };

describe("explain", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "explain-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function ask(
    args: string[],
    inventory: Inventory,
    settings: Record<string, unknown> = {},
    environment: NodeJS.ProcessEnv = {},
    more: Record<string, unknown> = {},
  ): Promise<{ code: number; text: string }> {
    const config = {
      "panos:hostname": "127.0.0.1",
      "aws-panos-rules:firewall": { networkInterfaceIds: [FIREWALL_INTERFACE] },
      "aws-panos-rules:cleanupRule": "cleanup",
      "aws-panos-rules:untrustZone": "untrust",
      "aws-panos-rules:trustZone": "trust",
      "aws-panos-rules:ownerId": "test1234",
      ...settings,
    };
    await writeFile(join(folder, "Pulumi.dev.yaml"), stringify({ ...more, config }));
    await writeFile(join(folder, "account.json"), JSON.stringify(inventory));
    const output = new PassThrough();
    const text: string[] = [];
    output.on("data", (chunk: Buffer) => text.push(chunk.toString()));
    const rest = args.includes("--stack")
      ? []
      : ["--stack", "dev", "--snapshot", join(folder, "account.json")];
    const code = await explain.run([...args, ...rest], {
      ...{ input: new PassThrough(), output, errors: output },
      folder,
      environment,
    });
    return { code, text: text.join("") };
  }

  async function answer(...question: Parameters<typeof ask>): Promise<Explanation> {
    const { code, text } = await ask([...question[0], "--json"], question[1], question[2], question[3]);
    expect(code, text).to.equal(0);
    return JSON.parse(text) as Explanation;
  }

  const packets = (from: string, to: string, port: string) => ["--from", from, "--to", to, "--port", port];

  it("shows what a rule rests on: the group's rules, the interface, the instance, the route table", async () => {
    const { code, text } = await ask([ruleOf(WEB)], account([WEB]));
    expect(code).to.equal(0);
    expect(text).to.match(/^aws-sg-0a0001-tcp-443: 203\.0\.113\.0\/24 → 10\.0\.0\.1, .* \[allowed\]/);
    for (const fact of [
      "sgr-01",
      "eni-0a1 of instance i-0a1 (host-1), running, is behind",
      "rtb-0a",
      `0.0.0.0/0 → ${FIREWALL_INTERFACE}`,
    ])
      expect(text).to.include(fact);
  });

  it("says of an isolated instance that it is, by which tag, and which rule denies", async () => {
    const { instances, ...rest } = account([WEB, SSH]);
    const tagged = instances.map((each, index) => ({
      ...each,
      tags: index === 0 ? { SecurityStatus: "IR" } : {},
    }));
    const inventory = { ...rest, instances: tagged as Inventory["instances"] };
    const settings = { "aws-panos-rules:quarantine": { deny: true, responders: ["10.9.0.0/16"] } };
    const verdict = async (from: string, to: string, quarantine: object = settings) => {
      const { verdict, text, because } = await answer(packets(from, to, "tcp/443"), inventory, {
        ...quarantine,
      });
      return [verdict, text, because[0]?.text];
    };
    const reason = "i-0a1 (host-1) has the tag SecurityStatus=IR";
    const name = (part: string) => `aws-quarantine-test1234-${part}`;
    const into = "tcp/443 from 203.0.113.9/32 to 10.0.0.1/32";
    expect(await verdict("203.0.113.9", "10.0.0.1")).to.deep.equal([
      "isolated",
      `${into} meets isolation: ${name("in")} denies it`,
      reason,
    ]);
    expect(await verdict("203.0.113.9", "10.0.0.1", { "aws-panos-rules:quarantine": {} })).to.deep.equal([
      "isolated",
      `${into} meets isolation: no rule of ours lets it through`,
      reason,
    ]);
    expect((await verdict("10.0.0.1", "10.0.0.2"))[1]).to.include(`${name("out")} denies it`);
    expect((await verdict("10.9.0.7", "10.0.0.1")).slice(0, 2)).to.deep.equal([
      "allowed",
      `${name("responders")} lets in tcp/443 from 10.9.0.7/32 to 10.0.0.1/32`,
    ]);
    expect((await verdict("203.0.113.9", "10.0.0.2"))[0]).to.equal("not asked for");
    const { text } = await ask([name("in")], inventory, settings);
    expect(text)
      .to.include(`${name("in")} denies any → 10.0.0.1 [isolated]`)
      .and.to.include(`${reason}: 10.0.0.1`);
  });

  it("names a rule of the group that can't be read, of a rule and of packets that it may let in", async () => {
    const inventory = account([WEB]);
    const odd = { id: "sgr-9", isEgress: false, ipProtocol: "tcp", fromPort: 22, toPort: 22 };
    inventory.securityGroups[0]!.unreadableRules = [{ ...odd, fault: "has 0 sources" }];
    const said = "rule sgr-9 can't be read, so nothing is made of it: has 0 sources";
    const ssh = await ask(packets("203.0.113.9", "10.0.0.1", "tcp/22"), inventory);
    expect(ssh.text).to.include("no security group that could be read lets this in").and.to.include(said);
    const web = await ask(packets("203.0.113.9", "10.0.0.1", "tcp/443"), inventory);
    expect(web.text).to.not.include("sgr-9");
    expect((await ask([ruleOf(WEB)], inventory)).text).to.include(said);
  });

  it("names the network ACL that denies what a rule lets in, of a rule and of packets", async () => {
    const acl = (entries: [number, boolean, "allow" | "deny", string][]): Inventory => ({
      ...account([WEB]),
      filters: {
        unread: [],
        networkAcls: [
          {
            ...{ id: "acl-0a", vpcId: "vpc-0a", isDefault: true, subnetIds: [] },
            entries: entries.map(([ruleNumber, egress, ruleAction, cidrBlock]) => ({
              ...{ ruleNumber, egress, ruleAction, cidrBlock, protocol: "-1" },
            })),
          },
        ],
      },
    });
    const denying = acl([
      [90, false, "deny", "203.0.113.128/25"],
      [100, false, "allow", "0.0.0.0/0"],
      [100, true, "allow", "0.0.0.0/0"],
    ]);
    const { text } = await ask([ruleOf(WEB)], denying);
    expect(text).to.match(
      /AWS stops a part of it\n.*─ network ACL acl-0a denies tcp\/443 from 203\.0\.113\.128\/25/,
    );
    const about = async (source: string, inventory: Inventory) => {
      const { verdict, because } = await answer(packets(source, "10.0.0.1", "tcp/443"), inventory);
      return [verdict, ...because.map((each) => each.text).filter((each) => /AWS stops|ACL/.test(each))];
    };
    expect(await about("203.0.113.200", denying)).to.deep.equal(["allowed", "AWS stops all of it"]);
    expect(await about("203.0.113.9", denying)).to.deep.equal(["allowed", "no network ACL denies any of it"]);
    expect((await about("203.0.113.9", account([WEB])))[1]).to.include("Network ACLs were not read");
  });

  it("says why there is no rule: its instance is stopped", async () => {
    const { text } = await ask([ruleOf(SSH)], account([WEB, SSH], [2]));
    expect(text).to.include(`There is no rule ${ruleOf(SSH)} [not asked for]`);
    expect(text).to.include("is left out, because instance i-0a2 doesn't run");
  });

  it("says of an interface why it is left out: it is being detached, or its instance is another account's", async () => {
    const left = async (
      change: Partial<Inventory["networkInterfaces"][number]>,
      stopped: number[] = [],
      settings = {},
    ) => {
      const inventory = { ...account([WEB, SSH], stopped), accountId: "111122223333" };
      Object.assign(
        inventory.networkInterfaces.find(({ id }) => id === "eni-0a2")!,
        change,
      );
      return (await answer(["eni-0a2"], inventory, settings)).because[0]?.text;
    };
    expect(await left({}, [2], { "aws-panos-rules:destinations": "dynamic" })).to.equal(
      "10.0.0.2: eni-0a2 is left out, because instance i-0a2 doesn't run; rules stay, on an address group that it joins when it runs",
    );
    expect(await left({ attachmentStatus: "detaching" })).to.equal(
      "10.0.0.2: eni-0a2 of instance i-0a2 is left out: it is detached from its instance",
    );
    const unread =
      "10.0.0.2: eni-0a2 of instance i-0a2 is left out: its instance is of an account that wasn't read in this region";
    expect(await left({ ownerId: "444455556666" }, [2])).to.equal(unread);
    expect(await left({ ownerId: "111122223333", region: "us-east-1" }, [2])).to.equal(unread);
  });

  it("says why there is no rule: a guardrail withholds it", async () => {
    const settings = { "aws-panos-rules:guardrails": { neverOpen: ["tcp/22"] } };
    const rule = await answer([ruleOf(SSH)], account([WEB, SSH]), settings);
    expect(rule.verdict).to.equal("withheld");
    expect(JSON.stringify(rule)).to.include("guardrails.neverOpen has tcp/22");
    const packet = await answer(packets("203.0.113.9", "10.0.0.2", "tcp/22"), account([WEB, SSH]), settings);
    expect(packet.verdict).to.equal("withheld");
    expect(JSON.stringify(packet)).to.include("guardrails.neverOpen has tcp/22");
  });

  for (const [from, to, port, verdict] of [
    ["203.0.113.9", "10.0.0.1", "tcp/443", "allowed"],
    ["203.0.113.0/24", "10.0.0.1", "tcp/443", "allowed"],
    ["203.0.112.0/23", "10.0.0.1", "tcp/443", "in part"],
    ["198.51.100.1", "10.0.0.1", "tcp/443", "not asked for"],
    ["203.0.113.9", "10.0.0.1", "tcp/444", "not asked for"],
    ["203.0.113.9", "10.0.0.1", "udp/443", "not asked for"],
    ["203.0.113.9", "10.0.0.9", "tcp/443", "not asked for"],
    ["203.0.113.9", "10.0.0.2", "tcp/443", "not asked for"],
  ] as const) {
    it(`says of ${port} from ${from} to ${to}: ${verdict}`, async () => {
      expect((await answer(packets(from, to, port), account([WEB, SSH]))).verdict).to.equal(verdict);
    });
  }

  it("says that a part is let in where one code is of the type that is asked for", async () => {
    const inventory = account([WEB]);
    inventory.securityGroups[0]!.ingress.push({
      ...{ id: "sgr-0ic", ipProtocol: "icmp", fromPort: 3, toPort: 4, cidrIpv4: "0.0.0.0/0" },
    });
    for (const [port, verdict] of [
      ["icmp/3", "in part"],
      ["icmp", "in part"],
      ["icmp/8", "not asked for"],
    ] as const) {
      const {
        verdict: found,
        text,
        because,
      } = await answer(packets("192.0.2.9", "10.0.0.1", port), inventory);
      expect(found, port).to.equal(verdict);
      if (verdict === "in part") {
        expect(text).to.equal(
          `aws-sg-0a0001-icmp-3-4 lets in part of ${port} from 192.0.2.9/32 to 10.0.0.1/32`,
        );
        expect(JSON.stringify(because)).to.include("sgr-0ic");
      }
    }
    const named = await ask(packets("192.0.2.9", "10.0.0.1", "protocol/6"), inventory);
    expect(named.code).to.equal(64);
  });

  it("refuses a range with interfaces in it, of which each has rules of its own", async () => {
    const inventory = account([WEB, SSH]);
    for (const [from, to, problem] of [
      ["203.0.113.9", "10.0.0.0/24", "--to 10.0.0.0/24 has the addresses of network interfaces in it"],
      ["203.0.113.9", "0.0.0.0/0", "--to 0.0.0.0/0 has the addresses"],
      ["10.0.0.1", "10.0.0.0/24", "--to 10.0.0.0/24 has the addresses"],
      ["10.0.0.0/24", "198.51.100.7", "--from 10.0.0.0/24 has the addresses"],
    ] as const) {
      const { code, text } = await ask(packets(from, to, "tcp/443"), inventory);
      expect(code, text).to.equal(64);
      expect(text).to.include(problem);
    }
    for (const [from, to] of [
      ["10.0.0.1", "0.0.0.0/0"],
      ["10.0.0.0/24", "10.0.0.1"],
      ["203.0.113.9", "10.0.9.0/24"],
    ] as const)
      expect((await ask(packets(from, to, "tcp/443"), inventory)).code).to.equal(0);
  });

  it("explains what leaves an instance, where egress is mirrored", async () => {
    const inventory = account([WEB]);
    inventory.securityGroups[0]!.egress = [
      { id: "sgr-0e", ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "198.51.100.0/24" },
    ];
    const question = packets("10.0.0.1", "198.51.100.7", "tcp/443");
    const skipped = await answer(question, inventory);
    expect(skipped.verdict).to.equal("not asked for");
    const directions = { "aws-panos-rules:directions": ["ingress", "egress"] };
    const mirrored = await answer(question, inventory, directions);
    expect(mirrored.verdict).to.equal("allowed");
    expect(mirrored.text).to.include("aws-sg-0a0001-out-tcp-443");
  });

  it("says that an instance isn't behind the firewall, and where its subnet's packets go", async () => {
    const inventory = account([WEB]);
    inventory.routeTables[0]!.routes = [{ destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw-0a" }];
    const { text } = await ask(packets("203.0.113.9", "10.0.0.1", "tcp/443"), inventory);
    expect(text).to.include("is not behind the firewall").and.include("0.0.0.0/0 → igw-0a");
    expect(text).to.include("nothing of it crosses the firewall");
  });

  it("says that no rule leads to an interface of no instance, whether or not its packets cross the firewall", async () => {
    const inventory = account([WEB]);
    for (const each of inventory.networkInterfaces) delete each.instanceId;
    const { text } = await ask(packets("203.0.113.9", "10.0.0.1", "tcp/443"), inventory);
    expect(text).to.include("it becomes no rule: no rule leads to that interface");
    expect(text).not.to.include("nothing of it crosses");
  });

  it("says when a permission ends, and that it has ended", async () => {
    const ending = (ends: string) => {
      const inventory = account([WEB]);
      inventory.securityGroups[0]!.ingress[0]!.tags = { ends };
      inventory.securityGroups[0]!.tags = {};
      return inventory;
    };
    const settings = { "aws-panos-rules:expiryTag": "ends" };
    const open = await ask([ruleOf(WEB)], ending("2999-12-31"), settings);
    expect(open.text).to.match(/sgr-01.* \(ends, for sgr-01.*'s tag ends is 2999-12-31\)/);
    const ended = await ask([ruleOf(WEB)], ending("2020-01-01"), settings);
    expect(ended.text).to.match(/^There is no rule .* \[withheld\]/);
    expect(ended.text).to.include("it has ended, for sgr-01");
  });

  it("lists the interfaces behind the firewall by what they are for, and says of one why it is left out", async () => {
    const inventory = account([WEB, SSH]);
    const [, service] = inventory.networkInterfaces;
    delete service!.instanceId;
    Object.assign(service!, { description: "ELB app/web/1", status: "in-use" });
    const listed = await ask(["--interfaces"], inventory);
    expect(listed.code).to.equal(0);
    for (const line of [
      /^2 network interfaces behind the firewall: 1 mapped, 1 left out/,
      /mapped: 1 instance\n.*eni-0a1 10\.0\.0\.1: instance i-0a1/,
      /left out: 1 application_load_balancer: aws-panos-rules:interfaces doesn't name its kind\n.*eni-0a2 10\.0\.0\.2: application_load_balancer “ELB app\/web\/1”/,
    ])
      expect(listed.text).to.match(line);
    const one = await ask(["eni-0a2"], inventory);
    expect(one.text).to.match(
      /^eni-0a2: no rule leads to it .*\n.*belongs to no instance \(application_load_balancer/,
    );
    const all = await ask(["eni-0a2"], inventory, { "aws-panos-rules:interfaces": "all" });
    expect(all.text).to.match(/^eni-0a2: rules lead to it.*\n.*is behind the firewall/);
    expect(all.text).to.include(ruleOf(SSH));
    expect((await ask(["eni-0ffff"], inventory)).code).to.equal(1);
    expect((await ask(["eni-0a2", "--interfaces"], inventory)).code).to.equal(64);
  });

  it("asks the firewall where it has a key, and says what its own rules allow already", async () => {
    const config = firewallConfig([ruleEntry("their-web", { service: "service-https" })]);
    const firewall = await startSimulator({ config, users: [{ name: "reader", password: "s3cret-reader" }] });
    try {
      const environment = {
        PANOS_PORT: String(firewall.port),
        PANOS_USERNAME: "reader",
        PANOS_PASSWORD: "s3cret-reader",
        PANOS_SKIP_VERIFY_CERTIFICATE: "true",
      };
      const rule = await answer([ruleOf(WEB)], account([WEB]), {}, environment);
      expect(rule.verdict).to.equal("already allowed");
      expect(JSON.stringify(rule)).to.include("their-web");
      const packet = await answer(
        packets("203.0.113.9", "10.0.0.1", "tcp/443"),
        account([WEB]),
        {},
        environment,
      );
      expect(packet.verdict).to.equal("already allowed");
    } finally {
      await firewall.stop();
    }
  });

  describe("with the firewall's answer", () => {
    const READER = { name: "reader", password: "s3cret-reader" };
    const environment = (firewall: Simulator, more: NodeJS.ProcessEnv = {}) => ({
      PANOS_PORT: String(firewall.port),
      PANOS_USERNAME: READER.name,
      PANOS_PASSWORD: READER.password,
      PANOS_SKIP_VERIFY_CERTIFICATE: "true",
      ...more,
    });
    const ours = (name: string, fields: Partial<Record<string, string>>) =>
      ruleEntry(name, {
        source: "203.0.113.0/24",
        application: "ssl",
        service: "application-default",
        ...fields,
      }).replace("<action>", "<tag><member>aws-panos-test1234</member></tag><action>");
    const web = ours(ruleOf(WEB), { destination: "10.0.0.1" });
    let firewall: Simulator;
    const open = async (rules: string[], more: SimulatorOptions = {}) => {
      firewall = await startSimulator({ config: firewallConfig(rules), users: [READER], ...more });
    };
    afterEach(() => firewall.stop());
    const question = packets("203.0.113.9", "10.0.0.1", "tcp/443");

    it("says which rule of ours lets it through, and which of an administrator's stops it first", async () => {
      await open([web]);
      const through = await answer(question, account([WEB]), {}, environment(firewall));
      expect([through.verdict, through.text]).to.deep.equal([
        "allowed",
        `the firewall lets through tcp/443 from 203.0.113.9/32 to 10.0.0.1/32: rule ${ruleOf(WEB)}`,
      ]);
      await firewall.stop();
      await open([ruleEntry("no-entry", { source: "203.0.113.9", action: "drop" }), web]);
      const { code, text } = await ask(question, account([WEB]), {}, environment(firewall));
      expect(code).to.equal(0);
      expect(text).to.match(/^the firewall stops tcp\/443 .*: rule no-entry \(drop\) \[denied\]\n/);
      expect(text).to.include(`rule no-entry of an administrator takes it before ${ruleOf(WEB)} does`);
      expect(text).to.include("AWS lets it in by").and.not.include("was not asked");
    });

    it("says of a range what becomes of one packet, where others of it fare otherwise", async () => {
      const bad = ruleEntry("bad", { source: "203.0.113.200/29", action: "drop" });
      const asked = async (source: string, inventory = account([WEB])) => {
        const { verdict, text, because } = await answer(
          packets(source, "10.0.0.1", "tcp/443"),
          inventory,
          {},
          environment(firewall),
        );
        return { verdict, text, because: because.map((each) => each.text) };
      };
      for (const faults of [
        [],
        [{ match: { cmd: "security-policy-match" }, count: 20, effect: { do: "not-xml" } }],
      ] as const) {
        await open([bad, web], { faults: [...faults] });
        // The middle of the one is stopped, that of the other let through.
        const half = await asked("203.0.113.192/28");
        expect(half.verdict).to.equal("in part");
        expect(half.text).to.match(
          /^of tcp\/443 from 203\.0\.113\.192\/28 to 10\.0\.0\.1\/32 the firewall stops 203\.0\.113\.200 to .*: rule bad \(drop\); not all fare alike$/,
        );
        expect(half.because).to.include(`rule ${ruleOf(WEB)} may let through others of them`);
        const most = await asked("203.0.113.0/24");
        expect(most.verdict).to.equal("in part");
        expect(most.text)
          .to.include("lets through 203.0.113.128 to 10.0.0.1")
          .and.include("not all fare alike");
        expect(most.because).to.include("rule bad may stop others of them");
        // Where all of it fares alike, it is said of all.
        expect((await asked("203.0.113.200/29")).verdict).to.equal("denied");
        expect((await asked("203.0.113.128/26")).verdict).to.equal("allowed");
        expect((await asked("203.0.112.0/23")).verdict).to.equal("in part");
        await firewall.stop();
      }
    });

    it("says which of Panorama's rules comes first, also where the firewall doesn't answer itself", async () => {
      const pre = from("cloud", ruleEntry("pre-web", { application: "ssl", service: "application-default" }));
      const isolated = account([WEB]);
      for (const each of isolated.instances) each.tags = { SecurityStatus: "IR" };
      const settings = { "aws-panos-rules:quarantine": { deny: true } };
      for (const faults of [
        [],
        [{ match: { cmd: "security-policy-match" }, count: 10, effect: { do: "not-xml" } }],
      ] as const) {
        firewall = await startSimulator({ config: managed({ above: [pre] }), users: [READER], faults });
        const { verdict, text } = await answer(question, account([WEB]), {}, environment(firewall));
        expect(verdict).to.equal("already allowed");
        expect(text).to.include(
          "10.0.0.1/32: Panorama's rule pre-web of device group cloud, which isn't ours",
        );
        const { text: rule } = await answer([ruleOf(WEB)], account([WEB]), {}, environment(firewall));
        expect(rule + (await ask([ruleOf(WEB)], account([WEB]), {}, environment(firewall))).text).to.include(
          "Panorama's rule pre-web of device group cloud allows it already",
        );
        // What isolates is local, so that it doesn't come first.
        const through = await answer(question, isolated, settings, environment(firewall));
        expect(through.verdict).to.equal("already allowed");
        expect(through.text).to.include("lets through").and.include("pre-web");
        await firewall.stop();
      }
      firewall = await startSimulator({
        config: managed({ below: [ruleEntry("post-deny", { action: "deny" })] }, withoutCleanup()),
        users: [READER],
      });
      const cleanup = { "aws-panos-rules:cleanupRule": "post-deny" };
      const denied = await answer(question, account([WEB]), cleanup, environment(firewall));
      expect(denied.text).to.include("10.0.0.1/32: Panorama's rule post-deny (deny)");
    });

    it("of a device group, asks each of its firewalls, and names those that do something else", async () => {
      const fleet = await startPanorama({
        firewall: { config: firewallConfig().replace(/<rules>.*<\/rules>/s, "<rules/>") },
        groups: (serials) => [{ name: "cloud", serials: [...serials], content: groupRules([web]) }],
        users: [READER],
      });
      firewall = fleet.panorama;
      try {
        const settings = { "panos:panorama": { deviceGroup: "cloud" } };
        const asked = async () => {
          const { verdict, text, because } = await answer(
            question,
            account([WEB]),
            settings,
            environment(firewall),
          );
          return { verdict, text, because: because.map((each) => each.text) };
        };
        const before = await asked();
        expect([before.verdict, before.text]).to.deep.equal([
          "allowed",
          `each of the firewalls fw1, fw2, fw3 lets through tcp/443 from 203.0.113.9/32 to 10.0.0.1/32: rule ${ruleOf(WEB)}`,
        ]);
        const person = new Person(firewall, READER.name, READER.password, groupLocation(GROUP));
        await person.edit(ruleOf(WEB), "action", "<action>drop</action>");
        await person.commitEverything();
        await person.push(fleet.serials.slice(2));
        await person.leave();
        const { verdict, text, because } = await asked();
        expect(verdict).to.equal("denied");
        expect(text).to.match(/^the firewall fw3 stops /);
        expect(because)
          .to.include(`fw1: rule ${ruleOf(WEB)} (allow)`)
          .and.include(`fw2: rule ${ruleOf(WEB)} (allow)`);
      } finally {
        await fleet.stop();
      }
    });

    it("says of packets that a route leads past the firewall what it would do, and that they don't come to it", async () => {
      const inventory = account([WEB]);
      for (const { routes } of inventory.routeTables)
        routes.push({ destinationCidrBlock: "203.0.113.0/24", vpcPeeringConnectionId: "pcx-0a" });
      for (const [rules, words] of [
        [[], "would stop tcp/443 from 203.0.113.9/32 to 10.0.0.1/32: rule cleanup (deny)"],
        [
          [ruleEntry("theirs")],
          "would let through tcp/443 from 203.0.113.9/32 to 10.0.0.1/32: rule theirs, which",
        ],
      ] as const) {
        firewall = await startSimulator({ config: firewallConfig(rules), users: [READER] });
        const { text } = await answer(question, inventory, {}, environment(firewall));
        expect(text).to.include(words).and.include("; but nothing of it comes to the firewall");
        const other = packets("198.51.100.1", "10.0.0.1", "tcp/443");
        expect((await answer(other, inventory, {}, environment(firewall))).text).not.to.include("comes to");
        await firewall.stop();
      }
    });

    it("follows the firewall's own translation of destinations and ports to the instances", async () => {
      for (const [asked, other, named, translatedPort] of [
        ["tcp/443", "tcp/22", { application: "ssl" }, ""],
        [
          "tcp/8443",
          "tcp/443",
          { service: "aws-test1234-tcp-8443" },
          "<translated-port>443</translated-port>",
        ],
      ] as const) {
        const list = (field: string, value: string) => `<${field}><member>${value}</member></${field}>`;
        const target = `<translated-address>10.0.0.1</translated-address>${translatedPort}`;
        const nat =
          `<nat><rules><entry name="in-web"><destination-translation>${target}</destination-translation>` +
          `${list("to", "untrust")}${list("from", "untrust")}${list("source", "any")}` +
          `${list("destination", "198.18.0.5")}<service>front</service></entry></rules></nat>`;
        const front = (name: string) =>
          `<entry name="${name}"><protocol><tcp><port>${asked.slice(4)}</port></tcp></protocol></entry>`;
        const services = `<service>${front("front")}${front("aws-test1234-tcp-8443")}</service>`;
        const config = firewallConfig([ours(ruleOf(WEB), { destination: "198.18.0.5", ...named })])
          .replace("</rulebase>", `${nat}</rulebase>`)
          .replace("<rulebase>", `${services}<rulebase>`);
        firewall = await startSimulator({ config, users: [READER] });
        const settings = { "aws-panos-rules:destinationAddress": "nat" };
        const to = (port: string) =>
          answer(packets("203.0.113.9", "198.18.0.5", port), account([WEB]), settings, environment(firewall));
        const through = await to(asked);
        expect([through.verdict, through.text]).to.deep.equal([
          "allowed",
          `the firewall lets through ${asked} from 203.0.113.9/32 to 198.18.0.5/32: rule ${ruleOf(WEB)}`,
        ]);
        expect(JSON.stringify(through.because))
          .to.include("NAT translates 198.18.0.5/32 to instances of")
          .and.include("AWS lets it in by")
          .and.include("10.0.0.1: ");
        const stopped = await to(other);
        expect(stopped.verdict).to.equal("denied");
        expect(JSON.stringify(stopped.because)).not.to.include("NAT translates");
        await firewall.stop();
      }
    });

    it("says that a rule isn't in force yet, and that what another covers is let through by that one", async () => {
      await open([]);
      const waiting = await answer(question, account([WEB]), {}, environment(firewall));
      expect(waiting.verdict).to.equal("denied");
      expect(JSON.stringify(waiting)).to.include(`${ruleOf(WEB)} is declared and not in force yet`);
      await firewall.stop();
      // What covers ours stands below a denial of a part of it: there is no rule of ours, and the denial counts.
      await open([ruleEntry("theirs"), ruleEntry("below", { action: "deny" })]);
      const covered = await answer(question, account([WEB]), {}, environment(firewall));
      expect(covered.verdict).to.equal("already allowed");
      expect(covered.text).to.include("rule theirs, which isn't ours");
      const nobody = await answer(
        packets("192.0.2.1", "10.0.0.1", "tcp/22"),
        account([WEB]),
        {},
        environment(firewall),
      );
      expect(nobody.verdict).to.equal("already allowed");
      expect(JSON.stringify(nobody)).to.include("no security group lets this in");
    });

    it("goes by the rulebase that it has read where the firewall doesn't answer, and says so", async () => {
      const refused = {
        match: { cmd: "security-policy-match" },
        count: 10,
        effect: { do: "not-xml" as const },
      };
      await open([ruleEntry("no-entry", { source: "203.0.113.9", action: "deny" }), web], {
        faults: [refused],
      });
      const denied = await answer(question, account([WEB]), {}, environment(firewall));
      expect(denied.verdict).to.equal("denied");
      expect(denied.text).to.include("rule no-entry (deny)");
      expect(denied.because[0]!.text)
        .to.include("by the rulebase it has in force")
        .and.include("could not be asked");
      expect(denied).to.have.nested.property("firewall.how", "rulebase");
      const through = packets("203.0.113.10", "10.0.0.1", "tcp/443");
      expect((await answer(through, account([WEB]), {}, environment(firewall))).verdict).to.equal("allowed");
    });

    it("opens the stack's own key as the program does, and says why where it can't", async () => {
      await open([web]);
      const client = new PanosClient({
        ...{ hostname: "127.0.0.1", port: firewall.port, protocol: "https", vsys: "vsys1" },
        ...{ username: READER.name, password: READER.password, skipVerifyCertificate: true },
      });
      const key = (await client.logIn()).value;
      await client.close();
      const crypter = newCrypter("a-passphrase");
      const salt = crypter.salt;
      const sealed = { "panos:apiKey": { secure: crypter.encrypt(key) } };
      const place = {
        PANOS_PORT: String(firewall.port),
        PANOS_SKIP_VERIFY_CERTIFICATE: "true",
        HOME: folder,
      };
      const opened = { ...place, PULUMI_CONFIG_PASSPHRASE: "a-passphrase" };
      const asked = await ask(question, account([WEB]), sealed, opened, { encryptionsalt: salt });
      expect(asked.text).to.match(/^the firewall lets through .* \[allowed\]/);
      expect(asked.text).not.to.include(key);
      for (const [environment, why] of [
        [place, "PULUMI_CONFIG_PASSPHRASE is not set"],
        [{ ...place, PULUMI_CONFIG_PASSPHRASE: "wrong" }, "is not the passphrase"],
      ] as const) {
        const { code, text } = await ask(question, account([WEB]), sealed, environment, {
          encryptionsalt: salt,
        });
        expect(code).to.equal(0);
        expect(text)
          .to.include("(The firewall was not asked: its key in the stack file can't be opened")
          .and.include(why);
      }
    });

    it("gives the rest of the answer where it can't be asked at all, and says so by its exit code", async () => {
      await open([web]);
      const wrong = environment(firewall, { PANOS_PASSWORD: "wrong" });
      const { code, text } = await ask(question, account([WEB]), {}, wrong);
      expect(code).to.equal(1);
      expect(text).to.include("(The firewall was not asked: ").and.include("user or the password is wrong");
      expect(text).to.include("AWS lets it in by");
    });
  });

  it("takes addresses of one family, and gives no reasons of the other", async () => {
    for (const [args, problem] of [
      [packets("203.0.113.9", "2001:db8::1", "tcp/443"), "--from is IPv4 and --to is IPv6"],
      [packets("2001:db8::1", "10.0.0.1", "tcp/443"), "--from is IPv6 and --to is IPv4"],
      [packets("2001:db8::1", "2001:db8::2", "icmp/8"), "--port icmp/8 is of IPv4"],
      [packets("203.0.113.9", "10.0.0.1", "icmpv6"), "--port icmpv6 is of IPv6"],
    ] as const) {
      const { code, text } = await ask([...args], account([WEB]));
      expect(code).to.equal(64);
      expect(text).to.include(problem);
    }
    const inventory = account([WEB]);
    inventory.networkInterfaces[0]!.ipv6Addresses = ["2001:db8::a"];
    inventory.routeTables[0]!.routes.push({
      destinationIpv6CidrBlock: "::/0",
      networkInterfaceId: FIREWALL_INTERFACE,
    });
    const v6 = { id: "sgr-0v6", ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv6: "2001:db8:1::/48" };
    const elsewhere = { ...v6, id: "sgr-0el", cidrIpv4: "198.51.100.0/24", cidrIpv6: undefined };
    inventory.securityGroups[0]!.ingress.push(v6, JSON.parse(JSON.stringify(elsewhere)) as typeof v6);
    const four = await ask(packets("203.0.113.9", "10.0.0.1", "tcp/443"), inventory);
    expect(four.text).to.include("sgr-01").and.include("0.0.0.0/0 →");
    for (const other of ["sgr-0v6", "sgr-0el", "2001:db8", "::/0"]) expect(four.text).not.to.include(other);
    const six = await ask(packets("2001:db8:1::9", "2001:db8::a", "tcp/443"), inventory);
    expect(six.text).to.include("sgr-0v6").and.include("::/0 →");
    for (const other of ["sgr-01", "sgr-0el", "10.0.0.1", "0.0.0.0/0"])
      expect(six.text).not.to.include(other);
  });

  it("answers for a stack with inventory: lookups, or says why AWS can't be asked", async () => {
    const settings = { "aws-panos-rules:inventory": "lookups", "aws:region": "eu-west-3" };
    const recorded = await answer([ruleOf(WEB)], account([WEB]), settings);
    expect(recorded.verdict).to.equal("allowed");
    const live = ["--stack", "dev", ruleOf(WEB)];
    const nowhere = {
      ...{ "aws:endpoints": [{ ec2: "http://127.0.0.1:9" }], "aws:maxRetries": "0" },
      ...{ "aws:accessKey": "AKIAEXAMPLE", "aws:secretKey": "example" },
    };
    const { code, text } = await ask(live, account([WEB]), { ...settings, ...nowhere });
    expect(code).to.equal(1);
    expect(text).to.match(/AWS/).and.not.include("undefined");
  });

  it("shows text from AWS on one line, without control characters", async () => {
    const inventory = account([WEB]);
    inventory.securityGroups[0]!.ingress[0]!.description = "a\u001b[31mred\nline";
    const { text } = await ask([ruleOf(WEB)], inventory);
    expect(text).to.include("“a [31mred line”").and.not.include("\u001b");
  });

  it("names what is wrong with its arguments and settings", async () => {
    for (const [args, problem] of [
      [[], "give either RULE"],
      [[ruleOf(WEB), "--from", "1.2.3.4"], "give either RULE"],
      [packets("x", "10.0.0.1", "tcp/1"), "--from x"],
      [packets("1.2.3.4", "host", "tcp/1"), "--to host"],
      [packets("1.2.3.4", "10.0.0.1", "https"), "--port https"],
      [[ruleOf(WEB), "--stack", "nope"], "there is no stack nope (Pulumi.nope.yaml) here"],
    ] as const) {
      const { code, text } = await ask([...args], account([WEB]));
      expect(code, text).to.be.above(0);
      expect(text).to.include(problem);
    }
    const wrong = await ask([ruleOf(WEB)], account([WEB]), { "aws-panos-rules:trustZone": "'" });
    expect(wrong.code).to.equal(1);
    expect(wrong.text).to.include("aws-panos-rules:trustZone");
  });

  it("fails on a rule that there can't be, and lists those that may have been meant", async () => {
    const typed = ruleOf(WEB).replace("0a0001", "0a0091");
    const { code, text } = await ask([typed], account([WEB, SSH]));
    expect(code).to.equal(1);
    expect(text).to.match(new RegExp(`^There is no rule ${typed}, and no security group .* \\[unknown\\]`));
    expect(text).to.include(`did you mean ${ruleOf(WEB)}, or ${ruleOf(SSH)}?`);
    const json = await ask([typed, "--json"], account([WEB]));
    expect(json.code).to.equal(1);
    expect((JSON.parse(json.text) as Explanation).verdict).to.equal("unknown");
    expect((await ask(["frobnicate"], account([WEB]))).text).to.include(`the rules are: ${ruleOf(WEB)}`);
  });

  it("says which entries a group of a large prefix list stands for, and finds packets by them", async () => {
    const inventory = account([WEB]);
    const listed = { id: "sgr-0f", ipProtocol: "tcp", fromPort: 8443, toPort: 8443, prefixListId: "pl-0abc" };
    const entries = ["192.0.2.0/24", "198.51.100.0/24"].map((cidr) => ({ cidr }));
    const securityGroups = inventory.securityGroups.map((group) => ({ ...group, ingress: [listed] }));
    const prefixLists = [{ id: "pl-0abc", name: "offices", addressFamily: "IPv4" as const, entries }];
    const described = { ...inventory, securityGroups, prefixLists };
    const settings = { "aws-panos-rules:prefixListGroups": "1" };
    const ofRule = await ask(["aws-sg-0a0001-tcp-8443"], described, settings);
    expect(ofRule.text).to.include(
      "aws-test1234-pl-0abc is the address group of prefix list pl-0abc, with 2 entries: 192.0.2.0/24, 198.51.100.0/24",
    );
    const packets = ["--to", "10.0.0.1", "--port", "tcp/8443", "--from"];
    expect((await answer([...packets, "198.51.100.9"], described, settings)).verdict).to.equal("allowed");
    expect((await answer([...packets, "198.51.101.9"], described, settings)).verdict).to.equal(
      "not asked for",
    );
  });
});
