import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { demoOutput, demoPicture, PICTURE } from "../../docs/demo-picture";
import { PanosClient } from "../../panos/client";
import { PanosError } from "../../panos/error";
import { child, find, parseXml } from "../../panos/xml";
import { startSimulator, type RequestRecord } from "../../packages/simulator";
import { Client } from "../simulator/stock-client";
import { PROJECT_DIR } from "../support/lab";

const ADMIN = "aws-panos";
const PAGE = join(PROJECT_DIR, "docs", "install.md");

/** The role as docs/install.md has it, to be pasted into a firewall. */
async function documentedRole(): Promise<string> {
  const page = await readFile(PAGE, "utf8");
  const role = /<entry name="aws-panos">\s*<role>[\s\S]*?<\/role>\s*<\/entry>/.exec(page)?.[0];
  if (role === undefined) throw new Error('docs/install.md has no role <entry name="aws-panos">');
  return role;
}

/** The rights of a role: each type of request, and whether it is enabled. */
function rightsOf(role: string): Record<string, string> {
  const xmlapi = find(parseXml(role), "role", "device", "xmlapi");
  return Object.fromEntries((xmlapi?.children ?? []).map(({ name, text }) => [name, text]));
}

/** The demo's firewall, with this role in place of its own. */
async function firewallWith(role: string): Promise<string> {
  const config = await readFile(join(PROJECT_DIR, "demo", "firewall.xml"), "utf8");
  const roles = config.replace(
    /(<admin-role>)[\s\S]*?(<\/admin-role>)/,
    (_, open, close) => `${open}${role}${close}`,
  );
  expect(roles, "the demo's firewall has a list of roles").to.contain(role);
  return roles;
}

