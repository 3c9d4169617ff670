import { Accounts } from "./accounts";
import type { ApiKeys, User } from "./accounts";
import { Commits } from "./commit/commit";
import type { CommitRequest } from "./commit/commit";
import { JobQueue } from "./commit/jobs";
import { Locks } from "./commit/locks";
import { Candidate } from "./config/candidate";
import type { JournalEntry } from "./config/journal";
import type { HaLink } from "./ha/link";
import { AuditComments } from "./op/audit";
import type { Panorama } from "./panorama/panorama";
import { isPanorama } from "./schema/hierarchy";
import type { ArchivedComment } from "./op/audit";
import type { Capacity } from "./policy/capacity";
import { Content } from "./policy/content";
import { namedApplications } from "./policy/more-applications";
import type { MoreApplications } from "./policy/more-applications";
import { HitCounts } from "./policy/hits";
import { RuleTimes } from "./policy/rule-times";
import { firstMatch } from "./policy/running";
import { Sessions } from "./sessions/table";
import { Pushed, type Sent } from "./pushed/pushed";
import { pushFaults } from "./pushed/judged";
import { takeTemplate, withTemplate } from "./pushed/template";
import { RegisteredIps, type RegistrationOptions } from "./userid/registered";
import { isPartial } from "./commit/scope";
import { refusesReordering, type Refuses } from "./refuses";
import type { Apart } from "./config/read";
import { parseXml } from "./xml/parse";
import { XmlElement } from "./xml/element";

export interface FirewallOptions {
  users: readonly User[];
  config: string;
  commitSeconds: number;
  swVersion: string;
  keyLifetimeSeconds: number;
  /** How much it takes: what it says, and what its commits are held to. */
  capacity: Capacity;
  /** Applications that it knows beside the common ones, with their default ports. */
  applications?: MoreApplications;
  /** Whether it knows whatever application a rule names. */
  everyApplication?: boolean;
  /** Its management address; 127.0.0.1 unless given. */
  address?: string;
  serial?: string;
  registration?: RegistrationOptions;
  /** What it refuses of what isn't documented; nothing unless given. */
  refuses?: Refuses;
  /** API keys to share with another firewall. */
  keys?: ApiKeys;
}

/** What a restart does beside forgetting the candidate, the jobs and the API keys. */
export interface RestartOptions {
  /** The commit that runs is finished first: it counts, but its job is gone. Otherwise it never happened. */
  finishJob?: boolean;
  keepLocks?: boolean;
  /** What was registered as persistent is lost too: what a restart does to it isn't documented. */
  loseRegistrations?: boolean;
}

const NOTHING = new XmlElement("config");

/** Of the firewalls that this process has made: no two devices have one. An HA peer's is the even one above. */
let serials = 0;
const nextSerial = () => `0153510000${12345 + 2 * serials++}`;
let interfaces = 0;
/** The management interface's, of those kept for documentation (RFC 7042). */
const nextMac = () => `00:00:5e:00:53:${(++interfaces % 256).toString(16).padStart(2, "0")}`;

/** The device itself: its two configurations and everything that goes with them. No I/O. */
export class Firewall {
  readonly macAddress = nextMac();
  readonly candidate: Candidate;
  readonly content: Content;
  /** What Panorama has pushed. */
  readonly pushed: Pushed;
  /** What a template of Panorama gives: only a `get` shows it among what is configured here. */
  template: XmlElement | undefined;
  readonly ruleTimes: RuleTimes;
  readonly jobs: JobQueue;
  readonly locks = new Locks();
  readonly commits: Commits;
  readonly accounts: Accounts;
  readonly auditComments = new AuditComments();
  /** What each query of the log found, by its job's number less one. */
  readonly logQueries: ArchivedComment[][] = [];
  /** Configurations that were saved under a name. */
  readonly savedConfigs = new Map<string, XmlElement>();
  readonly hitCounts = new HitCounts();
  readonly sessions = new Sessions((vsys, flow) => firstMatch(this, vsys, flow));
  readonly swVersion: string;
  readonly capacity: Capacity;
  readonly address: string;
  readonly serial: string;
  readonly refuses: Refuses;
  /** Whether it refuses commits of one administrator's changes that move rules. */
  readonly refusesReordering: boolean;
  started = new Date();
  private runningRoot: XmlElement;
  private readonly registered = new Map<string, RegisteredIps>();
  /** Partial commits and reverts are refused until a full commit went through. */
  fullCommitRequired = false;
  /** What makes it a Panorama; undefined: it is a firewall. */
  panorama: Panorama<Firewall> | undefined;
  /** The pair that it belongs to. */
  ha: HaLink | undefined;
  /** Whether it is up, as an HA peer sees it. */
  isReachable = true;

  /** @throws Error when the configuration isn't a PAN-OS one */
  constructor(private readonly options: FirewallOptions) {
    const root = parseXml(options.config);
    if (root.tag !== "config") throw new Error(`the configuration's root is <${root.tag}>, not <config>`);
    if (!isPanorama(root) && !root.at("devices", "entry:localhost.localdomain", "vsys", "entry:vsys1")) {
      throw new Error(
        "the configuration has no vsys1 in /config/devices/entry[@name='localhost.localdomain']/vsys",
      );
    }
    if (options.keyLifetimeSeconds > 0) limitKeys(root, options.keyLifetimeSeconds);
    this.content = new Content(options.applications, namedApplications(root), options.everyApplication);
    this.capacity = options.capacity;
    const panorama = isPanorama(root) ? undefined : root.child("panorama");
    if (panorama) root.remove(panorama);
    this.pushed = new Pushed(panorama);
    this.template = takeTemplate(root);
    this.refuses = options.refuses ?? {};
    this.candidate = new Candidate(root, this);
    this.runningRoot = root.clone();
    this.ruleTimes = new RuleTimes(this.runningRoot);
    this.jobs = new JobQueue(options.commitSeconds);
    this.commits = new Commits(this, this.jobs, this.locks, (request, covered) =>
      this.committed(request, covered),
    );
    this.accounts = new Accounts(options.users, () => this.running, options.keys);
    this.swVersion = options.swVersion;
    this.refusesReordering = refusesReordering(this.refuses, options.swVersion);
    this.address = options.address ?? "127.0.0.1";
    this.serial = options.serial ?? nextSerial();
  }

