import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { expect } from "chai";
import { parse } from "yaml";
import { schemaLine } from "../../commands/init/schema-line";
import { stackFile } from "../../commands/init/stack-file";
import { generated, stackSchema } from "../../docs/settings";
import { SETTINGS } from "../../settings/table";
import type { Setting } from "../../settings/table/setting";
import { PROJECT_DIR } from "../support/lab";
import { codeBlocks, documentation } from "./support/pages";

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
const check = ajv.compile(stackSchema());

/** What the schema says against a stack file; "" where nothing. */
function faultsOf(document: unknown): string {
  return check(document) ? "" : ajv.errorsText(check.errors);
}

const configured = (config: Record<string, unknown>) => faultsOf({ config });

describe("the table of settings", () => {
  for (const [name, text] of Object.entries(generated())) {
    it(`is what docs/${name} says (npm run docs writes it)`, () => {
      expect(readFileSync(join(PROJECT_DIR, "docs", name), "utf8")).to.equal(text);
    });
  }

  for (const [key, setting] of Object.entries<Setting>(SETTINGS)) {
    if (setting.type !== "structured") continue;
    it(`gives an example of ${key} that the schema takes`, () => {
      const full = key.includes(":") ? key : `aws-panos-rules:${key}`;
      expect(configured({ [full]: JSON.parse(setting.example) as unknown })).to.equal("");
    });
  }
});

describe("the schema of stack files", () => {
  it("takes the demo's", () => {
    expect(faultsOf(parse(readFileSync(join(PROJECT_DIR, "Pulumi.dev.yaml"), "utf8")))).to.equal("");
  });

  it("takes what init writes, which leads editors to it, also with its comments uncommented", async () => {
    const values = {
      "aws:region": "eu-central-1",
      "panos:hostname": "fw1.example.com",
      "panos:vsys": "vsys1",
      "aws-panos-rules:firewall": "i-0123456789abcdef0 vpce-0123456789abcdef0",
      "aws-panos-rules:cleanupRule": "cleanup-deny",
      "aws-panos-rules:untrustZone": "untrust",
      "aws-panos-rules:trustZone": "trust",
    };
    const text = stackFile(values, "k3v9x2ab", await schemaLine(PROJECT_DIR));
    const uncommented = text.replace(/^ {2}# (( {2})?(panos|aws-panos-rules|tcp)[:/][^ ]+:.*)$/gm, "  $1");
    expect(text.split("\n")[0]).to.equal("# yaml-language-server: $schema=docs/stack.schema.json");
    expect(faultsOf(parse(text))).to.equal("");
    expect(uncommented).not.to.equal(text);
    expect(faultsOf(parse(uncommented))).to.equal("");
  });

  const examples = documentation().flatMap((page) =>
    codeBlocks(page)
      .filter(({ language, code }) => language === "yaml" && code.includes("aws-panos-rules:"))
      .map(({ code }) => ({ page: page.path, code })),
  );
  for (const { page, code } of examples) {
    it(`takes what ${page} has for one: ${code.trim().split("\n")[0]}`, () => {
      const document = parse(code) as { config?: object };
      expect(faultsOf("config" in document ? document : { config: document })).to.equal("");
    });
  }

  it("takes encrypted values, and other packages' settings", () => {
    const secure = { secure: "v1:abc:def" };
    const firewalls = [{ name: "edge-a", hostname: "fw-a", apiKey: secure, trustZone: "inside" }];
    const others = { "aws:region": "eu-central-1", "pulumi:disable-default-providers": ["aws"] };
    expect(
      configured({ "panos:apiKey": secure, "aws-panos-rules:firewalls": firewalls, ...others }),
    ).to.equal("");
  });

  for (const [key, value] of [
    ["panos:hostnam", "fw1"],
    ["panos:hostname", "fw1/path"],
    ["panos:port", 0],
    ["panos:takeLock", "yes"],
    ["panos:commitTimeout", "-1"],
    ["aws-panos-rules:CleanupRule", "x"],
    ["aws-panos-rules:inventory", "guess"],
    ["aws-panos-rules:ownerId", "Not An Id"],
    ["aws-panos-rules:firewall", { instanceIds: ["eni-1"] }],
    ["aws-panos-rules:firewall", { instances: ["i-1"] }],
    ["aws-panos-rules:zones", { vpcs: { "subnet-0a": "dmz" } }],
    ["aws-panos-rules:guardrails", { neverOpen: ["ssh"] }],
    ["aws-panos-rules:guardrails", { widestSource: { "tcp/22": { IPv4: 33, IPv6: 1 } } }],
    ["aws-panos-rules:guard", { policy: "guard.yaml" }],
    ["aws-panos-rules:freeze", [{ from: "25:00" }]],
    ["aws-panos-rules:maxRemovals", { limit: -1 }],
    ["aws-panos-rules:firewalls", [{ name: "a", cleanuprule: "x" }]],
    ["aws-panos-rules:firewalls", [{ hostname: "fw" }]],
    ["aws-panos-rules:policies", [{ profileGroup: "strict" }]],
  ] as const) {
    it(`refuses ${key}: ${JSON.stringify(value)}`, () => {
      expect(configured({ [key]: value })).not.to.equal("");
    });
  }
});
