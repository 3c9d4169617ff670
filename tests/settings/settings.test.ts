import { expect } from "chai";
import { SettingsError, settingsFrom } from "../../settings";

const good: Record<string, string> = {
  "panos:hostname": "fw1.example.com",
  "panos:apiKey": "LUFRPT1==",
  "aws-panos-rules:ownerId": "k3v9x2ab",
  "aws-panos-rules:firewall": '{"instanceIds":["i-0a"],"vpcEndpointIds":["vpce-0b"]}',
  "aws-panos-rules:cleanupRule": "cleanup-deny",
  "aws-panos-rules:untrustZone": "untrust",
  "aws-panos-rules:trustZone": "trust",
};

const read = (change: Record<string, string> = {}, secrets = ["panos:apiKey", "panos:password"]) =>
  settingsFrom({ ...good, ...change }, (key) => secrets.includes(key), "org/project/dev", {});

function problemsOf(change: Record<string, string>, secrets?: string[]): string[] {
  try {
    read(change, secrets);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems.map(({ key, problem }) => `${key} ${problem}`);
    throw error;
  }
  return [];
}

describe("settings", () => {
  it("have defaults for what need not be said", () => {
    const settings = read();
    expect(settings.inventory).to.deep.equal({ kind: "lookups" });
    expect(settings.mapping).to.include({ ruleMode: "application", untrustZone: "untrust" });
    expect(settings.mapping.firewall).to.deep.equal({
      instanceIds: ["i-0a"],
      networkInterfaceIds: [],
      vpcEndpointIds: ["vpce-0b"],
    });
    expect(settings.firewall).to.deep.include({ name: "firewall", vsys: "vsys1", stack: "org/project/dev" });
    expect(settings.coverage).to.include({ enabled: true });
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

  for (const [key, value, problem] of [
    ["aws-panos-rules:ownerId", "Not An Id", "is not a valid value"],
    ["aws-panos-rules:ownerId", "hold", 'can\'t be "hold"'],
    ["aws-panos-rules:firewall", "eni-1", "is not an object of lists of ids"],
    ["aws-panos-rules:firewall", "{}", "names no id"],
    ["aws-panos-rules:firewall", '{"instanceIds":["eni-1"]}', "is not such an id"],
    ["aws-panos-rules:firewall", '{"instances":["i-1"]}', "is none of instanceIds"],
    ["aws-panos-rules:inventory", "guess", "is none of lookups, snapshot"],
    ["aws-panos-rules:inventory", "snapshot", "is missing, although inventory is snapshot"],
    ["aws-panos-rules:ruleMode", "both", "is none of application, service"],
    ["aws-panos-rules:skipAlreadyAllowed", "yes", "is neither true nor false"],
    ["aws-panos-rules:maxRemovals", "-1", "is not a whole number"],
    ["aws-panos-rules:applications", '{"tcp/99999":"ssl"}', "is not a protocol and a port"],
    ["aws-panos-rules:applications", '{"tcp/80":5}', "is not an application's name or null"],
    ["aws-panos-rules:untrustZone", "'] | //*", "is not a valid value"],
    ["panos:port", "x", "is not a port number"],
  ] as const) {
    it(`refuse ${key} ${value}`, () => {
      expect(problemsOf({ [key]: value }).join()).to.contain(problem);
    });
  }
});
