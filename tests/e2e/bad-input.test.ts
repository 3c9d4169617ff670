import { writeFile } from "node:fs/promises";
import { createServer as createWebServer } from "node:http";
import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import type { Stack } from "../../packages/pulumi/stack";
import { account, groupId, ruleOf } from "../support/account";
import { Lab, PASSWORDS, said, succeeded, type StackChoices } from "../support/lab";
import { onTargets } from "../support/targets";

const ACCOUNT = account([{ group: 1, port: 443 }]);

onTargets("e2e: bad input", (target) => {
  let lab: Lab;
  let stack: Stack;

  before(async () => {
    lab = await Lab.open({ target });
    stack = await lab.stack();
  });
  beforeEach(() => lab.setAccount(ACCOUNT));
  after(() => lab.close());

  /** Such a run fails with one clear message and without a stack trace; nothing has been written. */
  const isRefused = async (reasons: (string | RegExp)[], choices: StackChoices = {}) => {
    await lab.configure(choices);
    const { result, writes, commits } = await lab.during(() =>
      stack.up({ ...(choices.env && { env: choices.env }) }),
    );
    expect(result.code).not.to.equal(0);
    for (const reason of reasons) {
      if (typeof reason === "string") expect(said(result)).to.include(reason);
      else expect(said(result)).to.match(reason);
    }
    expect(said(result)).not.to.match(/\bat \S+ \(.*\.ts:\d+/);
    expect({ writes, commits }).to.deep.equal({ writes: 0, commits: 0 });
    expect(lab.candidate()).to.deep.equal(["cleanup"]);
    expect(await lab.person().locks()).to.deep.equal([]);
  };
  const setting = (key: string, value: unknown): StackChoices => ({ settings: { [key]: value } });

  it("a wrong password: names the settings to check, after one attempt, which locks no account", async () => {
    const before = lab.firewall.requests.length;
    const env = { PANOS_PASSWORD: "wr0ng-s3cret" };
    await isRefused([/Invalid credential/i, "PANOS_PASSWORD"], { env });
    const refused = lab.firewall.requests.slice(before).filter(({ admin }) => admin === "aws-panos");
    expect(refused.map(({ type }) => type)).to.deep.equal(["keygen"]);
  });

  it("a wrong key: names the settings to check", () =>
    isRefused([/Invalid credential/i, "panos:apiKey"], {
      env: { PANOS_API_KEY: "nonsense", PANOS_PASSWORD: "" },
    }));

  it("no credentials at all: says which are missing", () =>
    isRefused(["panos:password (or PANOS_PASSWORD) is missing"], { env: { PANOS_PASSWORD: "" } }));

  it("a port where nothing listens: names the address and the settings", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    await isRefused([`127.0.0.1:${port} can't be reached (ECONNREFUSED)`, "panos:port"], {
      env: { PANOS_PORT: String(port) },
    });
  });

  if (target.kind === "firewall") {
    it("a vsys that isn't there: names the setting, and no rule or zone that it would have", async () => {
      await isRefused(['no vsys "vsys9"', "panos:vsys (or PANOS_VSYS)"], { env: { PANOS_VSYS: "vsys9" } });
      expect(said(await stack.preview({ env: { PANOS_VSYS: "vsys9" } }))).not.to.match(
        /untrustZone|cleanupRule/,
      );
    });

    it("a firewall where a Panorama is to be: names the setting that says so", () =>
      isRefused(["it is no Panorama", "panos:panorama", "panos:hostname"], {
        ...setting("panos:panorama", { deviceGroup: "cloud" }),
      }));
  }

  it("a server that is no firewall: says what it answered", async () => {
    const server = createWebServer((_request, response) => response.end("<html>Welcome to the proxy</html>"));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const env = { PANOS_PORT: String(port), PANOS_PROTOCOL: "http" };
    await isRefused(["is not one of a PAN-OS XML API", "<html>Welcome to the proxy</html>"], { env }).finally(
      () => server.close(),
    );
  });

  it("an untrusted certificate: says so and what to set", () =>
    isRefused(["is not trusted", "panos:caFile", "panos:skipVerifyCertificate"], {
      ...setting("panos:skipVerifyCertificate", undefined),
    }));

  it("a cleanup rule that is missing: names the rules that exist", () =>
    isRefused(['aws-panos-rules:cleanupRule: the firewall has no rule "deny-all"; it has cleanup'], {
      ...setting("aws-panos-rules:cleanupRule", "deny-all"),
    }));

  it("zones, a profile group and a log profile that are missing: names them all at once", () =>
    isRefused(
      [
        'aws-panos-rules:untrustZone: the firewall has no zone "outside"; it has untrust, trust',
        'aws-panos-rules:profileGroup: the firewall has no profile group "strict"',
        'aws-panos-rules:logSetting: the firewall has no log forwarding profile "siem"',
      ],
      {
        settings: {
          "aws-panos-rules:untrustZone": "outside",
          "aws-panos-rules:profileGroup": "strict",
          "aws-panos-rules:logSetting": "siem",
        },
      },
    ));

  it("a firewall target that AWS doesn't know: names it", () =>
    isRefused(["eni-0dead is nowhere in the inventory in eu-central-1", "Check the id, aws:region"], {
      ...setting("aws-panos-rules:firewall", { networkInterfaceIds: ["eni-0f", "eni-0dead"] }),
    }));

  it("a snapshot that is no JSON: names the file", async () => {
    const file = join(lab.directory, "broken.json");
    await writeFile(file, '{"format": 1, "vpcs": [');
    await isRefused(["broken.json", /JSON/], setting("aws-panos-rules:snapshot", file));
  });

  it("a snapshot that misses a part: names the place", async () => {
    const file = join(lab.directory, "partial.json");
    await writeFile(file, JSON.stringify({ ...ACCOUNT, routeTables: undefined }));
    await isRefused(["partial.json", "routeTables"], setting("aws-panos-rules:snapshot", file));
  });

  it("a snapshot file that isn't there: names it", () =>
    isRefused(["nowhere.json"], setting("aws-panos-rules:snapshot", join(lab.directory, "nowhere.json"))));

  it("a password in plain text in the stack file: says how to make it a secret, and does not repeat it", async () => {
    const choices = setting("panos:password", PASSWORDS["aws-panos"]);
    await isRefused(
      ["panos:password is in the stack file in plain text", "pulumi config set --secret panos:password"],
      choices,
    );
  });

  it("several wrong settings: names each of them, with an example", () =>
    isRefused(
      [
        "the stack configuration has 3 problems",
        'aws-panos-rules:ruleMode "both" is none of application, service',
        "aws-panos-rules:cleanUpRule is not a setting; it is spelled cleanupRule",
        'aws-panos-rules:maxRemovals "many" is not a whole number',
      ],
      {
        settings: {
          "aws-panos-rules:ruleMode": "both",
          "aws-panos-rules:cleanUpRule": "cleanup",
          "aws-panos-rules:maxRemovals": "many",
        },
      },
    ));
});

