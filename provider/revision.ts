import type { Operation } from "../panos/client";
import { commitChanges } from "../panos/commit";
import { reachesPeer, requireActive } from "../panos/ha";
import type { Job } from "../panos/job";
import { entryXpath, type Container } from "../panos/location";
import { releaseCommitLock, takeCommitLock } from "../panos/lock";
import { pendingChanges, type PendingChange } from "../panos/system";
import { commentRules, pendingRules, withCommentAdvice } from "./comments";
import { differences, foundDeclaration, listed, ruleChanges } from "./declaration";
import { requireEngine } from "./engine";
import { EstablishedSessions, reducedRules, sayLeft } from "./established";
import type { Adoptions, Declaration } from "./inputs";
import { foreignChanges, withheldChanges } from "./journal";
import { unlessInUse } from "./object";
import type { PolicyObjects } from "./objects";
import {
  heldMessage,
  isOurAddressGroupUntagged,
  isOurApplicationUnmarked,
  isOurServiceUntagged,
  ownObjects,
  ownsRule,
  strayMessage,
} from "./ownership";
import { probeRules } from "./probe";
import type { Session } from "./session";
import { takeOver } from "./takeover";
import { tell } from "./tell";

/** What the firewall has to hold of a stack after a commit. */
export interface Revision {
  ownerId: string;
  /** The cleanup rule. */
  before: string;
  declared: Declaration;
  /** Administrator's rules that declared ones are to replace. */
  adopt?: Adoptions | undefined;
  /** How it reads in the device's commit history. */
  description: (counts: string) => string;
  /** Asked before anything is removed, with the names of the rules that would go. Throws to refuse. */
  allowRemoval: (rules: string[], kept: number) => void;
}

/**
 * Makes the running configuration hold exactly a revision of this stack, in one commit or not at all:
 * removes what is ours and no longer declared, requires that the candidate then holds what is declared and
 * that our administrator has nothing else pending, commits, and requires the same of running.
 * @returns the job, or undefined where running was right already
 */