describe("the administrator's role that docs/install.md has", function () {
  this.timeout(240_000);
  let folder: string;
  let role: string;
  let rights: Record<string, string>;
  /** What the program sent in a whole demo. */
  let sent: RequestRecord[];
  /** And what that said. */
  let said: string;

  before(async () => {
    role = await documentedRole();
    rights = rightsOf(role);
    folder = await mkdtemp(join(tmpdir(), "role-"));
    const [firewall, record] = [join(folder, "firewall.xml"), join(folder, "requests.jsonl")];
    await writeFile(firewall, await firewallWith(role));
    said = await demoOutput([
      "--firewall-config",
      firewall,
      "--record",
      record,
      "--out",
      join(folder, "out"),
    ]);
    const lines = (await readFile(record, "utf8")).trim().split("\n");
    sent = lines.map((line) => JSON.parse(line) as RequestRecord).filter(({ admin }) => admin === ADMIN);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Sends what the demo sent to a firewall with a role, each kind of request once. @returns the types refused */
  async function refusedWith(rights: string): Promise<Set<string>> {
    const config = await firewallWith(
      `<entry name="${ADMIN}"><role><device><xmlapi>${rights}</xmlapi></device></role></entry>`,
    );
    const simulator = await startSimulator({ config, users: [{ name: ADMIN, password: "p" }] });
    try {
      const client = await Client.login(simulator, ADMIN, "p");
      const refused = new Set<string>();
      const kinds = new Map(
        sent.map((request) => [`${request.type} ${request.action} ${tagsOf(request.cmd)}`, request]),
      );
      for (const { type, action, xpath, cmd, element } of kinds.values()) {
        if (type === "keygen") continue;
        const parameters = Object.entries({ type, action, xpath, cmd, element });
        const { httpStatus, lines } = await client.send(
          Object.fromEntries(parameters.filter((pair): pair is [string, string] => pair[1] !== undefined)),
        );
        if (httpStatus !== 403) continue;
        expect(lines).to.deep.equal([`Type [${type}] not authorized for user role.`]);
        refused.add(type);
      }
      return refused;
    } finally {
      await simulator.stop();
    }
  }

  it("serves every call of a whole demo", () => {
    expect(sent.length).to.be.above(100);
    expect(sent.filter(({ code }) => code === "403" || code === "16")).to.deep.equal([]);
  });

  it("makes a demo of which README has the picture; otherwise: npm run demo:picture", async () => {
    expect(demoPicture(said)).to.equal(await readFile(PICTURE, "utf8"));
  });

  it("is the one of the demo's own firewall", async () => {
    const config = parseXml(await readFile(join(PROJECT_DIR, "demo", "firewall.xml"), "utf8"));
    const roles = find(config, "shared", "admin-role");
    const own = roles?.children.find(({ attributes }) => attributes["name"] === ADMIN);
    const xmlapi = find(own, "role", "device", "xmlapi");
    expect(Object.fromEntries((xmlapi?.children ?? []).map(({ name, text }) => [name, text]))).to.deep.equal(
      rights,
    );
    expect(child(own, "role")?.children.map(({ name }) => name)).to.deep.equal(["device"]);
  });

  it("stands beside every operational command that the demo sends", async () => {
    const page = await readFile(PAGE, "utf8");
    const named = [...page.matchAll(/`((?:show|check|request|set|test|clear) [a-z -]+)`/g)].map(
      ([, name]) => name,
    );
    const sentCommands = sent.flatMap(({ cmd, type }) =>
      type === "op" && cmd !== undefined ? [tagsOf(cmd)] : [],
    );
    const unnamed = sentCommands.filter(
      (tags) => !named.some((name) => tags.replaceAll("<", "").startsWith(name ?? "")),
    );
    expect([...new Set(unnamed)]).to.deep.equal([]);
  });

  it("has no right that the demo doesn't use", () => {
    const enabled = Object.keys(rights).filter((type) => rights[type] === "enable");
    const used = new Set(sent.map(({ type }) => type).filter((type) => type !== "keygen"));
    expect(new Set(enabled)).to.deep.equal(used);
  });

  it("needs each of its rights: without it, the calls of its type are refused, and only they", async () => {
    const enabled = Object.keys(rights).filter((type) => rights[type] === "enable");
    expect(await refusedWith(enabled.map((type) => `<${type}>enable</${type}>`).join(""))).to.deep.equal(
      new Set(),
    );
    for (const missing of enabled) {
      const rest = enabled.map((type) => `<${type}>${type === missing ? "disable" : "enable"}</${type}>`);
      expect(await refusedWith(rest.join("")), `without ${missing}`).to.deep.equal(new Set([missing]));
    }
  });

  it("serves nothing else: calls of every other type are refused", async () => {
    const simulator = await startSimulator({
      config: await firewallWith(role),
      users: [{ name: ADMIN, password: "p" }],
    });
    try {
      const client = await Client.login(simulator, ADMIN, "p");
      const others = ["report", "log", "user-id", "export", "import"].filter(
        (type) => rights[type] !== "enable",
      );
      for (const type of others) {
        const { httpStatus, lines } = await client.send({ type });
        expect([httpStatus, lines]).to.deep.equal([403, [`Type [${type}] not authorized for user role.`]]);
      }
    } finally {
      await simulator.stop();
    }
  });

  it("when it is too small, makes errors that name the right", async () => {
    const simulator = await startSimulator({
      config: await firewallWith(`<entry name="${ADMIN}"><role><device><xmlapi/></device></role></entry>`),
      users: [{ name: ADMIN, password: "p" }],
    });
    const client = new PanosClient({
      ...{ hostname: "127.0.0.1", port: simulator.port, protocol: "https", vsys: "vsys1" },
      ...{ username: ADMIN, password: "p", skipVerifyCertificate: true },
    });
    try {
      for (const [type, call] of [
        ["config", () => client.get("/config/shared")],
        ["op", () => client.op("<show><admins></admins></show>", true)],
        ["commit", () => client.commit("<commit></commit>")],
      ] as const) {
        const error: unknown = await call().catch((reason: unknown) => reason);
        if (!(error instanceof PanosError)) throw new Error(`${type} was served`);
        expect(error.code).to.equal("FORBIDDEN");
        expect(error.message).to.contain(`enable <${type}> in its <xmlapi>`);
      }
      expect(simulator.requests.filter(({ type }) => type === "keygen")).to.have.length(1);
    } finally {
      await client.close();
      await simulator.stop();
    }
  });
});

/** Which operational command it is, without its arguments. */
function tagsOf(cmd: string | undefined): string {
  return (cmd?.match(/<[\w-]+/g) ?? []).join(" ");
}
