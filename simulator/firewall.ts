import { Accounts } from "./accounts";
import type { User } from "./accounts";
import { Commits } from "./commit/commit";
import { JobQueue } from "./commit/jobs";
import type { Job } from "./commit/jobs";
import { Locks } from "./commit/locks";
import { Candidate } from "./config/candidate";
import { AuditComments } from "./op/audit";
import { RegisteredIps } from "./userid/registered";
import { predefinedConfig } from "./policy/predefined";
import { parseXml } from "./xml/parse";
import type { XmlElement } from "./xml/element";

export interface FirewallOptions {
  users: readonly User[];
  config: string;
  commitSeconds: number;
  swVersion: string;
  keyLifetimeSeconds: number;
}

/** The device itself: its two configurations and everything that goes with them. No I/O. */
export class Firewall {
  readonly candidate: Candidate;
  running: XmlElement;
  readonly predefined = predefinedConfig();
  readonly jobs: JobQueue;
  readonly locks = new Locks();
  readonly commits: Commits;
  readonly accounts: Accounts;
  readonly auditComments = new AuditComments();
  readonly registeredIps = new RegisteredIps();
  readonly started = new Date();
  readonly swVersion: string;

  /** @throws Error when the configuration isn't a PAN-OS one */
  constructor(options: FirewallOptions) {
    const root = parseXml(options.config);
    if (root.tag !== "config") throw new Error(`the configuration's root is <${root.tag}>, not <config>`);
    if (!root.at("devices", "entry:localhost.localdomain", "vsys", "entry:vsys1")) {
      throw new Error(
        "the configuration has no vsys1 in /config/devices/entry[@name='localhost.localdomain']/vsys",
      );
    }
    this.candidate = new Candidate(root);
    this.running = root.clone();
    this.jobs = new JobQueue(options.commitSeconds);
    this.commits = new Commits(this, this.jobs, this.locks);
    this.accounts = new Accounts(options.users, () => this.running, options.keyLifetimeSeconds);
    this.swVersion = options.swVersion;
    this.jobs.on("job", ({ type, result }: Job) => {
      if (type === "Commit" && result === "OK") this.auditComments.archive();
    });
  }

  /** A vsys of a configuration by name. */
  vsys(config: XmlElement, name: string): XmlElement | undefined {
    return config.child("devices")?.entries()[0]?.at("vsys", `entry:${name}`);
  }

  get hostname(): string {
    const system = this.running.child("devices")?.entries()[0]?.at("deviceconfig", "system");
    return system?.value("hostname") ?? "PA-VM";
  }
}
