import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { stringify } from "yaml";
import { explain } from "../../explain";
import type { Explanation } from "../../explain/reason";
import type { Inventory } from "../../inventory/types";
import { startSimulator } from "../../simulator";
import { account, FIREWALL_INTERFACE, ruleOf, type Permission } from "../support/account";
import { firewallConfig, ruleEntry } from "../support/lab";

const WEB: Permission = { group: 1, port: 443 };
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
    await writeFile(join(folder, "Pulumi.dev.yaml"), stringify({ config }));
    await writeFile(join(folder, "account.json"), JSON.stringify(inventory));
    const output = new PassThrough();
    const text: string[] = [];
    output.on("data", (chunk: Buffer) => text.push(chunk.toString()));
    const rest = args.includes("--stack")
      ? []
      : ["--stack", "dev", "--snapshot", join(folder, "account.json")];
    const code = await explain([...args, ...rest], {
      input: new PassThrough(),
      output,
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

  it("says why there is no rule: its instance is stopped", async () => {
    const { text } = await ask([ruleOf(SSH)], account([WEB, SSH], [2]));
    expect(text).to.include(`There is no rule ${ruleOf(SSH)} [not asked for]`);
    expect(text).to.include("is left out, because instance i-0a2 doesn't run");
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
      [[ruleOf(WEB), "--stack", "nope"], "Pulumi.nope.yaml can't be read: there is none here"],
    ] as const) {
      const { code, text } = await ask([...args], account([WEB]));
      expect(code, text).to.be.above(0);
      expect(text).to.include(problem);
    }
    const wrong = await ask([ruleOf(WEB)], account([WEB]), { "aws-panos-rules:trustZone": "'" });
    expect(wrong.code).to.equal(2);
    expect(wrong.text).to.include("aws-panos-rules:trustZone");
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
