import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { newCrypter } from "../../packages/pulumi/secrets";
import { chooseExecutable } from "../../commands/pulumi";
import { Stack, type Executable, type RunResult } from "../../packages/pulumi/stack";
import type { Inventory } from "../../inventory/types";
import {
  startSimulator,
  type Job,
  type RequestRecord,
  type Simulator,
  type SimulatorOptions,
} from "../../packages/simulator";
import { FIREWALL_INTERFACE } from "./account";
import { Orphans } from "./orphans";
import { Person } from "./person";

export const PROJECT_DIR = join(__dirname, "..", "..");

/** Passwords that must not turn up anywhere. */
export const PASSWORDS = {
  admin: "adm1n-s3cret",
  "aws-panos": "p4nos-s3cret",
  "aws-panos-2": "p4nos2-s3cret",
};

/** The passphrase of the stacks' secrets. */
export const PASSPHRASE = "p4ss-phr4se";

const VSYS = "/config/devices/entry/vsys/entry[@name='vsys1']";
const RULES = `${VSYS}/rulebase/security/rules`;

/** A rule as an administrator has it, for a simulator's configuration. */
export function ruleEntry(name: string, fields: Partial<Record<string, string>> = {}): string {
  const lists = {
    from: "untrust",
    to: "trust",
    source: "any",
    destination: "any",
    application: "any",
    service: "any",
  };
  const members = Object.entries({ ...lists, ...fields })
    .filter(([field]) => field !== "action")
    .map(([field, value]) => `<${field}><member>${value}</member></${field}>`);
  return `<entry name="${name}">${members.join("")}<action>${fields["action"] ?? "allow"}</action></entry>`;
}

/** A firewall's configuration with these rules of its administrator, and a cleanup rule below them. */
export function firewallConfig(rules: readonly string[] = []): string {
  const cleanup = ruleEntry("cleanup", { from: "any", to: "any", action: "deny" });
  return (
    '<config version="11.1.0"><shared/><devices><entry name="localhost.localdomain"><vsys><entry name="vsys1">' +
    '<zone><entry name="untrust"/><entry name="trust"/></zone>' +
    `<rulebase><security><rules>${rules.join("")}${cleanup}</rules></security></rulebase>` +
    "</entry></vsys></entry></devices></config>"
  );
}

export interface StackChoices {
  name?: string;
  ownerId?: string;
  administrator?: keyof typeof PASSWORDS;
  /** Further settings of the stack, by full key; undefined leaves out one that every stack has. */
  settings?: Record<string, unknown>;
  /** Secret settings, by full key, as `pulumi config set --secret` writes them. */
  secrets?: Record<string, string>;
  env?: Record<string, string>;
  /** A folder with another program, as `programDir` makes one. */
  projectDir?: string;
  /** What runs it; what TEST_EXECUTABLE says unless given. */
  executable?: Executable;
  /** Whether each command has a process of its own, as the CLI has: for who looks at its command line. */
  hasOwnProcesses?: boolean;
}

/** What TEST_EXECUTABLE asks for, or the Pulumi CLI where it is found. */
export function testExecutable(): Executable {
  const flags = process.env["TEST_EXECUTABLE"]?.split(" ") ?? [];
  return chooseExecutable({ engine: flags.includes("--engine"), cli: flags.includes("--cli") });
}

/** A firewall, an AWS account and stacks that connect them, for one test; everything in a folder of its own. */
export class Lab {
  /** Names of the running rules after each commit that went through, in order. */
  readonly history: string[][] = [];
  private readonly people: Person[] = [];
  private readonly orphans: Orphans[] = [];

  private constructor(
    readonly firewall: Simulator,
    readonly directory: string,
  ) {
    firewall.on("job", ({ type, status, result }: Job) => {
      if (type === "Commit" && status === "FIN" && result === "OK") this.history.push(this.running());
    });
  }

  /** @param start what it works with, in place of a firewall */
  static async open(
    options: SimulatorOptions = {},
    start: (options: SimulatorOptions) => Promise<Simulator> = startSimulator,
  ): Promise<Lab> {
    const users = Object.entries(PASSWORDS).map(([name, password]) => ({ name, password }));
    const directory = await mkdtemp(join(tmpdir(), "aws-panos-test-"));
    const record = join(directory, "requests.jsonl");
    return new Lab(await start({ config: firewallConfig(), users, record, ...options }), directory);
  }

