import { expect } from "chai";
import { alreadyAllowed, coveredBy } from "../../mapping/coverage";
import { evaluatedRules, ruleLabel } from "../../panos/evaluated";
import { PanosClient } from "../../panos/client";
import { PanosError } from "../../panos/error";
import type { Rulebase } from "../../panos/policy";
import { readRulebases } from "../../panos/rulebase";
import { unseen } from "../../mapping/unseen";
import { startSimulator, type SimulatorOptions } from "../../packages/simulator";
import { policyOf } from "../mapping/fixtures";
import { firewallConfig, ruleEntry } from "../support/lab";
import { from, managed, pushed, withoutCleanup } from "../support/panorama";
import { scriptedDevice } from "./scripted";

/** ssl on tcp/443 and ssh on tcp/22, both from 203.0.113.0/24 to 10.0.1.10. */
const POLICY = policyOf(
  [443, 22].map((port) => ({ cidrIpv4: "203.0.113.0/24", fromPort: port, toPort: port, id: `sgr-${port}` })),
);

async function read(
  options: SimulatorOptions,
  vsys = "vsys1",
  more?: { place: string; xml: string },
): Promise<{ rulebases: Record<"candidate" | "running", Rulebase>; asked: string[] }> {
  const simulator = await startSimulator(options);
  if (more !== undefined) simulator.setPushed(more.place, more.xml);
  const connection = {
    hostname: "127.0.0.1",
    port: simulator.port,
    vsys,
    protocol: "https" as const,
    skipVerifyCertificate: true,
  };
  const client = new PanosClient({ ...connection, username: "admin", password: "admin" });
  try {
    const rulebases = await readRulebases(client);
    const asked = simulator.requests.flatMap(({ type, action, cmd, xpath }) =>
      cmd?.includes("pushed-shared-policy") === true || xpath === "/config/panorama" ? [action ?? type] : [],
    );
    return { rulebases, asked };
  } finally {
    await client.close();
    await simulator.stop();
  }
}

/** In short, what becomes of the two: "443 covered by web-in; 22 needed". */
function verdict(rulebases: Record<"candidate" | "running", Rulebase>, cleanupRule = "cleanup"): string {
  const { covered, shadowed } = alreadyAllowed(POLICY, rulebases, { enabled: true, cleanupRule });
  return ["443", "22"]
    .map((port) => {
      const isOf = ({ rule: { rule } }: { rule: { rule: { name: string } } }) =>
        rule.name.endsWith(`-${port}`);
      const cover = covered.find(isOf);
      const by = shadowed.filter(isOf).map((each) => each.by);
      const text = cover ? `covered by ${coveredBy(cover)}` : "needed";
      return `${port} ${text}${by.length > 0 ? `, maybe denied by ${by.join(" and ")}` : ""}`;
    })
    .join("; ");
}

const members = (tag: string, ...names: string[]) =>
  `<${tag}>${names.map((name) => `<member>${name}</member>`).join("")}</${tag}>`;
const NET = '<entry name="net"><ip-netmask>203.0.113.0/24</ip-netmask></entry>';
const GROUPS =
  `<address>${NET}</address><address-group><entry name="nets">${members("static", "net")}</entry></address-group>` +
  '<service><entry name="https"><protocol><tcp><port>443</port></tcp></protocol></entry></service>' +
  `<service-group><entry name="webs">${members("members", "https")}</entry></service-group>` +
  `<application-group><entry name="apps">${members("members", "ssl")}</entry></application-group>`;
const WEB = ruleEntry("pre-web", { source: "nets", application: "apps", service: "webs" });
const COVERED = "443 covered by Panorama's rule pre-web of device group cloud; 22 needed";

