import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { SettingsError, settingsFrom } from "../../settings/index";
import { AWS_KEYS } from "../../settings/aws";
import { SETTINGS } from "../../settings/table";

const good: Record<string, string> = {
  "panos:hostname": "fw1.example.com",
  "panos:apiKey": "LUFRPT1==",
  "aws-panos-rules:ownerId": "k3v9x2ab",
  "aws-panos-rules:firewall": '{"instanceIds":["i-0a"],"vpcEndpointIds":["vpce-0b"]}',
  "aws-panos-rules:cleanupRule": "cleanup-deny",
  "aws-panos-rules:untrustZone": "untrust",
  "aws-panos-rules:trustZone": "trust",
};

const SECRET = ["panos:apiKey", "panos:password", "aws-panos-rules:firewalls"];

const read = (change: Record<string, string> = {}, secrets = SECRET, environment: NodeJS.ProcessEnv = {}) =>
  settingsFrom({ ...good, ...change }, (key) => secrets.includes(key), "org/project/dev", environment);

function problemsOf(
  change: Record<string, string>,
  secrets?: string[],
  environment?: NodeJS.ProcessEnv,
): string[] {
  try {
    read(change, secrets, environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems.map(({ key, problem }) => `${key} ${problem}`);
    throw error;
  }
  return [];
}

describe("settings", () => {
  it("have defaults for what need not be said", () => {
    const settings = read();
    expect(settings.inventory).to.deep.equal({
      ...{ kind: "auto", access: {} },
      firewall: { networkInterfaceIds: [], vpcEndpointIds: ["vpce-0b"] },
    });
    const [firewall] = settings.firewalls;
    expect(settings.firewalls).to.have.length(1);
    expect(settings).to.include({ listed: false, frozen: undefined });
    expect(firewall?.mapping).to.include({ ruleMode: "application", untrustZone: "untrust" });
    expect(firewall?.mapping.firewall).to.deep.equal({
      instanceIds: ["i-0a"],
      networkInterfaceIds: [],
      vpcEndpointIds: ["vpce-0b"],
    });
    expect(firewall?.declared).to.deep.include({ name: "firewall", vsys: "vsys1", stack: "org/project/dev" });
    expect(firewall?.coverage).to.include({ enabled: true });
  });

  it("say what is wrong in words, with names in them that every object has, and where one is missing", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", "0", ""]) {
      for (const [key, setting] of Object.entries(SETTINGS)) {
        if (setting.type !== "structured") continue;
        const full = key.includes(":") ? key : `aws-panos-rules:${key}`;
        for (const value of [
          `{${JSON.stringify(name)}:1}`,
          `[{${JSON.stringify(name)}:1}]`,
          "[{}]",
          "[null]",
        ]) {
          try {
            read({ [full]: value });
          } catch (error) {
            if (!(error instanceof SettingsError)) throw error;
            expect(error.message, `${full}: ${value}`).not.to.match(/undefined|\[object|native code/);
          }
        }
      }
    }
  });

  it("give instances policies by their tags, which EC2's own API has to show", () => {
    const policies = '[{"tag":"Tier=db","profileGroup":"strict"},{"tag":"Tier","logSetting":"siem"}]';
    const region = { "aws:region": "eu-central-1" };
    const settings = read({ ...region, "aws-panos-rules:policies": policies });
    expect(settings.firewalls[0]?.mapping.policies).to.deep.equal(JSON.parse(policies));
    expect(settings.inventory.kind).to.equal("ec2");
  });

  for (const [value, problem] of [
    ["strict", "aws-panos-rules:policies is not a list of policies"],
    ['["Tier"]', "aws-panos-rules:policies[0] is not an object"],
    ['[{"tag":"","logSetting":"a"}]', 'aws-panos-rules:policies[0].tag "" is not a tag'],
    ['[{"tag":"a"}]', "aws-panos-rules:policies[0] names neither a profile group nor a log setting"],
    ['[{"tag":"a","profileGroup":5}]', "aws-panos-rules:policies[0].profileGroup 5 is not a profile's name"],
    ['[{"tag":"a","logSetting":"b","zone":"c"}]', "aws-panos-rules:policies[0].zone is not a setting"],
    [
      '[{"tag":"a","logSetting":"b"},{"tag":"a","logSetting":"c"}]',
      "aws-panos-rules:policies[1].tag a has a policy above already",
    ],
  ] as const) {
    it(`refuse aws-panos-rules:policies ${value}`, () => {
      expect(problemsOf({ "aws-panos-rules:policies": value })).to.deep.equal([problem]);
    });
  }

  it("isolate nobody unless told to, and then by the default tag", () => {
    const quarantineOf = (value?: string) =>
      read(value === undefined ? {} : { "aws-panos-rules:quarantine": value }).firewalls[0]?.mapping
        .quarantine;
    expect(quarantineOf()).to.equal(undefined);
    const tags = { SecurityStatus: ["IR"] };
    expect(quarantineOf("{}")).to.deep.equal({ tags, deny: false, responders: [] });
    const all = {
      tags: { state: ["bad", ""] },
      deny: true,
      only: true,
      before: "mgmt",
      responders: ["10.9.0.0/16"],
    };
    expect(quarantineOf(JSON.stringify(all))).to.deep.equal(all);
    const region = { "aws:region": "eu-central-1" };
    expect(read({ ...region, "aws-panos-rules:quarantine": "{}" }).inventory.kind).to.equal("ec2");
    const lookups = { "aws-panos-rules:inventory": "lookups", "aws-panos-rules:quarantine": "{}" };
    expect(problemsOf(lookups)).to.deep.equal([
      "aws-panos-rules:inventory is lookups, which don't see the instances' tags that quarantine needs",
    ]);
  });

  for (const [value, problem] of [
    ["deny", "aws-panos-rules:quarantine is not an object"],
    ['{"denies":true}', "aws-panos-rules:quarantine.denies is not a setting"],
    ['{"deny":"yes"}', "aws-panos-rules:quarantine.deny is neither true nor false"],
    ['{"tags":{}}', "aws-panos-rules:quarantine.tags is not an object of lists of values by the tag's key"],
    ['{"tags":{"a":"b"}}', 'aws-panos-rules:quarantine.tags["a"] is not a list of the tag\'s values'],
    ['{"tags":{"a":[]}}', 'aws-panos-rules:quarantine.tags["a"] is not a list of the tag\'s values'],
    ['{"before":"x"}', "aws-panos-rules:quarantine.before is about the rules that deny, and there are none"],
    ['{"deny":true,"before":"\'"}', "aws-panos-rules:quarantine.before \"'\" is not a rule's name"],
    [
      '{"deny":true,"before":"aws-sg-1-tcp-22"}',
      "aws-panos-rules:quarantine.before aws-sg-1-tcp-22 is a rule of this program, which may go",
    ],
    ['{"only":true}', "aws-panos-rules:quarantine.only is about the rules that deny, and there are none"],
    ['{"deny":true,"only":1}', "aws-panos-rules:quarantine.only is neither true nor false"],
    [
      '{"deny":true,"responders":["10.9.0.1/16"]}',
      'aws-panos-rules:quarantine.responders "10.9.0.1/16" is not a CIDR block as it has to be written',
    ],
    [
      '{"deny":true,"responders":["0.0.0.0/0"]}',
      'aws-panos-rules:quarantine.responders "0.0.0.0/0" is not a CIDR block as it has to be written',
    ],
  ] as const) {
    it(`refuse aws-panos-rules:quarantine ${value}`, () => {
      expect(problemsOf({ "aws-panos-rules:quarantine": value })).to.deep.equal([problem]);
    });
  }

  it("say which permissions become rules, and between which zones", () => {
    const said = read({
      "aws-panos-rules:directions": '["egress","ingress"]',
      "aws-panos-rules:references": "expand",
      "aws-panos-rules:destinationAddress": "public",
      "aws-panos-rules:applicationsByTag": '{"team=billing":{"tcp/9000":"in-house"}}',
      "aws-panos-rules:zones": '{"subnets":{"subnet-0a":"dmz"},"sources":{"10.0.0.0/8":"internal"}}',
    });
    expect(said.firewalls[0]?.mapping).to.deep.include({
      directions: ["ingress", "egress"],
      references: "expand",
      destinationAddress: "public",
      applicationsByTag: { "team=billing": { "tcp/9000": "in-house" } },
      zones: { subnets: { "subnet-0a": "dmz" }, sources: { "10.0.0.0/8": "internal" } },
    });
  });

  it("need no firewall targets where subnets or VPCs are named as protected", () => {
    const others = Object.fromEntries(
      Object.entries(good).filter(([key]) => key !== "aws-panos-rules:firewall"),
    );
    const places = {
      "aws-panos-rules:protectedVpcs": '["vpc-0a"]',
      "aws-panos-rules:protectedSubnets": '["subnet-0b"]',
    };
    const said = settingsFrom({ ...others, ...places }, (key) => SECRET.includes(key), "s", {});
    expect(said.targets).to.deep.equal({
      firewall: { instanceIds: [], networkInterfaceIds: [], vpcEndpointIds: [] },
      protectedSubnets: ["subnet-0b"],
      protectedVpcs: ["vpc-0a"],
    });
  });

  it("ask for the interfaces of stopped instances only where destinations are dynamic", () => {
    const { inventory, firewalls } = read({ "aws-panos-rules:destinations": "dynamic" });
    expect(inventory).to.include({ kind: "auto", withStopped: true });
    expect(firewalls[0]?.mapping.destinations).to.equal("dynamic");
    expect(read().firewalls[0]?.mapping.destinations).to.equal("addresses");
  });

  it("ask for the tags of stopped instances where destinations are dynamic and tags decide, whatever the source", () => {
    const dynamic = { "aws:region": "eu-central-1", "aws-panos-rules:destinations": "dynamic" };
    const zones = { "aws-panos-rules:zones": JSON.stringify({ tags: { "tier=web": "web" } }) };
    const ec2 = { "aws-panos-rules:inventory": "ec2" };
    const accounts = { "aws-panos-rules:accounts": '[{"regions":["eu-west-1"]}]' };
    for (const source of [{}, ec2, accounts]) {
      const { inventory } = read({ ...dynamic, ...zones, ...source });
      expect(inventory, JSON.stringify(source)).to.include({ withStopped: true });
    }
    for (const others of [
      { ...dynamic, ...ec2 },
      { ...dynamic, ...accounts },
      { "aws:region": "eu-central-1", ...zones, ...ec2 },
    ]) {
      expect(read(others).inventory, JSON.stringify(others)).to.not.have.property("withStopped");
    }
  });

  it("say whose interfaces rules lead to, and read them where they are no instance's", () => {
    const said = (value?: string) => read(value === undefined ? {} : { "aws-panos-rules:interfaces": value });
    const interfaces = (value?: string) => said(value).firewalls[0]?.mapping.interfaces;
    expect([interfaces(), interfaces("instances"), interfaces("[]")]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
    expect(interfaces("all")).to.equal("all");
    expect(interfaces('["rds","application_load_balancer"]')).to.deep.equal([
      "application_load_balancer",
      "rds",
    ]);
    expect(said("all").inventory).to.include({ kind: "auto", withoutInstance: true });
    expect(said().inventory).to.not.have.property("withoutInstance");
  });

  it("say which tag ends permissions, and how often rules have to be confirmed", () => {
    const mapping = (more: Record<string, string>) => read(more).firewalls[0]?.mapping;
    expect(mapping({})).to.not.have.any.keys("expiry", "recertify");
    const before = Date.now();
    const { expiry } = mapping({ "aws-panos-rules:expiryTag": "ends" }) ?? {};
    expect(expiry).to.include({ tag: "ends", noticeDays: 14 });
    expect(expiry?.now).to.be.within(before, Date.now());
    const notice = { "aws-panos-rules:expiryTag": "ends", "aws-panos-rules:expiryNotice": "0" };
    expect(mapping(notice)?.expiry?.noticeDays).to.equal(0);
    expect(mapping({ "aws-panos-rules:recertify": '{"days":180}' })?.recertify).to.deep.equal({
      ...{ days: 180, tag: "firewall-confirmed" },
    });
  });

  it("read ways beyond VPCs unless they are told, by whichever source", () => {
    const said = (settings: Record<string, string>) => {
      const { inventory, firewalls } = read({ "aws:region": "eu-central-1", ...settings });
      return [firewalls[0]?.mapping.ways, "withoutWays" in inventory && inventory.withoutWays];
    };
    const told = { "aws-panos-rules:ways": "told" };
    const accounts = '[{"regions":["eu-west-1"]}]';
    expect(said({})).to.deep.equal([undefined, false]);
    for (const more of [
      {},
      { "aws-panos-rules:inventory": "ec2" },
      { "aws-panos-rules:accounts": accounts },
      { "aws-panos-rules:directions": '["egress"]' },
    ]) {
      expect(said({ ...told, ...more }), JSON.stringify(more)).to.deep.equal(["told", true]);
    }
  });

  it("makes address groups of prefix lists with more than 50 entries, of others, or of none", () => {
    const above = (value?: string) =>
      read(value === undefined ? {} : { "aws-panos-rules:prefixListGroups": value }).firewalls[0]?.mapping
        .prefixListGroups;
    expect([above(), above("0"), above("never")]).to.deep.equal([50, 0, undefined]);
  });

  it("ask EC2's own API for what the data sources don't show: instances' tags, what protectedVpcs name", () => {
    const region = { "aws:region": "eu-central-1" };
    const exclude = JSON.stringify({ exclude: { instances: ["public=no"] } });
    const zones = JSON.stringify({ tags: { "tier=web": "web" } });
    const zoned = "every interface and its tags, whose zones count as zones say";
    expect(read(region).inventory.kind).to.equal("auto");
    expect(read({ ...region, "aws-panos-rules:guardrails": exclude }).inventory.kind).to.equal("ec2");
    expect(read({ ...region, "aws-panos-rules:zones": zones }).inventory.kind).to.equal("ec2");
    const lookups = { ...region, "aws-panos-rules:inventory": "lookups", "aws-panos-rules:zones": zones };
    expect(read(lookups).inventory).to.include({
      ...{ kind: "ec2", because: `data sources don't tell ${zoned}` },
    });
    const blocked = { ...lookups, "aws:httpProxy": "http://proxy" };
    expect(read(blocked).inventory).to.deep.include({
      kind: "lookups",
      unseen: [zoned],
    });
    for (const [key, value] of [
      ["references", "expand"],
      ["directions", '["egress"]'],
      ["destinationAddress", "public"],
      ["policies", '[{"tag":"a","logSetting":"b"}]'],
    ] as const) {
      expect(read({ ...region, [`aws-panos-rules:${key}`]: value }).inventory.kind, key).to.equal("ec2");
    }
    for (const named of ['{"subnets":{"subnet-0a":"dmz"}}', '{"sources":{"10.0.0.0/8":"inner"}}']) {
      expect(read({ ...region, "aws-panos-rules:zones": named }).inventory.kind).to.equal("ec2");
    }
    const subnets = {
      "aws:httpProxy": "http://proxy",
      "aws-panos-rules:zones": '{"subnets":{"subnet-0a":"dmz"}}',
    };
    expect(read(subnets).inventory).to.include({ kind: "auto", withSubnets: true });
    expect(read({ "aws-panos-rules:zones": '{"tags":{}}' }).inventory.kind).to.equal("auto");
    const behind = { "aws-panos-rules:protectedVpcs": '["vpc-0a1b2c3d"]' };
    expect(read({ ...region, ...behind }).inventory.kind).to.equal("ec2");
    expect(problemsOf({ ...lookups, ...behind })).to.deep.equal([
      "aws-panos-rules:inventory is lookups, which don't see what protectedSubnets and protectedVpcs name",
    ]);
  });

  it("refuse tags that nobody will see: AWS's own, and what aws:ignoreTags hides from data sources", () => {
    const ignored = { "aws:ignoreTags": '{"keys":["team"],"keyPrefixes":["fw:"]}' };
    const settings: [string, (tag: string) => string][] = [
      ["guardrails.approvalTag", (tag) => JSON.stringify({ approvalTag: `${tag}=yes` })],
      ["guardrails.exclude.vpcs", (tag) => JSON.stringify({ exclude: { vpcs: [tag] } })],
      ["guardrails.exclude.instances", (tag) => JSON.stringify({ exclude: { instances: [tag] } })],
      ["zones.tags", (tag) => JSON.stringify({ tags: { [`${tag}=a`]: "dmz" } })],
      ["policies", (tag) => JSON.stringify([{ tag, logSetting: "b" }])],
      ["applicationsByTag", (tag) => JSON.stringify({ [tag]: { "tcp/9000": "in-house" } })],
      ["quarantine.tags", (tag) => JSON.stringify({ tags: { [tag]: ["IR"] } })],
    ];
    for (const [setting, value] of settings) {
      const with_ = (tag: string, more: Record<string, string> = {}) =>
        problemsOf({ [`aws-panos-rules:${setting.split(".")[0]}`]: value(tag), ...more }).join("\n");
      expect(with_("aws:createdBy"), setting).to.include(`${setting} names aws:createdBy`);
      expect(with_("AWS:x"), setting).to.include("one of AWS's own tags, which are not read");
      expect(with_("team", ignored), setting)
        .to.include(`${setting} names team`)
        .and.include("aws:ignoreTags");
      expect(with_("fw:zone", ignored), setting).to.include(`${setting} names fw:zone`);
      expect(with_("other", ignored), setting).to.equal("");
      const ec2 = { "aws-panos-rules:inventory": "ec2", "aws:region": "eu-central-1" };
      expect(with_("team", { ...ignored, ...ec2 }), setting).to.equal("");
    }
    const environment = { TF_AWS_IGNORE_TAGS_KEYS: "a,team" };
    const approval = { "aws-panos-rules:guardrails": '{"approvalTag":"team"}' };
    expect(problemsOf(approval, SECRET, environment).join()).to.include("hides from the data sources");
  });

  it("take EC2's own API where Pulumi may not use the AWS provider by itself", () => {
    for (const list of ['["aws"]', '["*"]']) {
      const off = { "aws:region": "eu-central-1", "pulumi:disable-default-providers": list };
      expect(read(off).inventory.kind).to.equal("ec2");
      const problem = "pulumi:disable-default-providers rules out the AWS provider";
      expect(problemsOf({ ...off, "aws-panos-rules:inventory": "lookups" }).join()).to.include(problem);
      expect(problemsOf({ ...off, "aws:httpProxy": "http://proxy" }).join())
        .to.include(problem)
        .and.include("aws:httpProxy");
    }
    expect(read({ "pulumi:disable-default-providers": '["random"]' }).inventory.kind).to.equal("auto");
  });

  it("report everything that is missing at once, with an example each", () => {
    expect(() => settingsFrom({}, () => true, "s", {}))
      .to.throw(SettingsError)
      .with.property("message")
      .that.includes("panos:hostname (or PANOS_HOSTNAME) is missing. Example: fw1.example.com")
      .and.includes("aws-panos-rules:firewall is missing")
      .and.includes("aws-panos-rules:ownerId is missing")
      .and.includes("aws-panos-rules:cleanupRule is missing");
  });

  it("refuse a key or a password in plain text, without repeating it", () => {
    const problems = problemsOf({ "panos:password": "hunter2hunter2" }, []);
    expect(problems).to.include("panos:apiKey is in the stack file in plain text");
    expect(problems.join()).not.to.contain("hunter2").and.not.to.contain("LUFRPT1");
  });

  it("name a misspelled setting and how it is spelled", () => {
    expect(problemsOf({ "aws-panos-rules:CleanupRule": "x" })).to.deep.equal([
      "aws-panos-rules:CleanupRule is not a setting; it is spelled cleanupRule",
    ]);
  });

  it("refuse an audit comment that PAN-OS wouldn't take", () => {
    for (const comment of ["x".repeat(257), "one\ntwo"]) {
      expect(problemsOf({ "panos:auditComment": comment }).join()).to.contain("more than 256 characters, or");
    }
    expect(problemsOf({ "panos:auditComment": "https://git.example.com/pull/42" })).to.deep.equal([]);
  });

  it("refuse to take over the rule that isolation's denials stand above", () => {
    const quarantine = '{"deny":true,"before":"old-web"}';
    expect(
      problemsOf({ "aws-panos-rules:adopt": '["old-web"]', "aws-panos-rules:quarantine": quarantine }).join(),
    ).to.include('aws-panos-rules:adopt has "old-web", the rule that quarantine.before names');
  });

  for (const [key, value, problem] of [
    ["aws-panos-rules:ownerId", "Not An Id", "is not a valid value"],
    ["aws-panos-rules:ownerId", "hold", 'can\'t be "hold"'],
    ["aws-panos-rules:firewall", "eni-1", "is not an object of lists of ids"],
    ["aws-panos-rules:firewall", "{}", "names no id"],
    ["aws-panos-rules:firewall", '{"instanceIds":["eni-1"]}', "is not such an id"],
    ["aws-panos-rules:firewall", '{"instances":["i-1"]}', "did you mean instanceIds?"],
    ["aws-panos-rules:inventory", "guess", "is none of auto, lookups, ec2, snapshot"],
    ["aws-panos-rules:inventory", "snapshot", "is missing, although inventory is snapshot"],
    ["aws-panos-rules:ruleMode", "both", "is none of application, service"],
    ["aws-panos-rules:destinations", "groups", "is none of addresses, dynamic"],
    ["aws-panos-rules:skipAlreadyAllowed", "yes", "is neither true nor false"],
    ["aws-panos-rules:adopt", "allow-web", "is not a list of rules' names"],
    ["aws-panos-rules:adopt", '["allow-web", "\'"]', "is not a rule's name"],
    ["aws-panos-rules:sessions", "end", "is none of leave, clear"],
    ["aws-panos-rules:maxRemovals", "-1", "is not a whole number"],
    ["aws-panos-rules:applications", '{"tcp/99999":"ssl"}', "is not a protocol and a port"],
    ["aws-panos-rules:applications", '{"tcp/0443":"ssl"}', "has zeros before its port: write tcp/443"],
    ["aws-panos-rules:applications", '{"tcp/443-443":"ssl"}', "is not a protocol and a port"],
    ["aws-panos-rules:applications", '{"TCP/443":"ssl"}', "is not a protocol and a port"],
    ["aws-panos-rules:applications", '{"tcp/443 ":"ssl"}', "is not a protocol and a port"],
    [
      "aws-panos-rules:applicationsByTag",
      '{"team":{"udp/00":"ssl"}}',
      "has zeros before its port: write udp/0",
    ],
    ["aws-panos-rules:applications", '{"tcp/80":5}', "is not an application's name or null"],
    ["aws-panos-rules:untrustZone", "'] | //*", "is not a valid value"],
    ["aws-panos-rules:applicationsByTag", '["team"]', "is not an object of overrides by tag"],
    [
      "aws-panos-rules:applicationsByTag",
      '{"team":{"tcp/x":"ssl"}}',
      'applicationsByTag["team"]["tcp/x"] is not a',
    ],
    ["aws-panos-rules:directions", '"egress"', "is not a list of directions"],
    ["aws-panos-rules:directions", '["out"]', 'has "out", which is neither ingress nor egress'],
    ["aws-panos-rules:expiryTag", "ends=2026", "is not a valid value"],
    ["aws-panos-rules:expiryTag", "aws:ends", "one of AWS's own tags"],
    ["aws-panos-rules:recertify", "180", "is not an object of days and tag"],
    ["aws-panos-rules:recertify", '{"days":0}', "recertify.days 0 is not a whole number from 1"],
    ["aws-panos-rules:recertify", '{"day":9}', "recertify.day is not a setting: did you mean days?"],
    ["aws-panos-rules:recertify", '{"days":9,"tag":"a\'b"}', "is not a tag's key"],
    ["aws-panos-rules:interfaces", "any", '"any" is neither instances, nor all, nor a list of kinds'],
    ["aws-panos-rules:interfaces", '["rsd"]', 'has "rsd", which is no kind of interface: did you mean rds?'],
    ["aws-panos-rules:interfaces", '["nat_gateway"]', "nat_gateway, which carries no security group"],
    ["aws-panos-rules:interfaces", '["all"]', "has all in a list"],
    ["aws-panos-rules:interfaces", "[5]", "has 5, which is no kind of interface"],
    ["aws-panos-rules:references", "yes", "is none of skip, expand"],
    ["aws-panos-rules:destinationAddress", "both", "is none of private, public"],
    ["aws-panos-rules:prefixListGroups", "-1", 'prefixListGroups "-1" is not a valid value'],
    ["aws-panos-rules:prefixListGroups", "always", "is not a valid value"],
    ["aws-panos-rules:protectedSubnets", "subnet-0a", "is not a list"],
    ["aws-panos-rules:protectedSubnets", '["vpc-0a"]', '"vpc-0a" is not such an id'],
    ["aws-panos-rules:protectedVpcs", '["subnet-0a"]', '"subnet-0a" is not such an id'],
    ["aws-panos-rules:zones", '["dmz"]', "is not an object of subnets, vpcs, tags and sources"],
    ["aws-panos-rules:zones", '{"subnet":{}}', "zones.subnet is not a setting: did you mean subnets?"],
    ["aws-panos-rules:zones", '{"vpcs":"dmz"}', "zones.vpcs is not an object of zones by a VPC's id"],
    ["aws-panos-rules:zones", '{"vpcs":{"subnet-0a":"dmz"}}', 'zones.vpcs["subnet-0a"] is not a VPC'],
    [
      "aws-panos-rules:zones",
      '{"sources":{"10.0.0.1/8":"dmz"}}',
      'zones.sources["10.0.0.1/8"] is not a CIDR',
    ],
    ["aws-panos-rules:zones", '{"tags":{"tier=web":"<dmz>"}}', "is not a zone's name"],
    ["panos:port", "x", "is not a port number"],
    ["aws-panos-rules:guardrails", "strict", "is not an object"],
    [
      "aws-panos-rules:guardrails",
      '{"neverOpened":[]}',
      "guardrails.neverOpened is not a setting: did you mean neverOpen?",
    ],
    ["aws-panos-rules:guardrails", '{"neverOpen":["ssh"]}', 'neverOpen "ssh" is not a protocol with ports'],
    ["aws-panos-rules:guardrails", '{"neverOpen":["tcp/9-1"]}', 'neverOpen "tcp/9-1" is not a protocol'],
    ["aws-panos-rules:guardrails", '{"neverOpen":"tcp/22"}', "neverOpen is not a list"],
    ["aws-panos-rules:guardrails", '{"widestSource":{"tcp/22":24}}', "is not one prefix length for IPv4 and"],
    ["aws-panos-rules:guardrails", '{"widestSource":{"tcp/22":{"IPv4":33,"IPv6":1}}}', "is not one prefix"],
    ["aws-panos-rules:guardrails", '{"exclude":{"subnets":[]}}', "exclude.subnets is not a setting"],
    ["aws-panos-rules:guardrails", '{"exclude":{"vpcs":[5]}}', "exclude.vpcs 5 is not a tag"],
    ["aws-panos-rules:guardrails", '{"approvalTag":true}', "approvalTag true is not a tag"],
    ["aws-panos-rules:guardrails", '{"maxRules":-1}', "maxRules -1 is not a whole number"],
    ["aws-panos-rules:guardrails", '{"enforce":"yes"}', "enforce is neither true nor false"],
    ["aws-panos-rules:paused", "maybe", "is neither true nor false"],
    ["aws-panos-rules:freeze", "weekends", "is not a list of windows"],
    ["aws-panos-rules:freeze", '[{"days":["saturday"]}]', 'freeze[0].days ["saturday"] is not a list of sun'],
    ["aws-panos-rules:freeze", '[{"from":"25:00"}]', 'freeze[0].from "25:00" is not a time'],
    ["aws-panos-rules:freeze", '[{"timeZone":"Mars"}]', 'freeze[0].timeZone "Mars" is not a time zone'],
    ["aws-panos-rules:freeze", '[{"until":"10:00"}]', "freeze[0].until is not a setting"],
  ] as const) {
    it(`refuse ${key} ${value}`, () => {
      expect(problemsOf({ [key]: value }).join()).to.contain(problem);
    });
  }

  describe("of the AWS provider, where EC2's own API is asked", () => {
    const ec2 = (change: Record<string, string>) => ({ "aws-panos-rules:inventory": "ec2", ...change });

    it("say where and as whom", () => {
      const change = {
        "aws:region": "eu-central-1",
        "aws:profile": "prod",
        "aws:assumeRoles": '[{"roleArn":"arn:aws:iam::123456789012:role/reader","externalId":"x"}]',
        "aws:endpoints": '[{"ec2":"http://127.0.0.1:5000","s3":"http://127.0.0.1:6000"}]',
        "aws:maxRetries": "4",
        "aws:allowedAccountIds": '["123456789012"]',
        "aws:defaultTags": "{}",
      };
      expect(read(ec2(change)).inventory).to.deep.equal({
        kind: "ec2",
        access: {
          region: "eu-central-1",
          profile: "prod",
          assumeRoles: [{ roleArn: "arn:aws:iam::123456789012:role/reader", externalId: "x" }],
          endpoints: { ec2: "http://127.0.0.1:5000" },
          maxAttempts: 5,
          allowedAccountIds: ["123456789012"],
        },
      });
    });

    for (const [key, value, problem] of [
      ["aws:httpProxy", "http://proxy", "is honoured by the data sources only"],
      ["aws:region", "Frankfurt", "is not a valid value"],
      [
        "aws:assumeRoles",
        '[{"roleArn":"reader"}]',
        'aws:assumeRoles[0].roleArn "reader" is not the ARN of a role',
      ],
      ["aws:assumeRoleWithWebIdentity", "{}", "is not a role's ARN and a token"],
      ["aws:sharedConfigFiles", '["a","b"]', "is not a list with one file"],
      ["aws:assumeRoles", '{"roleArn":"arn:aws:iam::123456789012:role/reader"}', "is not a list of roles"],
      ["aws:endpoints", '{"ec2":"http://127.0.0.1:5000"}', "is not a list of addresses by service"],
      ...[
        "ec2.example.com",
        "127.0.0.1:5000",
        "localhost:5000",
        "ftp://ec2.example.com",
        "http://",
        "x y",
      ].map(
        (address) =>
          [
            "aws:endpoints",
            JSON.stringify([{ ec2: address }]),
            "has an address of ec2 that is none",
          ] as const,
      ),
      ["aws:allowedAccountIds", "123456789012", "is not a list of account ids"],
      ["aws:accessKey", "AKIA", "aws:secretKey is missing beside its other half"],
      ["aws:ec2MetadataServiceEndpointMode", "IPv6", "is honoured by the data sources only"],
    ] as const) {
      it(`refuse ${key} ${value}, and leave it to the data sources otherwise`, () => {
        expect(problemsOf(ec2({ [key]: value })).join()).to.contain(problem);
        expect(problemsOf({ "aws-panos-rules:inventory": "lookups", [key]: value })).to.deep.equal([]);
        const { access } = read({ [key]: value }).inventory as { access: { obstacle: string } };
        expect(access.obstacle).to.contain(problem);
      });
    }
  });

  for (const [key, problem] of [
    ["aws:regoin", "is not a setting"],
    ["aws:AllowedAccountIds", "is spelled allowedAccountIds"],
    ["aws:assumeRole", "is no setting of the AWS provider's version 7, which has a list: assumeRoles"],
  ] as const) {
    it(`refuse ${key}, which stops the AWS provider, whoever is asked`, () => {
      for (const source of ["auto", "lookups", "ec2"]) {
        const change = { "aws-panos-rules:inventory": source, [key]: "[]" };
        expect(problemsOf(change).join(), source).to.include(`${key} `).and.include(problem);
      }
      const snapshot = { "aws-panos-rules:inventory": "snapshot", "aws-panos-rules:snapshot": "a.json" };
      expect(problemsOf({ ...snapshot, [key]: "[]" })).to.deep.equal([]);
    });
  }

  it("know every setting of the AWS provider", async () => {
    const file = require.resolve("@pulumi/aws/config/vars.js", { paths: ["trigger"] });
    const names = [...(await readFile(file, "utf8")).matchAll(/__config\.get(?:Object)?\("(\w+)"\)/g)];
    expect(names.length).to.be.greaterThan(30);
    expect([...AWS_KEYS].sort()).to.deep.equal(names.map(([, name]) => name).sort());
  });

  describe("of several accounts", () => {
    const ROLE = "arn:aws:iam::222222222222:role/reader";
    const several = (...entries: unknown[]) => ({
      "aws:region": "eu-central-1",
      "aws:profile": "hub",
      "aws-panos-rules:accounts": JSON.stringify(entries),
    });

    it("are one reading for each region, from the stack's own credentials", () => {
      const { inventory } = read(
        several({}, { role: ROLE, externalId: "x", regions: ["eu-west-1", "us-east-1"] }),
      );
      const home = { profile: "hub", homeRegion: "eu-central-1" };
      const assumeRoles = [{ roleArn: ROLE, externalId: "x" }];
      expect(inventory).to.deep.equal({
        kind: "accounts",
        onUnreadable: "stop",
        accounts: [
          { region: "eu-central-1", access: { ...home, region: "eu-central-1" } },
          ...["eu-west-1", "us-east-1"].map((region) => ({
            accountId: "222222222222",
            region,
            access: { ...home, region, assumeRoles },
          })),
        ],
      });
      const kept = { ...several({}), "aws-panos-rules:onUnreadable": "keep" };
      expect(read(kept).inventory).to.include({ onUnreadable: "keep" });
    });

    for (const [entries, problem] of [
      [[], "accounts is not a list of accounts, or an empty one"],
      [["222222222222"], "accounts[0] is not an object"],
      [[{ role: "reader" }], 'accounts[0].role "reader" is not the ARN of a role'],
      [[{ role: ROLE, regions: [] }], "accounts[0].regions is not a list of regions"],
      [[{ role: ROLE, regions: ["Frankfurt"] }], "accounts[0].regions is not a list of regions"],
      [[{ roles: ROLE }], "accounts[0].roles is not a setting"],
      [[{ role: ROLE }, { role: ROLE }], "accounts names account 222222222222 in eu-central-1 twice"],
    ] as const) {
      it(`refuse ${JSON.stringify(entries)}`, () => {
        expect(problemsOf(several(...entries)).join("\n")).to.contain(problem);
      });
    }

    it("are not read by data sources, which know one account", () => {
      const change = { ...several({}), "aws-panos-rules:inventory": "lookups" };
      expect(problemsOf(change).join()).to.contain("can't be read with inventory: lookups");
    });
  });

  describe("of several firewalls", () => {
    const several = (...entries: object[]) => ({ "aws-panos-rules:firewalls": JSON.stringify(entries) });
    const [a, b] = [
      { name: "edge-a", hostname: "fw-a.example.com" },
      { name: "edge-b", hostname: "fw-b.example.com", trustZone: "inside", port: 8443, apiKey: "own" },
    ];

    it("are what each says over what they have in common", () => {
      const { firewalls, listed } = read(several(a, b));
      expect(listed).to.equal(true);
      expect(firewalls.map(({ declared }) => [declared.name, declared.hostname])).to.deep.equal([
        ["edge-a", "fw-a.example.com"],
        ["edge-b", "fw-b.example.com"],
      ]);
      expect(firewalls.map(({ mapping }) => mapping.trustZone)).to.deep.equal(["trust", "inside"]);
      expect(firewalls.map(({ connection }) => [connection.port, connection.apiKey])).to.deep.equal([
        [443, "LUFRPT1=="],
        [8443, "own"],
      ]);
    });

    it("leave out one that is to be removed", () => {
      const { firewalls } = read(several(a, { ...b, remove: true }));
      expect(firewalls.map(({ declared }) => declared.name)).to.deep.equal(["edge-a"]);
    });

    it("refuse a variable of the environment that would be for all of them, and take it for one", () => {
      const environment = { PANOS_HOSTNAME: "fw9.example.com" };
      expect(problemsOf(several(a, b), SECRET, environment)).to.deep.equal([
        "aws-panos-rules:firewalls lists 2 firewalls, but PANOS_HOSTNAME is set, which would be for all of them",
      ]);
      const { firewalls } = read(several(a), SECRET, environment);
      expect(firewalls[0]?.connection.hostname).to.equal("fw9.example.com");
    });

    for (const [entries, problem] of [
      [[], "firewalls is not a list of firewalls, or an empty one"],
      [["fw-a"], "firewalls[0] is not an object"],
      [[{ hostname: "fw" }], "firewalls[0].name is missing"],
      [[a, { ...b, name: "edge-a" }], 'has the name "edge-a" twice'],
      [[a, { ...a, name: "edge-b", vsys: "vsys2" }], "has the hostname"],
      [[a, { ...b, trustzone: "x" }], "firewalls[1].trustzone is not a setting; it is spelled trustZone"],
      [[a, { ...b, port: "x" }], 'firewalls[1].port "x" is not a port number'],
      [[a, { ...b, trustZone: "'" }], "firewalls[1].trustZone"],
      [[a, { ...b, remove: "yes" }], "firewalls[1].remove is neither true nor false"],
    ] as const) {
      it(`refuse ${JSON.stringify(entries)}`, () => {
        const change = { "aws-panos-rules:firewalls": JSON.stringify(entries) };
        expect(problemsOf(change).join("\n")).to.contain(problem);
      });
    }

    it("refuse a key in plain text, without repeating it", () => {
      const problems = problemsOf(several(a, b), ["panos:apiKey"]);
      expect(problems).to.deep.equal([
        "aws-panos-rules:firewalls[1].apiKey is in the stack file in plain text",
      ]);
    });
  });
});