onTargets("e2e: unusual input that works", (target) => {
  let lab: Lab;
  afterEach(() => lab.close());

  it("an old PAN-OS is refused by its version, before anything is written", async () => {
    lab = await Lab.open({ target, swVersion: "10.1.9" });
    await lab.setAccount(ACCOUNT);
    const { result, writes } = await lab.during(async () => (await lab.stack()).up());
    expect(result.code).not.to.equal(0);
    expect(said(result)).to.include("runs PAN-OS 10.1.9; PAN-OS 10.2 or later is needed");
    expect(writes).to.equal(0);
  });

  it("a certificate of an own authority is trusted through caFile", async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(ACCOUNT);
    const caFile = join(lab.directory, "ca.pem");
    await writeFile(caFile, lab.firewall.certificate);
    const stack = await lab.stack({
      settings: { "panos:skipVerifyCertificate": undefined, "panos:caFile": caFile },
    });
    succeeded(await stack.up());
    expect(lab.ours()).to.deep.equal([ruleOf({ group: 1, port: 443 })]);
  });

  it("names and descriptions of any characters arrive as they are, and cause no drift", async () => {
    lab = await Lab.open({ target });
    const inventory = account([{ group: 1, port: 443 }]);
    const name = "'] | //*";
    const description = `"quoted" & 'quoted' <b>]]></b> &amp; ${"ü🔥".repeat(20)}`;
    inventory.securityGroups[0]!.name = name;
    inventory.securityGroups[0]!.ingress[0]!.description = description;
    await lab.setAccount(inventory);
    const stack = await lab.stack();
    succeeded(await stack.up());
    const rule = ruleOf({ group: 1, port: 443 });
    const text = lab
      .field(rule, "description")
      .replace(/^<description>|<\/description>$/g, "")
      .replace(/&lt;/g, "<")
      .replace(/&gt;/g, ">")
      .replace(/&quot;/g, '"')
      .replace(/&apos;/g, "'")
      .replace(/&amp;/g, "&");
    expect(text).to.include(`${name} (${groupId(1)})`);
    expect(text).to.include(`(${description})`);
    expect(lab.running()).to.deep.equal([rule, "cleanup"]);
    const again = await lab.during(() => stack.up({ refresh: true }));
    expect(succeeded(again.result).steps).to.deep.equal([]);
    expect(again.writes).to.equal(0);
  });

  it("ruleMode service says every port with a service object, and no application", async () => {
    lab = await Lab.open({ target });
    await lab.setAccount(ACCOUNT);
    const stack = await lab.stack({ settings: { "aws-panos-rules:ruleMode": "service" } });
    succeeded(await stack.up());
    const rule = ruleOf({ group: 1, port: 443 });
    expect(lab.field(rule, "application")).to.include("<member>any</member>");
    expect(lab.field(rule, "service")).to.include("<member>aws-test1234-tcp-443</member>");
    expect(lab.objects()).to.include("<port>443</port>");
    succeeded(await stack.destroy());
    expect(lab.objects()).not.to.include("aws-test1234");
  });
});
