import { expect } from "chai";
import { settingsFrom } from "../../settings/index";
import { hasKey, withStandInKeys } from "../../settings/offline";

const common = {
  "aws-panos-rules:ownerId": "k3v9x2ab",
  "aws-panos-rules:firewall": '{"instanceIds":["i-0a"]}',
  "aws-panos-rules:cleanupRule": "cleanup-deny",
  "aws-panos-rules:untrustZone": "untrust",
  "aws-panos-rules:trustZone": "trust",
};
const one = { ...common, "panos:hostname": "fw1.example.com" };
const several = {
  ...common,
  "aws-panos-rules:firewalls": JSON.stringify([
    { name: "edge-a", hostname: "fw-a.example.com", apiKeySecret: "prod/edge-a" },
    { name: "edge-b", hostname: "fw-b.example.com" },
  ]),
};

describe("settings without Pulumi and its secrets", () => {
  /** By name, which firewalls can be asked. */
  function askable(values: Record<string, string>, environment: NodeJS.ProcessEnv = {}) {
    const given = withStandInKeys(values, environment, "apiKey");
    const { firewalls } = settingsFrom(given, () => true, "organization/project/dev", environment);
    return Object.fromEntries(firewalls.map((each) => [each.declared.name, hasKey(each)]));
  }

  it("count without a key, which is then not asked with", () => {
    expect(askable(one)).to.deep.equal({ firewall: false });
    expect(askable(one, { PANOS_API_KEY: "LUFRPT1==" })).to.deep.equal({ firewall: true });
    expect(askable({ ...one, "panos:apiKeySecret": "prod/fw1" })).to.deep.equal({ firewall: true });
  });

  it("keep the key of each of several firewalls that has one", () => {
    expect(askable(several)).to.deep.equal({ "edge-a": true, "edge-b": false });
    const shared = { ...several, "panos:apiKeySecret": "prod/both" };
    expect(askable(shared)).to.deep.equal({ "edge-a": true, "edge-b": true });
  });
});