  get running(): XmlElement {
    return this.runningRoot;
  }

  /** Whatever makes another configuration run: a commit, or the HA peer. */
  set running(next: XmlElement) {
    this.ruleTimes.changed(this.runningRoot, next);
    this.runningRoot = next;
  }

  /** A vsys of a configuration by name. */
  vsys(config: XmlElement, name: string): XmlElement | undefined {
    return config.child("devices")?.entries()[0]?.at("vsys", `entry:${name}`);
  }

  /** What is registered on a vsys: each has its own. */
  registeredIps(vsys = "vsys1"): RegisteredIps {
    let table = this.registered.get(vsys);
    if (!table) this.registered.set(vsys, (table = new RegisteredIps(this.options.registration)));
    return table;
  }

  /** What a `get` shows: the candidate, with what a template gives. */
  get seenCandidate(): XmlElement {
    return withTemplate(this.candidate.root, this.template);
  }

  /** What configuration reads find at paths of their own; what a Panorama has below its own name is of its configuration. */
  apart(action: "get" | "show"): Apart {
    const predefined = this.content.config;
    if (this.panorama) return { predefined };
    const { pushedConfig, pushedShow } = this.refuses;
    const hidden = pushedConfig === true || (action === "show" && pushedShow === true);
    return { predefined, panorama: hidden ? NOTHING : this.pushed.config };
  }

  /** Whether it has more than one vsys. */
  get isMultiVsys(): boolean {
    return (this.running.child("devices")?.entries()[0]?.child("vsys")?.entries().length ?? 0) > 1;
  }

  /**
   * From now on Panorama has pushed this to a vsys, in place of what it had pushed there before; with "shared", the
   * objects of Panorama's Shared. Nothing is asked: `pushFaults` says what the firewall would say to it.
   * @param xml what belongs into its entry below `/config/panorama/vsys`; "" for nothing
   */
  setPushed(place: string, xml: string): void {
    this.pushed.set(place, xml);
    if (this.rematchesSessions) this.sessions.rematch();
  }

  /** What the firewall's own job would say of such a push, as detail lines; none where it goes through. */
  pushFaults(place: string, sent: Sent): string[] {
    const next = this.pushed.clone();
    if (sent.policy !== undefined) next.set(place, sent.policy);
    return pushFaults(this, next, sent.template);
  }

  /** Has what a push sends. */
  receive(place: string, { policy, template }: Sent): void {
    if (template) this.template = template;
    if (policy !== undefined) this.setPushed(place, policy);
  }

  get hostname(): string {
    const system = this.running.child("devices")?.entries()[0]?.at("deviceconfig", "system");
    return system?.value("hostname") ?? "PA-VM";
  }

  /** Starts anew: what was not committed, the jobs and the API keys are gone. */
  restart({ finishJob = false, keepLocks = false, loseRegistrations = false }: RestartOptions = {}): void {
    this.jobs.restart(finishJob);
    this.commits.clearPlans();
    this.candidate.reset(this.running.clone());
    this.auditComments.clearPending();
    this.logQueries.length = 0;
    this.accounts.invalidateKeys("revoked");
    for (const table of this.registered.values()) table.restart(!loseRegistrations);
    this.sessions.end(this.sessions.all());
    if (!keepLocks) this.locks.clear();
    // Nothing is pending any more that a partial commit could leave out.
    this.fullCommitRequired = false;
    this.started = new Date();
  }

  /** Device > Setup > Session > Rematch Sessions: on unless the configuration says no. */
  private get rematchesSessions(): boolean {
    const setting = this.running.child("devices")?.entries()[0]?.at("deviceconfig", "setting", "config");
    return setting?.value("rematch") !== "no";
  }

  /** Makes the whole candidate running, as a push does that merges with it. */
  commitCandidate(): void {
    this.running = this.candidate.root.clone();
    this.candidate.reset(this.candidate.root);
  }

  private committed({ scope }: CommitRequest, covered: readonly JournalEntry[]): void {
    this.panorama?.committed(covered);
    this.auditComments.archive(scope.admins);
    if (!isPartial(scope)) this.fullCommitRequired = false;
    if (this.rematchesSessions) this.sessions.rematch();
    this.ha?.committed(this);
  }
}

/**
 * Puts the life of API keys into a configuration, where a client can read it. PAN-OS takes whole minutes, from 1
 * to 525600 (its documentation on the API key lifetime); shorter lives are for tests.
 */
function limitKeys(root: XmlElement, seconds: number): void {
  let at = root.child("devices")?.entries()[0];
  for (const tag of ["deviceconfig", "setting", "management", "api", "key"])
    at = at?.child(tag) ?? at?.add(new XmlElement(tag));
  const lifetime = at?.child("lifetime") ?? at?.add(new XmlElement("lifetime"));
  if (lifetime) lifetime.text = String(seconds / 60);
}