  async close(): Promise<void> {
    for (const orphans of this.orphans) orphans.end();
    await Promise.all(this.people.map((person) => person.leave()));
    await this.firewall.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** What AWS has from now on. */
  async setAccount(inventory: Inventory, stack = "dev"): Promise<void> {
    await writeFile(this.accountFile(stack), JSON.stringify(inventory));
  }

  /** Somebody who works on the firewall by hand. */
  person(name: keyof typeof PASSWORDS = "admin"): Person {
    const person = new Person(this.firewall, name, PASSWORDS[name]);
    this.people.push(person);
    return person;
  }

  /** Kills a run's engine, and waits for its end. What it leaves behind goes on, until the lab closes. */
  async kill({ child, done }: ReturnType<Stack["start"]>): Promise<Orphans> {
    const orphans = await Orphans.of(child);
    this.orphans.push(orphans);
    await done;
    return orphans;
  }

  /** Writes a stack's configuration file, in place of what it has. Returns the file's path. */
  async configure(choices: StackChoices = {}): Promise<string> {
    const { name = "dev", ownerId = "test1234", administrator = "aws-panos" } = choices;
    const config = {
      "panos:hostname": "127.0.0.1",
      "panos:username": administrator,
      "panos:skipVerifyCertificate": "true",
      "panos:lockTimeout": 1,
      "aws-panos-rules:inventory": "snapshot",
      "aws-panos-rules:snapshot": this.accountFile(name),
      "aws-panos-rules:firewall": { networkInterfaceIds: [FIREWALL_INTERFACE] },
      "aws-panos-rules:cleanupRule": "cleanup",
      "aws-panos-rules:untrustZone": "untrust",
      "aws-panos-rules:trustZone": "trust",
      "aws-panos-rules:ownerId": ownerId,
      ...choices.settings,
    };
    const configFile = join(this.directory, `Pulumi.${name}.yaml`);
    const set = Object.entries(config).filter(([, value]) => value !== undefined);
    await writeFile(configFile, stackFile(Object.fromEntries(set), choices.secrets));
    return configFile;
  }

  /** A stack of the real program against this firewall and the account of its name. */
  async stack(choices: StackChoices = {}): Promise<Stack> {
    const { name = "dev", administrator = "aws-panos" } = choices;
    const configFile = await this.configure(choices);
    return Stack.create({
      executable: choices.executable ?? testExecutable(),
      name,
      projectDir: choices.projectDir ?? PROJECT_DIR,
      backendDir: this.directory,
      configFile,
      // It takes a second program, and shows what the update does anyway.
      skipPreview: true,
      inProcess: choices.hasOwnProcesses !== true,
      env: {
        PANOS_PORT: String(this.firewall.port),
        PANOS_PASSWORD: PASSWORDS[administrator],
        PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
        PULUMI_SKIP_CHECKPOINTS: "true",
        ...choices.env,
      },
    });
  }

  /** A project folder with a program of its own beside the real rooms, for what the real one never does. */
  async programDir(program: string): Promise<string> {
    const directory = join(this.directory, "program");
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory);
    const rooms = [
      "provider",
      "panos",
      "mapping",
      "inventory",
      "tests",
      "node_modules",
      "package.json",
      "tsconfig.json",
      "typescript.cjs",
      "lean-sdk.cjs",
    ];
    await Promise.all(rooms.map((room) => symlink(join(PROJECT_DIR, room), join(directory, room))));
    await symlink(join(PROJECT_DIR, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
    await writeFile(join(directory, "index.ts"), program);
    return directory;
  }

  /** Names of running rules, in order. */
  running(): string[] {
    return this.firewall.runningRules();
  }

  candidate(): string[] {
    return this.firewall.candidateRules();
  }

  /** The running rules that aren't ours, as text. */
  others(): string {
    return this.running()
      .filter((name) => !name.startsWith("aws-sg-"))
      .map((name) => this.firewall.running(`${RULES}/entry[@name='${name}']`))
      .join("\n");
  }

  /** One field of a running rule, as XML. */
  field(rule: string, field: string): string {
    return this.firewall.running(`${RULES}/entry[@name='${rule}']/${field}`);
  }

  /** One field of a rule in the candidate, as XML. */
  candidateField(rule: string, field: string): string {
    return this.firewall.candidate(`${RULES}/entry[@name='${rule}']/${field}`);
  }

  /** A rule as XML, without the uuid that each new one gets; "" where there is none. */
  rule(name: string, configuration: "running" | "candidate" = "running"): string {
    return this.firewall[configuration](`${RULES}/entry[@name='${name}']`).replace(/ uuid="[^"]*"/, "");
  }

  /** The tags, services, applications, addresses and address groups of a configuration, as XML. */
  objects(configuration: "running" | "candidate" = "running"): string {
    return ["tag", "service", "application", "address", "address-group"]
      .map((kind) => this.firewall[configuration](`${VSYS}/${kind}`))
      .join("");
  }

  /** Names of running rules that have a name of ours. */
  ours(): string[] {
    return this.running().filter((name) => name.startsWith("aws-sg-"));
  }

  /** What happens on the firewall during some work. */
  async during<T>(
    work: () => Promise<T>,
  ): Promise<{ result: T; requests: RequestRecord[]; writes: number; commits: number }> {
    const [request, job] = [this.firewall.requests.length, this.firewall.jobs.length];
    const result = await work();
    const requests = this.firewall.requests.slice(request);
    return {
      result,
      requests,
      writes: requests.filter(isWrite).length,
      commits: this.firewall.jobs.slice(job).filter(({ type }) => type === "Commit").length,
    };
  }

  private accountFile(stack: string): string {
    return join(this.directory, `${stack}.account.json`);
  }
}

/** A result that must be a success; otherwise what was said is the error. */
export function succeeded(result: RunResult): RunResult {
  if (result.code !== 0) throw new Error(`the run ended with ${result.code}:\n${said(result)}`);
  return result;
}

/** Everything that a run said, with line breaks and indentation as single spaces. */
export function said({ stdout, stderr, diagnostics }: RunResult): string {
  return [stdout, stderr, ...diagnostics.map(({ message }) => message)].join("\n").replace(/\s+/g, " ");
}

/** Whether a request changes the candidate, or asks that it be committed. */
export function isWrite({ type, action }: Pick<RequestRecord, "type" | "action">): boolean {
  return type === "commit" || (type === "config" && action !== "get" && action !== "show");
}

/** Deriving its key takes long by design, so one serves the stacks of all labs. */
const crypter = newCrypter(PASSPHRASE);

/** A stack file, its secret settings encrypted with the passphrase. */
function stackFile(config: Record<string, unknown>, secrets: Record<string, string> = {}): string {
  const encrypted = Object.entries(secrets).map(([key, value]) => [key, { secure: crypter.encrypt(value) }]);
  return stringify({
    encryptionsalt: crypter.salt,
    config: { ...config, ...(Object.fromEntries(encrypted) as Record<string, unknown>) },
  });
}
