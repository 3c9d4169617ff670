import { expect } from "chai";
import { SettingsError, settingsFrom } from "../../settings/index";

const GOOD: Record<string, string> = {
  "panos:hostname": "panorama.example.com",
  "panos:apiKey": "LUFRPT1==",
  "panos:panorama": '{"deviceGroup":"cloud"}',
  "aws-panos-rules:ownerId": "k3v9x2ab",
  "aws-panos-rules:firewall": '{"instanceIds":["i-0a"]}',
  "aws-panos-rules:cleanupRule": "cleanup",
  "aws-panos-rules:untrustZone": "untrust",
  "aws-panos-rules:trustZone": "trust",
};

const read = (change: Record<string, string> = {}, environment: NodeJS.ProcessEnv = {}) =>
  settingsFrom({ ...GOOD, ...change }, (key) => key !== "panos:hostname", "org/project/dev", environment);

function problemsOf(change: Record<string, string>, environment?: NodeJS.ProcessEnv): string {
  try {
    read(change, environment);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.problems.map(({ key, problem }) => `${key} ${problem}`).join("\n");
  }
  return "";
}

describe("settings of a device group", () => {
  it("are its place, which is part of its identity", () => {
    const [firewall] = read().firewalls;
    expect(firewall?.declared.vsys).to.equal("cloud:pre-rulebase");
    expect(firewall?.connection.panorama).to.include({ deviceGroup: "cloud", rulebase: "pre-rulebase" });
    const behind = read({ "panos:panorama": '{"deviceGroup":"a b","rulebase":"post-rulebase"}' });
    expect(behind.firewalls[0]?.declared.vsys).to.equal("a b:post-rulebase");
  });

  it("may be several of one Panorama, each once", () => {
    const both = (...groups: string[]) => ({
      "aws-panos-rules:firewalls": JSON.stringify(
        groups.map((deviceGroup, at) => ({ name: `g${at}`, panorama: { deviceGroup } })),
      ),
    });
    expect(read(both("east", "west")).firewalls.map(({ declared }) => declared.vsys)).to.deep.equal([
      "east:pre-rulebase",
      "west:pre-rulebase",
    ]);
    expect(problemsOf(both("east", "east"))).to.contain("with the device group east");
  });

  for (const [change, problem] of [
    [{ "panos:panorama": "cloud" }, "panos:panorama is not an object"],
    [{ "panos:panorama": '{"rulebase":"pre-rulebase"}' }, "panos:panorama.deviceGroup is missing"],
    [{ "panos:panorama": '{"deviceGroup":"a/b"}' }, '"a/b" is not a device group\'s name'],
    [
      { "panos:panorama": '{"deviceGroup":"a","rulebase":"rulebase"}' },
      "is none of pre-rulebase, post-rulebase",
    ],
    [{ "panos:panorama": '{"deviceGroup":"a","onUnreachable":"skip"}' }, "is none of fail, warn"],
    [
      { "panos:panorama": '{"deviceGroup":"a","devicegroup":"b"}' },
      "is not a setting; it is spelled deviceGroup",
    ],
    [{ "panos:vsys": "vsys1" }, "is set beside panos:vsys"],
    [
      {
        "panos:panorama": '{"deviceGroup":"a","rulebase":"post-rulebase"}',
        "aws-panos-rules:quarantine": '{"deny":true}',
      },
      "has rulebase: post-rulebase beside quarantine.deny",
    ],
  ] as [Record<string, string>, string][]) {
    it(`refuse ${JSON.stringify(change)}`, () => {
      expect(problemsOf(change)).to.contain(problem);
    });
  }
});
