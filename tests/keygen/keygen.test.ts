import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { Readable, Writable } from "node:stream";
import { expect } from "chai";
import { parse, stringify } from "yaml";
import { crypterFrom } from "../../packages/pulumi/secrets";
import { keygen } from "../../commands/keygen/keygen";
import { PanosClient } from "../../panos/client";
import { startPanorama, startSimulator, type HaPair, type Simulator } from "../../packages/simulator";
import { SecretsManager } from "../support/secrets-manager";
import { freePort } from "../support/free-port";
import { withEnvironment } from "../support/environment";
import { expectReadableRun } from "../support/golden";
import { FakeTerminal } from "../support/terminal";

const PASSWORD = "s3cret-pässword";
const SECRET = "prod/firewall";

describe("keygen", () => {
  let firewall: Simulator;
  let manager: SecretsManager;
  let folder: string;
  /** Everything that was said in a test, by whatever ran. */
  let said: string;
  let restore: () => void;

  before(async () => {
    manager = await SecretsManager.start();
    restore = withEnvironment(manager.env);
  });
  after(async () => {
    restore();
    await manager.stop();
  });
  beforeEach(async () => {
    said = "";
    manager.secrets.clear();
    firewall = await startSimulator({ users: [{ name: "aws-panos", password: PASSWORD }] });
    folder = await mkdtemp(join(tmpdir(), "keygen-"));
  });
  afterEach(async () => {
    await firewall.stop();
    await rm(folder, { recursive: true });
    // Whatever happened, nobody saw a secret.
    expect(said).not.to.contain(PASSWORD).and.not.to.contain("LUFRPT1");
  });

  const login = () => ({
    PANOS_HOSTNAME: "127.0.0.1",
    PANOS_PORT: String(firewall.port),
    PANOS_SKIP_VERIFY_CERTIFICATE: "true",
    PANOS_USERNAME: "aws-panos",
    PANOS_PASSWORD: PASSWORD,
  });
  async function run(args: string[], environment: NodeJS.ProcessEnv, input: Readable = Readable.from([])) {
    const output = new Writable({
      write(chunk: Buffer, _, done) {
        said += chunk.toString();
        done();
      },
    });
    return keygen.run(args, { input, output, errors: output, folder, environment });
  }
  /** Whether the firewall takes a key. */
  async function opens(apiKey: string, hostname = "127.0.0.1"): Promise<boolean> {
    const client = new PanosClient({
      ...{ hostname, port: firewall.port, protocol: "https", vsys: "vsys1" },
      skipVerifyCertificate: true,
      apiKey,
    });
    try {
      await client.op("<show><system><info></info></system></show>", true);
      return true;
    } catch {
      return false;
    } finally {
      await client.close();
    }
  }
  const logins = () => firewall.requests.filter(({ type }) => type === "keygen").length;

  describe("into AWS Secrets Manager", () => {
    it("stores a key that works as a new version, from what the environment says", async () => {
      manager.set(SECRET, "old");
      expect(await run(["--secret", SECRET], login())).to.equal(0);
      expect(manager.secrets.get(SECRET)?.versions).to.have.length(2);
      expect(await opens(manager.current(SECRET) ?? "")).to.equal(true);
      expect(said).to.contain("The API key of aws-panos on 127.0.0.1 is stored in the secret prod/firewall");
      expect(said).to.contain("good until it is revoked");
    });

    it("says it within the terminal's width", async () => {
      manager.set(SECRET, "old");
      await expectReadableRun(join(__dirname, "golden"), "stored", async ({ output, environment }) => {
        const errors = new FakeTerminal();
        const input = Readable.from([]);
        const env = { ...environment, ...login() };
        const terminal = { input, output, errors: errors.output, folder, environment: env };
        expect(await keygen.run(["--secret", SECRET], terminal), errors.seen).to.equal(0);
      });
    });

    it("makes no key where it could not be stored: the firewall might end the old one", async () => {
      expect(await run(["--secret", SECRET], login())).to.equal(1);
      expect(said).to.contain("no key was stored").and.to.contain("create-secret");
      manager.set(SECRET, '{"database":"x"}');
      expect(await run(["--secret", SECRET], login())).to.equal(1);
      expect(logins()).to.equal(0);
    });

    it("says so when the key was made and could not be stored", async () => {
      manager.secrets.set(SECRET, { versions: ["old"], refuse: "PutSecretValue" });
      expect(await run(["--secret", SECRET], login())).to.equal(1);
      expect(said)
        .to.contain("secretsmanager:PutSecretValue")
        .and.to.contain("A key was made, and nobody has it");
    });

    it("stores it where the stack's panos:apiKeySecret says, in the stack's region", async () => {
      manager.set(SECRET, "old");
      const config = {
        "panos:hostname": "127.0.0.1",
        "panos:apiKeySecret": SECRET,
        "aws:region": "us-east-2",
      };
      await writeFile(join(folder, "Pulumi.prod.yaml"), stringify({ config }));
      manager.requests.length = 0;
      expect(await run(["--stack", "prod"], { ...login(), PANOS_HOSTNAME: "" })).to.equal(0);
      expect(await opens(manager.current(SECRET) ?? "")).to.equal(true);
      expect(new Set(manager.requests.map(({ region }) => region))).to.deep.equal(new Set(["us-east-2"]));
    });

    it("says how long the key is good, where the firewall limits that", async () => {
      await firewall.stop();
      const users = [{ name: "aws-panos", password: PASSWORD }];
      firewall = await startSimulator({ users, keyLifetimeSeconds: 5400 });
      manager.set(SECRET, "old");
      expect(await run(["--secret", SECRET], login())).to.equal(0);
      expect(said).to.contain("ends keys after 90 minutes");
    });
  });

  describe("asks", () => {
    const connection = () => ({ ...login(), PANOS_HOSTNAME: "", PANOS_USERNAME: "", PANOS_PASSWORD: "" });

    it("for host, user and password on a terminal, and shows no password, whatever is typed", async () => {
      manager.set(SECRET, "old");
      const terminal = new FakeTerminal();
      const { input, output } = terminal;
      const done = keygen.run(["--secret", SECRET], {
        input,
        output,
        errors: output,
        folder,
        environment: connection(),
      });
      await terminal.answer("host name or address", "127.0.0.1");
      await terminal.answer("Administrator", "aws-panos");
      // With a slip that is taken back, and an arrow key, which would bring back what was typed before.
      await terminal.answer("Password", `x\u007f\u001b[A\u001b[B${PASSWORD}`);
      expect(await done).to.equal(0);
      said += terminal.seen;
      expect(await opens(manager.current(SECRET) ?? "")).to.equal(true);
      expect(terminal.seen).to.contain("127.0.0.1").and.to.contain("aws-panos");
      expect(input.raw, "the terminal is as it was").to.equal(false);
    });

    it("and takes lines of its input where that is no terminal", async () => {
      manager.set(SECRET, "old");
      const lines = Readable.from([`127.0.0.1\naws-panos\n${PASSWORD}\n`]);
      expect(await run(["--secret", SECRET], connection(), lines)).to.equal(0);
      expect(await opens(manager.current(SECRET) ?? "")).to.equal(true);
    });

    it("and stores nothing when there is no answer", async () => {
      manager.set(SECRET, "old");
      const code = await run(["--secret", SECRET], connection(), Readable.from(["127.0.0.1\n"]));
      expect([code, logins()]).to.deep.equal([1, 0]);
      expect(said)
        .to.contain("\nno key was stored: no answer to: Administrator")
        .and.to.contain("PANOS_USERNAME");
    });
  });

  describe("with a credentials file", () => {
    const write = async (text: string, mode: number) => {
      const file = join(folder, "credentials");
      await writeFile(file, text);
      await chmod(file, mode);
      return file;
    };
    const text = () => `# of the firewall\nPANOS_USERNAME=aws-panos\n\nexport PANOS_PASSWORD="${PASSWORD}"\n`;
    const rest = () => ({ ...login(), PANOS_USERNAME: "somebody", PANOS_PASSWORD: "" });

    it("takes what it says before what the environment says", async () => {
      manager.set(SECRET, "old");
      const file = await write(text(), 0o600);
      expect(await run(["--secret", SECRET, "--credentials", file], rest())).to.equal(0);
      expect(await opens(manager.current(SECRET) ?? "")).to.equal(true);
    });

    for (const mode of [0o640, 0o604, 0o644, 0o620, 0o602, 0o666]) {
      it(`refuses one with mode ${mode.toString(8)}: others can read or change it`, async () => {
        manager.set(SECRET, "old");
        const file = await write(text(), mode);
        expect(await run(["--secret", SECRET, "--credentials", file], rest())).to.equal(1);
        expect(said)
          .to.contain(`its mode is ${mode.toString(8)}`)
          .and.to.contain(`chmod 600 ${file}`);
        expect(logins()).to.equal(0);
      });
    }

    it("names the line that isn't understood, without showing it", async () => {
      const file = await write(`PANOS_USERNAME=aws-panos\n${PASSWORD}\n`, 0o600);
      expect(await run(["--secret", SECRET, "--credentials", file], rest())).to.equal(1);
      expect(said).to.contain("line 2 of");
      expect(await run(["--secret", SECRET, "--credentials", join(folder, "none")], rest())).to.equal(1);
      expect(said).to.contain("can't be read: there is no such file or folder");
    });
  });

  describe("into a stack's configuration", () => {
    const PASSPHRASE = "p4ss";
    let seen: string;
    let environment: NodeJS.ProcessEnv;

    /** A `pulumi` on the PATH: the stand-in for it, which notes its arguments. */
    beforeEach(async () => {
      seen = join(folder, "seen");
      await writeFile(join(folder, "Pulumi.yaml"), "name: aws-panos-rules\nruntime: nodejs\n");
      const engine = `exec "${process.execPath}" --require "${resolve("typescript.cjs")}" "${resolve("packages/pulumi/main.ts")}" "$@"`;
      await writeFile(join(folder, "pulumi"), `#!/bin/sh\nprintf '%s\\n' "$@" >> "${seen}"\n${engine}\n`);
      await chmod(join(folder, "pulumi"), 0o755);
      environment = {
        ...login(),
        PANOS_HOSTNAME: "",
        HOME: folder,
        PULUMI_HOME: join(folder, "none"),
        PATH: [folder, process.env["PATH"]].join(delimiter),
        PULUMI_BACKEND_URL: `file://${folder}`,
        PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      };
      await stackFile({ "panos:hostname": "127.0.0.1" });
    });
    const stackFile = (config: object) => writeFile(join(folder, "Pulumi.prod.yaml"), stringify({ config }));
    type StackFile = { encryptionsalt: string; config: Record<string, { secure: string }> };
    const stored = async () => {
      const text = await readFile(join(folder, "Pulumi.prod.yaml"), "utf8");
      expect(text).not.to.contain("LUFRPT1");
      const { encryptionsalt, config } = parse(text) as StackFile;
      return crypterFrom(PASSPHRASE, encryptionsalt).decrypt(config["panos:apiKey"]?.secure ?? "");
    };

    it("stores it encrypted, through the CLI, which never has it among its arguments", async () => {
      expect(await run(["--stack", "prod"], environment)).to.equal(0);
      expect(await opens(await stored())).to.equal(true);
      expect(said).to.contain("panos:apiKey, a secret of the stack prod");
      const args = await readFile(seen, "utf8");
      expect(args)
        .to.contain("config\nset\n--secret\npanos:apiKey\n--stack\nprod\n")
        .and.not.to.contain("LUFRPT1");
    });

    it("makes no key where the CLI can't store it, and says what it said", async () => {
      await run(["--stack", "prod"], environment);
      const code = await run(["--stack", "prod"], { ...environment, PULUMI_CONFIG_PASSPHRASE: "another" });
      expect([code, logins()]).to.deep.equal([1, 1]);
      expect(said).to.contain("incorrect passphrase");
    });

    for (const [what, given, hint] of [
      ["no passphrase is given", { PULUMI_CONFIG_PASSPHRASE: undefined }, "export PULUMI_CONFIG_PASSPHRASE"],
      ["the passphrase is another", { PULUMI_CONFIG_PASSPHRASE: "another" }, "incorrect passphrase"],
    ] as const) {
      it(`asks nobody and makes no key where ${what}, also while the file has no secret yet`, async () => {
        await run(["--stack", "prod"], environment);
        const whole = parse(await readFile(join(folder, "Pulumi.prod.yaml"), "utf8")) as StackFile;
        delete whole.config["panos:apiKey"];
        await writeFile(join(folder, "Pulumi.prod.yaml"), stringify(whole));
        said = "";
        const nobody = { ...environment, PANOS_USERNAME: "", PANOS_PASSWORD: "", ...given };
        expect([await run(["--stack", "prod"], nobody), logins()]).to.deep.equal([1, 1]);
        expect(said).to.include(hint).and.not.include("Administrator");
        expect(parse(await readFile(join(folder, "Pulumi.prod.yaml"), "utf8"))).to.deep.equal(whole);
      });
    }

    for (const [reason, hint] of [
      ["error: no stack named 'prod' found", "pulumi stack init org/prod"],
      [
        "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
        "pulumi login",
      ],
    ] as const) {
      it(`says what comes first where the CLI says: ${reason}`, async () => {
        await writeFile(
          join(folder, "pulumi"),
          `#!/bin/sh\ncat > /dev/null\necho "${reason}" >&2\nexit 255\n`,
        );
        expect([await run(["--stack", "org/prod"], environment), logins()]).to.deep.equal([1, 0]);
        expect(said).to.include(reason).and.include(`First: ${hint}`);
      });
    }

    it("says what to do where there is no CLI, and makes no key", async () => {
      const code = await run(["--stack", "prod"], { ...environment, PATH: "/nowhere" });
      expect([code, logins()]).to.deep.equal([1, 0]);
      expect(said).to.contain("https://www.pulumi.com/docs/install/").and.to.contain("panos:apiKeySecret");
    });

    it("hides a key that the CLI itself would show", async () => {
      const loud =
        '#!/bin/sh\ncase "$*" in *config-file*) exit 0;; esac\nread key\necho "error: $key is odd" >&2\nexit 1\n';
      await writeFile(join(folder, "pulumi"), loud);
      expect(await run(["--stack", "prod"], environment)).to.equal(1);
      expect(said).to.contain("error: *** is odd");
    });

    it("picks one of several firewalls, and names its place in the list", async () => {
      const quiet = `#!/bin/sh\nprintf '%s\\n' "$@" >> "${seen}"\ncat > /dev/null\n`;
      await writeFile(join(folder, "pulumi"), quiet);
      await stackFile({
        "aws-panos-rules:firewalls": [
          { name: "edge-a", hostname: "192.0.2.1", apiKey: { secure: "v1:x" } },
          { name: "edge-b", hostname: "127.0.0.1" },
        ],
      });
      expect(await run(["--stack", "prod"], environment)).to.equal(64);
      expect(said).to.contain("--firewall with one of: edge-a, edge-b");
      expect(await run(["--stack", "prod", "--firewall", "edge-b"], environment)).to.equal(0);
      expect(await readFile(seen, "utf8")).to.contain("--path\naws-panos-rules:firewalls[1].apiKey\n");
    });
  });

  describe("of an HA pair of Panoramas", () => {
    let pair: HaPair;
    beforeEach(async () => {
      const port = await freePort();
      const users = [{ name: "aws-panos", password: PASSWORD }];
      const second = { host: "127.0.0.2", port };
      await firewall.stop();
      ({ pair } = (await startPanorama({ firewalls: 0, port, users, ha: { second } })) as { pair: HaPair });
      firewall = pair.first;
      manager.set(SECRET, "old");
      const config = {
        "panos:hostname": "127.0.0.1",
        "panos:peerHostname": "127.0.0.2",
        "panos:panorama": { deviceGroup: "cloud" },
        "panos:apiKeySecret": SECRET,
        "aws:region": "us-east-2",
      };
      await writeFile(join(folder, "Pulumi.prod.yaml"), stringify({ config }));
    });
    afterEach(() => pair.second.stop());
    const store = () => run(["--stack", "prod"], { ...login(), PANOS_HOSTNAME: "" });

    it("asks the active one, whichever the stack names first, and the key is good on both", async () => {
      pair.failOver();
      expect(await store(), said).to.equal(0);
      expect(said).to.contain("The API key of aws-panos on 127.0.0.2 is stored in the secret prod/firewall");
      const key = manager.current(SECRET) ?? "";
      expect([await opens(key), await opens(key, "127.0.0.2")]).to.deep.equal([true, true]);
      pair.setState(pair.second, "suspended");
      expect(await store()).to.equal(1);
      expect(said.replace(/\s+/g, " ")).to.contain(
        "no active Panorama of the HA pair: 127.0.0.1 is primary-passive, 127.0.0.2 is secondary-suspended",
      );
      expect(said).to.contain("ends older keys");
      expect(manager.current(SECRET)).to.equal(key);
    });

    it("asks the other one where the first is gone", async () => {
      pair.failOver();
      await pair.first.stop();
      expect(await store(), said).to.equal(0);
      expect(await opens(manager.current(SECRET) ?? "", "127.0.0.2")).to.equal(true);
    });
  });

  it("says which of user and password the firewall refuses", async () => {
    manager.set(SECRET, "old");
    expect(await run(["--secret", SECRET], { ...login(), PANOS_PASSWORD: "wrong" })).to.equal(1);
    expect(said).to.contain("The user or the password is wrong").and.to.contain("Invalid Credential");
    expect(manager.current(SECRET)).to.equal("old");
  });

  it("explains itself, and refuses arguments that it doesn't know, a password among them", async () => {
    expect(await run(["--help"], {})).to.equal(0);
    for (const flag of ["--stack", "--secret", "--credentials", "--firewall"]) expect(said).to.contain(flag);
    expect(await run([], {})).to.equal(64);
    expect(await run(["--secret", SECRET, "--password", "x"], {})).to.equal(64);
    expect(await run(["--stack", "none"], login())).to.equal(1);
    expect(said).to.contain("there is no stack none (Pulumi.none.yaml) here").and.to.contain("npm run init");
  });

  it("runs as a program", async () => {
    manager.set(SECRET, "old");
    const child = spawn(process.execPath, [resolve("commands/aws-panos.cjs"), "keygen", "--secret", SECRET], {
      cwd: folder,
      env: { ...process.env, ...login() },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, "close")) as [number];
    expect(code, said).to.equal(0);
    expect(await opens(manager.current(SECRET) ?? "")).to.equal(true);
  });
});
