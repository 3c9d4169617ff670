import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { expect } from "chai";
import { offlineSettings } from "../../settings/offline";
import { openStackFile } from "../../settings/stack-file";

const RIGHT = `config:
  panos:hostname: fw1.example.com
  aws-panos-rules:ownerId: k3v9x2ab
  aws-panos-rules:firewall:
    instanceIds: [i-0a]
  aws-panos-rules:cleanupRule: cleanup-deny
  aws-panos-rules:untrustZone: untrust
  aws-panos-rules:trustZone: trust
`;

describe("a stack's file", () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "stack-file-"))));
  afterEach(() => rm(folder, { recursive: true }));

  /** Why the settings in a file can't be used. */
  async function refusal(content: string, stack = "prod"): Promise<string> {
    await writeFile(join(folder, "Pulumi.prod.yaml"), content);
    return offlineSettings(folder, stack, {}).then(
      () => "",
      (error: Error) => error.message,
    );
  }

  it("that isn't there is a stack that doesn't exist, with those that do", async () => {
    expect(await refusal(RIGHT)).to.equal("");
    expect(await refusal(RIGHT, "prd")).to.equal(
      "there is no stack prd (Pulumi.prd.yaml) here: did you mean prod? npm run init makes a new one",
    );
    await writeFile(join(folder, "Pulumi.dev.yaml"), "");
    expect(await refusal(RIGHT, "organization/project/elsewhere")).to.include(
      "(Pulumi.elsewhere.yaml) here; there are dev, prod. npm run init",
    );
  });

  it("has paths as the program sees them, which is where Pulumi.yaml says", async () => {
    const paths = [
      `${RIGHT.replace("  panos:hostname: fw1.example.com\n", "")}  panos:caFile: ../ca.pem`,
      "  aws-panos-rules:guard: { policy: ../guard.yaml, approvals: arn:aws:dynamodb:eu-west-1:123456789012:table/a }",
      "  aws-panos-rules:firewalls: [{ name: a, hostname: fw1, caFile: /etc/ca.pem }, { name: b, hostname: fw2 }]",
      "  aws-panos-rules:inventory: snapshot",
      "  aws-panos-rules:snapshot: account.json",
    ];
    await writeFile(join(folder, "Pulumi.prod.yaml"), paths.join("\n"));
    const seen = async () => {
      const { values } = await openStackFile(folder, "prod");
      return [
        values["panos:caFile"],
        values["aws-panos-rules:snapshot"],
        (JSON.parse(values["aws-panos-rules:guard"]!) as { policy: string }).policy,
        (JSON.parse(values["aws-panos-rules:firewalls"]!) as { caFile?: string }[]).map(
          (each) => each.caFile,
        ),
      ];
    };
    const asWritten = ["../ca.pem", "account.json", "../guard.yaml", ["/etc/ca.pem", undefined]];
    expect(await seen()).to.deep.equal(asWritten);
    await writeFile(join(folder, "Pulumi.yaml"), "name: p\nruntime: nodejs\n");
    expect(await seen()).to.deep.equal(asWritten);
    for (const main of ["rules/index.ts", "rules", "rules/"]) {
      await writeFile(join(folder, "Pulumi.yaml"), `name: p\nruntime: nodejs\nmain: ${main}\n`);
      const absolute = [relative(folder, "/etc/ca.pem"), undefined];
      const fromFolder = ["ca.pem", "rules/account.json", "guard.yaml", absolute];
      expect(await seen(), main).to.deep.equal(fromFolder);
    }
  });

  it("that is no YAML says where", async () => {
    expect(await refusal(`${RIGHT}  panos:port: [1\n`)).to.match(/^Pulumi\.prod\.yaml:10:1: /);
    expect(await refusal(`${RIGHT}  panos:hostname: fw2\n`)).to.match(/^Pulumi\.prod\.yaml:9:3: Map keys/);
  });

  for (const [line, problem] of [
    [
      "  aws-panos-rules:rulemode: service",
      ":9:3: aws-panos-rules:rulemode is not a setting; it is spelled ruleMode",
    ],
    ["  panos:hostnme: x", ":9:3: panos:hostnme is not a setting: did you mean hostname?"],
    [
      "  aws-panos-rule:ruleMode: x",
      ":9:3: aws-panos-rule:ruleMode is in no namespace of ours: did you mean aws-panos-rules:ruleMode?",
    ],
    ["  pano:port: '80'", ":9:3: pano:port is in no namespace of ours: did you mean panos:port?"],
    ["  ruleMod: service", ":9:3: aws-panos-rules:ruleMod is not a setting: did you mean ruleMode?"],
    [
      "  aws-panos-rules:guardrails:\n    enforced: true",
      ":10:5: aws-panos-rules:guardrails.enforced is not a setting: did you mean enforce?",
    ],
    [
      "  aws-panos-rules:guardrails:\n    exclude: { vpc: [a] }",
      "guardrails.exclude.vpc is not a setting: did you mean vpcs?",
    ],
    [
      "  aws-panos-rules:zones:\n    vpc: {}",
      ":10:5: aws-panos-rules:zones.vpc is not a setting: did you mean vpcs?",
    ],
    [
      "  aws-panos-rules:freeze:\n    - day: sat",
      ":10:7: aws-panos-rules:freeze[0].day is not a setting: did you mean days?",
    ],
    [
      "  aws-panos-rules:quarantine: { tag: {} }",
      ":9:33: aws-panos-rules:quarantine.tag is not a setting: did you mean tags?",
    ],
    [
      "  aws-panos-rules:maxRemovals: { limits: 1 }",
      "maxRemovals.limits is not a setting: did you mean limit?",
    ],
    ["  aws-panos-rules:policies: [{ tags: a }]", "policies[0].tags is not a setting: did you mean tag?"],
    [
      "  aws-panos-rules:accounts: [{ region: [] }]",
      "accounts[0].region is not a setting: did you mean regions?",
    ],
    ["  aws-panos-rules:guard: { polic: x }", "guard.polic is not a setting: did you mean policy?"],
    [
      "  aws-panos-rules:firewalls:\n    - name: a\n      hostnam: fw",
      ":11:7: aws-panos-rules:firewalls[0].hostnam is not a setting: did you mean hostname?",
    ],
    [
      "  aws-panos-rules:firewalls:\n    - name: a\n      zones: { subnet: {} }",
      ":11:16: aws-panos-rules:firewalls[0].zones.subnet is not a setting: did you mean subnets?",
    ],
    ["  aws:regoin: eu-central-1", ":9:3: aws:regoin is not a setting: did you mean region?"],
  ] as const) {
    it(`names what may have been meant: ${line.trim()}`, async () => {
      expect(await refusal(`${RIGHT}${line}\n`)).to.include(problem);
    });
  }

  it("may have settings of other providers", async () => {
    expect(
      await refusal(`${RIGHT}  aws:profile: prod\n  kubernetes:context: x\n  pulumi:tags: {}\n`),
    ).to.equal("");
  });
});