export async function commitRevision(session: Session, revision: Revision): Promise<Job | undefined> {
  const administrator = await session.prepare();
  const { client, settings } = await session.open();
  await requireEngine();
  let afterwards: () => Promise<void> = () => Promise.resolve();
  const work = async () => {
    const { candidate, exempt } = await sweep(session, revision);
    requireEqual(revision, candidate, exempt, "the candidate configuration", NOT_COMMITTED);

    const [running, changes] = await Promise.all([session.read("running"), pendingChanges(client)]);
    // Asked after the reads: what they told is what the active one has.
    await requireActive(client);
    const each = (of: (part: keyof Declaration) => Set<string>) => ({
      rules: of("rules"),
      addressGroups: of("addressGroups"),
      services: of("services"),
      applications: of("applications"),
      tags: of("tags"),
    });
    // Of these only the removal is ours: one that is there still was looked at before anything was written.
    const adopted = Object.keys(revision.adopt ?? {}).filter((name) => !candidate.rules.has(name));
    const foreign = foreignChanges(
      changes,
      administrator,
      session.location,
      each((part) => {
        const own = ownNames(part, revision, candidate, running);
        return part === "rules" ? new Set([...own, ...adopted]) : own;
      }),
      each((part) => new Set([...candidate[part].keys(), ...running[part].keys()])),
    );
    if (foreign.length > 0) {
      throw new Error(
        `administrator ${administrator} has other changes pending on ${session.firewall}, which a commit would ` +
          `ship too: ${listed(foreign)}. Nothing was committed. Commit or revert them, and give this stack an ` +
          "administrator of its own",
      );
    }
    const before = foundDeclaration(revision.ownerId, revision.before, running);
    const names = Object.keys(revision.declared.rules).filter((name) => !exempt.has(name));
    const changed = names.filter((name) => before.rules[name] !== revision.declared.rules[name]);
    // Where nothing changes, a run before this one may have failed at the probes: then all are asked.
    const probed = changed.length > 0 ? changed : names;
    const ownChanges = changes.some(({ owner }) => owner === administrator);
    if (!ownChanges && differences(revision.declared, before, exempt).length === 0) {
      await probeRules(session, probed, running, revision.before);
      return undefined;
    }

    const reduced = reducedRules(revision.ownerId, running, candidate, exempt);
    const established = new EstablishedSessions(session, reduced);
    if (settings.clearSessions) await established.note();

    if (settings.commitScope === "own") {
      const parts = Object.keys(revision.declared) as (keyof Declaration)[];
      const changed = parts.map((part) => [part, changedNames(part, revision, before, exempt)]);
      requireShipped(
        session,
        administrator,
        changes,
        Object.fromEntries(changed) as Record<keyof Declaration, string[]>,
      );
    }
    const { auditComment } = settings;
    if (auditComment !== undefined) {
      const touched = pendingRules(names, changes, administrator, session);
      await commentRules(session, [...new Set([...changed, ...touched])], auditComment);
    }
    await requireEngine();
    const job = await commitChanges(client, {
      administrator,
      scope: settings.commitScope,
      description: revision.description(counts(before, revision.declared)),
      timeoutSeconds: settings.commitTimeoutSeconds,
      onProgress: ({ id, status, progress }) =>
        tell(
          "info",
          `commit job ${id} on ${session.firewall}: ${status === "PEND" ? "queued" : `${progress} %`}`,
          true,
        ),
    }).catch((error: unknown) => {
      throw auditComment === undefined ? withCommentAdvice(error) : error;
    });
    if (reduced.length > 0) {
      afterwards = async () =>
        settings.clearSessions ? established.end(candidate) : sayLeft(session, reduced);
    }
    for (const warning of job?.warnings ?? [])
      tell("warn", `commit job ${job?.id} on ${session.firewall}: ${warning}`);
    if (!(await reachesPeer(client, SYNC_TIMEOUT_SECONDS))) {
      tell(
        "warn",
        `the running configuration of ${session.firewall} has not reached its HA peer after ` +
          `${SYNC_TIMEOUT_SECONDS} s: a failover now would bring back the old rules. Look at the pair's synchronization`,
      );
    }
    const committed = await session.read("running");
    requireEqual(
      revision,
      committed,
      exempt,
      "the running configuration after the commit",
      "Somebody may have committed at the same time: run again with --refresh",
    );
    const left = pendingRules(adopted, changes, administrator, session).filter((name) =>
      committed.rules.has(name),
    );
    if (left.length > 0) {
      throw new Error(`${listed(left)} on ${session.firewall} was to be taken over, and is still running`);
    }
    await probeRules(session, probed, committed, revision.before);
    return job;
  };
  try {
    return await withCommitLock(session, administrator, work);
  } finally {
    // Also where the commit went through and a check after it failed.
    await afterwards();
  }
}

const NOT_COMMITTED = "Nothing was committed. Run again with --refresh, which finds what has changed there";

/** Refuses a commit that would leave out what another administrator has made of our objects and not committed. */
function requireShipped(
  session: Session,
  administrator: string,
  changes: readonly PendingChange[],
  changed: Record<keyof Declaration, string[]>,
): void {
  const withheld = withheldChanges(changes, administrator, session.location, changed);
  if (withheld.length === 0) return;
  throw new Error(
    `other administrators have changed objects of this stack on ${session.firewall} and not committed that: ` +
      `${listed(withheld)}. Our commit would leave it out, so nothing was committed. Have them commit or revert it, ` +
      "then run again with --refresh",
  );
}

/** Names whose running content is not what is declared. */
function changedNames(
  part: keyof Declaration,
  { declared }: Revision,
  before: Declaration,
  exempt: ReadonlySet<string>,
): string[] {
  const names = new Set([...Object.keys(declared[part]), ...Object.keys(before[part])]);
  return [...names].filter((name) => !exempt.has(name) && declared[part][name] !== before[part][name]);
}

/** How long the other one of an HA pair may take to get what was committed. */
const SYNC_TIMEOUT_SECONDS = 120;

/** Holds the commit lock around work, and releases it on every way out. */
async function withCommitLock<T>(
  session: Session,
  administrator: string,
  work: () => Promise<T>,
): Promise<T> {
  const { client, settings } = await session.open();
  if (!settings.takeLock) return work();
  await takeCommitLock(client, administrator, `aws-panos-rules commits the rules of ${session.firewall}`);
  try {
    return await work();
  } finally {
    await releaseCommitLock(client).catch((error: Error) =>
      tell("warn", `the commit lock on ${session.firewall} could not be released: ${error.message}`),
    );
  }
}