describe("what Panorama has pushed", () => {
  const parts = { above: [from("cloud", WEB)], objects: from("cloud", GROUPS) };

  it("covers by its groups of addresses, services and applications, and says whose rule it is", async () => {
    const { rulebases, asked } = await read({ config: managed(parts) });
    expect(verdict(rulebases)).to.equal(COVERED);
    expect(asked).to.deep.equal(["op", "get"]);
  });

  it("is read by the operational command in both forms, where the configuration has nothing", async () => {
    for (const refuses of [{ pushedConfig: true }, { pushedConfig: true, pushedRoot: true }]) {
      const { rulebases } = await read({ config: managed(parts), refuses });
      expect(verdict(rulebases), JSON.stringify(refuses)).to.equal(COVERED);
    }
  });

  it("is nothing on a firewall that stands alone, which takes one request to know", async () => {
    const { rulebases, asked } = await read({ config: firewallConfig() });
    expect(rulebases.running.pushed).to.equal(undefined);
    expect(asked).to.deep.equal(["op"]);
  });

  it("is each vsys's own, and of all what Panorama's Shared has", async () => {
    const config = managed(
      { above: [from("cloud", WEB)], objects: from("cloud", GROUPS.replace(NET, "")) },
      firewallConfig().replace("</entry></vsys>", '</entry><entry name="vsys2"/></vsys>'),
    );
    const everyones = { place: "shared", xml: from("shared", `<address>${NET}</address>`) };
    for (const refuses of [{}, { pushedConfig: true }]) {
      const { rulebases } = await read({ config, refuses }, "vsys1", everyones);
      expect(verdict(rulebases)).to.equal(COVERED);
      const other = (await read({ config, refuses }, "vsys2", everyones)).rulebases.running;
      expect(other.pushed?.above ?? []).to.deep.equal([]);
      expect(other.addresses.get("net")?.kind).to.equal("ip-netmask");
    }
  });

  it("stands before and behind the local rules, each with who wrote it", async () => {
    const config = managed(
      {
        above: [from("shared", ruleEntry("one")), from("cloud", ruleEntry("two"))],
        below: [ruleEntry("three")],
      },
      firewallConfig([ruleEntry("local")]),
    );
    const { running } = (await read({ config })).rulebases;
    expect(evaluatedRules(running).map(ruleLabel)).to.deep.equal([
      "Panorama's rule one of Shared",
      "Panorama's rule two of device group cloud",
      "local",
      "cleanup",
      "Panorama's rule three",
    ]);
    expect(running.rules.map(({ name }) => name)).to.deep.equal(["local", "cleanup"]);
    // The words of who wrote it are no part of a rule.
    expect(running.pushed?.rules?.above[1]?.found).to.deep.include({ extras: [], from: ["untrust"] });
  });

  it("has every rule of a name that Shared and a device group both use, in its order", async () => {
    const [deny, allow] = [ruleEntry("same", { action: "deny" }), ruleEntry("same")];
    for (const refuses of [{}, { pushedConfig: true }]) {
      const config = managed({ above: [from("shared", deny), from("cloud", allow)] });
      const { rulebases } = await read({ config, refuses });
      expect(
        rulebases.running.pushed?.rules?.above.map(({ action, panorama }) => [action, panorama]),
      ).to.deep.equal([
        ["deny", "shared"],
        ["allow", "cloud"],
      ]);
      expect(verdict(rulebases)).to.include("of which Panorama's rule same of Shared above may deny a part");
    }
  });

  it("covers nothing by a name that is an object of the vsys, too", async () => {
    const narrower =
      '<address><entry name="net"><ip-netmask>203.0.113.7</ip-netmask></entry></address><zone>';
    const { rulebases } = await read({
      config: managed(parts, firewallConfig().replace("<zone>", narrower)),
    });
    expect(verdict(rulebases)).to.equal("443 needed; 22 needed");
  });

  it("may deny a part above, and covers nothing from behind the local rules", async () => {
    const denied = ruleEntry("pre-no-ssh", { application: "ssh", source: "203.0.113.7", action: "deny" });
    const above = await read({ config: managed({ above: [from("cloud", denied)] }) });
    expect(verdict(above.rulebases)).to.equal(
      "443 needed; 22 needed, maybe denied by Panorama's rule pre-no-ssh of device group cloud",
    );
    const below = await read({ config: managed({ below: [ruleEntry("post-open")] }, withoutCleanup()) });
    expect(verdict(below.rulebases, "interzone-default")).to.equal("443 needed; 22 needed");
  });

  it("does not count where a rule has a condition, is for other devices or is of this program", async () => {
    for (const more of [
      "<source-user><member>finance</member></source-user>",
      '<target><devices><entry name="0123"/></devices></target>',
      "<tag><member>aws-panos-other123</member></tag>",
    ]) {
      const rule = ruleEntry("pre-open").replace("</entry>", `${more}</entry>`);
      const objects = '<tag><entry name="aws-panos-other123"/></tag>';
      const { rulebases } = await read({ config: managed({ above: [rule], objects }) });
      expect(verdict(rulebases), more).to.equal("443 needed; 22 needed");
    }
  });

  it("overrides applications and the predefined rule as local ones do", async () => {
    const override =
      '<application-override><rules><entry name="plain" loc="cloud"><from><member>any</member></from><to><member>any</member></to>' +
      "<source><member>any</member></source><destination><member>any</member></destination>" +
      "<protocol>tcp</protocol><port>443</port><application>plain</application></entry></rules></application-override>";
    const defaults =
      '<default-security-rules><rules><entry name="interzone-default"><action>allow</action></entry></rules></default-security-rules>';
    const config = managed({
      objects: '<application><entry name="plain"><category>x</category></entry></application>',
    })
      .replace("<pre-rulebase>", `<pre-rulebase>${override}`)
      .replace("<post-rulebase>", `<post-rulebase>${defaults}`);
    const { running } = (await read({ config })).rulebases;
    expect(running.overrides.map(({ name, application }) => [name, application])).to.deep.equal([
      ["plain", "plain"],
    ]);
    expect(running.interzoneDefault).to.equal("allow");
    expect(running.applications.get("plain")?.kind).to.equal("custom");
  });

  it("that can't be read counts against what local rules allow, and is told", async () => {
    const open = firewallConfig([ruleEntry("open")]);
    expect(verdict((await read({ config: open })).rulebases)).to.equal(
      "443 covered by open; 22 covered by open",
    );
    const { rulebases } = await read({ config: open, refuses: { pushedOperation: true } });
    expect(verdict(rulebases)).to.equal("443 needed; 22 needed");
    expect(unseen(rulebases.running, [], {}).join()).to.match(/can't be read: .*unexpected here/);
  });

  it("is said to be in the way, with what to do, where the firewall refuses to write over it", async () => {
    const device = await scriptedDevice(
      () =>
        '<response status="error" code="12"><msg><line> set failed, may need to override template object web first</line></msg></response>',
    );
    try {
      const error = await device
        .client()
        .set("/config/shared", "<a/>")
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
      expect(error).to.be.instanceOf(PanosError);
      expect((error as Error).message).to.include(
        "Panorama has given this firewall web, in a template or in its policy",
      );
    } finally {
      await device.close();
    }
  });

  it("is all there after a push", async () => {
    const { rulebases } = await read({}, "vsys1", { place: "vsys1", xml: pushed(parts) });
    expect(verdict(rulebases)).to.equal(COVERED);
  });
});
