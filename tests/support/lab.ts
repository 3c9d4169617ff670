import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseExecutable } from "../../commands/pulumi";
import { Stack, type Executable } from "../../packages/pulumi/stack";
import type { Inventory } from "../../inventory/types";
import type {
  Job,
  PanoramaLab,
  RequestRecord,
  SessionRequest,
  Simulator,
  SimulatorOptions,
} from "../../packages/simulator";
import type { PanosClient } from "../../panos/client";
import { containerXpath, entryXpath } from "../../panos/location";
import { FIREWALL_INTERFACE } from "./account";
import { Orphans } from "./orphans";
import { watched } from "./in-force";
import { Person } from "./person";
import { PASSPHRASE, stackFile } from "./stack-file";
import type { Given } from "./rules";
import { isWrite } from "./results";
import { FIREWALL, type Target } from "./targets";

export { firewallConfig, ruleEntry } from "./rules";
export { isWrite, said, succeeded } from "./results";
export { PASSPHRASE } from "./stack-file";

export const PROJECT_DIR = join(__dirname, "..", "..");

/** Passwords that must not turn up anywhere. */
export const PASSWORDS = {
  admin: "adm1n-s3cret",
  "aws-panos": "p4nos-s3cret",
  "aws-panos-2": "p4nos2-s3cret",
};

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

export interface LabOptions extends SimulatorOptions {
  /** What its stacks write to; a firewall unless given. */
  target?: Target;
  /** What administrators have there. */
  given?: Given;
}

/** A target, an AWS account and stacks that connect them, for one test; everything in a folder of its own. */
export class Lab {
  /** Names of the running rules after each commit that went through, in order. */
  readonly history: string[][] = [];
  private readonly people: Person[] = [];
  private readonly orphans: Orphans[] = [];

  private constructor(
    readonly target: Target,
    /** What is written to: the firewall, or Panorama. */
    readonly firewall: Simulator,
    /** Panorama's firewalls, where the target is a device group. */
    readonly fleet: PanoramaLab | undefined,
    readonly directory: string,
  ) {
    firewall.on("job", ({ type, status, result }: Job) => {
      if (type === "Commit" && status === "FIN" && result === "OK") this.history.push(this.running());
    });
  }

  static async open({ target = FIREWALL, given = {}, ...options }: LabOptions = {}): Promise<Lab> {
    const users = Object.entries(PASSWORDS).map(([name, password]) => ({ name, password }));
    const directory = await mkdtemp(join(tmpdir(), "aws-panos-test-"));
    const record = join(directory, "requests.jsonl");
    const { device, fleet } = await target.start({ users, record, ...options }, given);
    return new Lab(target, device, fleet, directory);
  }

  async close(): Promise<void> {
    for (const orphans of this.orphans) orphans.end();
    await Promise.all(this.people.map((person) => person.leave()));
    await (this.fleet ?? this.firewall).stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** What messages call the target. */
  get label(): string {
    return `firewall/${this.target.location.vsys}`;
  }

  /** What messages say beside that of how many firewalls a change reaches. */
  get reach(): string {
    return this.fleet === undefined ? "" : ` (${this.firewalls.length} firewalls)`;
  }

  /** What packets go through: the firewall, or those of the device group. */
  get firewalls(): readonly Simulator[] {
    return this.fleet === undefined ? [this.firewall] : [...this.fleet.firewalls.values()];
  }

  /** What all firewalls that packets go through say alike. */
  everywhere<T>(ask: (firewall: Simulator) => T): T {
    const [first, ...rest] = this.firewalls.map(ask);
    for (const other of rest) assert.deepEqual(other, first, "the firewalls differ");
    return first!;
  }

  /** What somebody is told by all of them alike, asking each one. */
  async asked<T>({ client }: Person, ask: (client: PanosClient) => Promise<T>): Promise<T> {
    const clients = this.fleet?.serials.map((serial) => client.forFirewall(serial, "vsys1")) ?? [client];
    const [first, ...rest] = await Promise.all(clients.map(ask));
    for (const other of rest) assert.deepEqual(other, first, "the firewalls differ");
    return first!;
  }

  /** Registered addresses by tag. */
  registered(): Record<string, string[]> {
    return this.everywhere((firewall) => firewall.registered());
  }

  /** Opens a connection through each firewall. @returns its id there */
  openSession(request: SessionRequest): number {
    return this.everywhere((firewall) => firewall.openSession(request).id);
  }

  /** Ids of the sessions that go on. */
  sessions(): number[] {
    return this.everywhere((firewall) => firewall.sessions.map(({ id }) => id));
  }

  /** What AWS has from now on. */
  async setAccount(inventory: Inventory, stack = "dev"): Promise<void> {
    await writeFile(this.accountFile(stack), JSON.stringify(inventory));
  }

  /** Somebody who works on the target by hand. */
  person(name: keyof typeof PASSWORDS = "admin"): Person {
    const { location, pushes } = this.target;
    const person = new Person(this.firewall, name, PASSWORDS[name], location, pushes);
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
      ...this.target.settings,
      ...choices.settings,
    };
    const configFile = join(this.directory, `Pulumi.${name}.yaml`);
    const set = Object.entries(config).filter(([, value]) => value !== undefined);
    await writeFile(configFile, stackFile(Object.fromEntries(set), choices.secrets));
    return configFile;
  }