/**
 * Removes from the candidate what is ours and no longer declared, rules before the objects they use.
 * @returns the candidate as it is then, and the names that are left as they are
 */
async function sweep(
  session: Session,
  revision: Revision,
): Promise<{ candidate: PolicyObjects; exempt: Set<string> }> {
  const { ownerId, declared, allowRemoval } = revision;
  const candidate = await session.read("candidate");
  const own = ownObjects(ownerId, candidate);
  const exempt = new Set(own.held);
  for (const name of own.held) tell("warn", heldMessage(name, session.firewall));
  for (const name of own.strays) {
    tell("warn", strayMessage(name, session.firewall));
  }
  for (const name of Object.keys(declared.rules)) {
    const rule = candidate.rules.get(name);
    if (rule !== undefined && !ownsRule(ownerId, rule)) exempt.add(name);
  }

  for (const [name, content] of Object.entries(declared.services)) {
    const service = candidate.services.get(name);
    if (service !== undefined && isOurServiceUntagged(ownerId, service, content)) exempt.add(name);
  }
  for (const [name, content] of Object.entries(declared.applications)) {
    const application = candidate.applications.get(name);
    if (application !== undefined && isOurApplicationUnmarked(ownerId, application, content)) {
      exempt.add(name);
    }
  }

  for (const [name, content] of Object.entries(declared.addressGroups)) {
    const group = candidate.addressGroups.get(name);
    if (group !== undefined && isOurAddressGroupUntagged(ownerId, group, content)) exempt.add(name);
  }

  const gone = {
    rules: own.rules.filter((name) => declared.rules[name] === undefined && !exempt.has(name)),
    "address-group": own.addressGroups.filter((name) => declared.addressGroups[name] === undefined),
    service: own.services.filter((name) => declared.services[name] === undefined),
    application: own.applications.filter((name) => declared.applications[name] === undefined),
    tag: own.tags.filter((name) => declared.tags[name] === undefined),
  };
  if (gone.rules.length > 0) allowRemoval(gone.rules, own.rules.length - gone.rules.length);
  const replacements = await takeOver(session, revision, candidate);
  const going = Object.values(gone).flat();
  if (replacements.length === 0 && going.length === 0) return { candidate, exempt };
  // A removal is staged only where the rest is right: left behind alone by a run that fails at the rest, it would
  // come into force with anybody's commit of everything.
  requireEqual(
    revision,
    candidate,
    new Set([...exempt, ...going]),
    "the candidate configuration",
    NOT_COMMITTED,
  );

  const removal = (container: Container, name: string): Operation => ({
    action: "delete",
    xpath: entryXpath(session.location, container, name),
  });
  const onRules = [...replacements, ...gone.rules.map((name) => removal("rules", name))];
  if (onRules.length > 0) await session.write(onRules);
  for (const container of ["address-group", "service", "application", "tag"] as const) {
    await Promise.all(
      gone[container].map(async (name) => {
        const removed = await unlessInUse(name, session, () => session.write([removal(container, name)]));
        if (!removed) exempt.add(name);
      }),
    );
  }
  return { candidate: await session.read("candidate"), exempt };
}

function requireEqual(
  { ownerId, before, declared }: Revision,
  objects: PolicyObjects,
  exempt: ReadonlySet<string>,
  where: string,
  advice: string,
): void {
  const differing = differences(declared, foundDeclaration(ownerId, before, objects), exempt);
  if (differing.length > 0) {
    throw new Error(`${where} differs from what is declared: ${listed(differing)}. ${advice}`);
  }
}

function ownNames(
  part: keyof Declaration,
  { ownerId, declared }: Revision,
  ...configurations: PolicyObjects[]
): Set<string> {
  return new Set([
    ...Object.keys(declared[part]),
    ...configurations.flatMap((objects) => ownObjects(ownerId, objects)[part]),
  ]);
}

function counts(before: Declaration, after: Declaration): string {
  const { added, changed, removed } = ruleChanges(before, after);
  return `${added.length} added, ${changed.length} changed, ${removed.length} removed`;
}
