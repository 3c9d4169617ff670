import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse, stringify } from "yaml";
import { SettingsError, settingsFrom } from "../../settings/index";
import { triggerSettingsFrom } from "../../trigger/settings";
import { codeBlocks, documentation } from "./support/pages";

/** What a stack needs besides what an example shows. */
const REST = {
  "aws:region": "eu-central-1",
  "panos:apiKey": "none",
  "aws-panos-rules:inventory": "ec2",
  "aws-panos-rules:firewall": { networkInterfaceIds: ["eni-0123456789abcdef0"] },
  "aws-panos-rules:cleanupRule": "cleanup",
  "aws-panos-rules:untrustZone": "untrust",
  "aws-panos-rules:trustZone": "trust",
  "aws-panos-rules:ownerId": "test1234",
};

function asTexts(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/** What is wrong with settings: of a stack, or of the trigger that runs one. @param folder has that stack's file */
async function problemsWith(example: Record<string, unknown>, folder: string): Promise<string[]> {
  const isTrigger = Object.keys(example).some((key) => key.startsWith("aws-panos-trigger:"));
  const host = "aws-panos-rules:firewalls" in example ? {} : { "panos:hostname": "fw.example.com" };
  const stack = "organization/aws-panos-rules/prod";
  try {
    if (isTrigger)
      await triggerSettingsFrom(asTexts({ "aws:region": "eu-central-1", ...example }), "prod", folder);
    else settingsFrom(asTexts({ ...REST, ...host, ...example }), () => true, stack, {});
    return [];
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map(({ key, problem }) => `${key} ${problem}`);
  }
}

describe("settings that the documentation shows", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "settings-"));
    const config = { ...REST, "panos:hostname": "fw.example.com" };
    await writeFile(join(folder, "Pulumi.prod.yaml"), stringify({ config }));
  });
  after(() => rm(folder, { recursive: true }));

  const examples = documentation().flatMap((page) =>
    codeBlocks(page)
      .filter(({ language }) => language === "yaml")
      .map(({ code }) => {
        const document = parse(code) as Record<string, unknown>;
        return { page: page.path, values: (document["config"] ?? document) as Record<string, unknown> };
      }),
  );

  for (const { page, values } of examples) {
    it(`are accepted: ${Object.keys(values).join(", ")} in ${page}`, async () => {
      expect(await problemsWith(values, folder)).to.deep.equal([]);
    });
  }

  it("are all that a test can find", async () => {
    expect(examples.length).to.be.at.least(8);
    expect(await problemsWith({ "aws-panos-rules:quarantine": { denied: true } }, folder)).not.to.deep.equal(
      [],
    );
    expect(await problemsWith({ "aws-panos-trigger:members": { acounts: ["1"] } }, folder)).not.to.deep.equal(
      [],
    );
  });
});