  /** A stack of the real program against this target and the account of its name. */
  async stack(choices: StackChoices = {}): Promise<Stack> {
    const { name = "dev", administrator = "aws-panos" } = choices;
    const configFile = await this.configure(choices);
    const stack = await Stack.create({
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
    return this.target.isWhole === true ? watched(this, stack) : stack;
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

  /** Names of running rules, in order; of a device group, those that Panorama runs. */
  running(): string[] {
    return this.rules("running");
  }

  candidate(): string[] {
    return this.rules("candidate");
  }

  private rules(configuration: "running" | "candidate"): string[] {
    if (this.target.location.panorama === undefined) return this.firewall[`${configuration}Rules`]();
    const rules = this.firewall[configuration](`${containerXpath(this.target.location, "rules")}/entry`);
    return [...rules.matchAll(/<entry [^>]*?name="([^"]*)"/g)].map(([, name = ""]) => name);
  }

  private xpath(rule: string): string {
    return entryXpath(this.target.location, "rules", rule);
  }

  /** The running rules that aren't ours, as text. */
  others(): string {
    return this.running()
      .filter((name) => !name.startsWith("aws-sg-"))
      .map((name) => this.firewall.running(this.xpath(name)))
      .join("\n");
  }

  /** One field of a running rule, as XML. */
  field(rule: string, field: string): string {
    return this.firewall.running(`${this.xpath(rule)}/${field}`);
  }

  /** One field of a rule in the candidate, as XML. */
  candidateField(rule: string, field: string): string {
    return this.firewall.candidate(`${this.xpath(rule)}/${field}`);
  }

  /** A rule as XML, without the uuid that each new one gets; "" where there is none. */
  rule(name: string, configuration: "running" | "candidate" = "running"): string {
    return this.firewall[configuration](this.xpath(name)).replace(/ uuid="[^"]*"/, "");
  }

  /** The tags, services, applications, addresses and address groups of a configuration, as XML. */
  objects(configuration: "running" | "candidate" = "running"): string {
    return ["tag", "service", "application", "address", "address-group"]
      .map((kind) => this.firewall[configuration](containerXpath(this.target.location, kind)))
      .join("");
  }

  /** Names of running rules that have a name of ours. */
  ours(): string[] {
    return this.running().filter((name) => name.startsWith("aws-sg-"));
  }

  /** The commits that there were, pushes not among them. */
  get commits(): Job[] {
    return this.firewall.jobs.filter(({ type }) => type === "Commit");
  }

  /** What happens on the target during some work. */
  async during<T>(
    work: () => Promise<T>,
  ): Promise<{ result: T; requests: RequestRecord[]; writes: number; commits: number }> {
    const [request, commit] = [this.firewall.requests.length, this.commits.length];
    const result = await work();
    const requests = this.firewall.requests.slice(request);
    return {
      result,
      requests,
      writes: requests.filter(isWrite).length,
      commits: this.commits.length - commit,
    };
  }

  private accountFile(stack: string): string {
    return join(this.directory, `${stack}.account.json`);
  }
}
