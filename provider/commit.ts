import type { dynamic } from "@pulumi/pulumi";
import { bothConfigurations, declarationHash } from "../declaration/declaration";
import { counted, listed } from "../lib/text";
import { hash } from "../declaration/hashes";
import type { CommitInputs, CommitOutputs, LastCommit } from "./resource/inputs";
import type { Declaration } from "../declaration/declaration";
import { noteOutcome, UNCHANGED } from "./revision/outcomes";
import { placesOf, type Places } from "../declaration/placement";
import { isBehind } from "./revision/fleet";
import { heldRemoval } from "./revision/held";
import { isOwnLockLeft } from "./revision/commit-lock";
import { commitRevision } from "./revision/commit-revision";
import { foundBesideLeft, refreshAdvice } from "../declaration/out-of-force";
import { currentRun } from "../settings/run";
import { configure, sessionWith, type Session } from "./session/session";
import { afterDiagnostics, tell } from "./session/tell";
import { ProviderError } from "./error";

/**
 * What the state has of Commit, as far as this process was shown it, by a refresh or when it was diffed: one that is
 * replaced (`pulumi up --replace`) is created without.
 */
const shown = new WeakMap<Session, CommitOutputs>();

/**
 * Commit: the one commit of an update. It changes exactly when something that is declared changes, or when
 * something was staged in this run, and is the last to run, because its declaration waits for everything.
 */
export const provider: dynamic.ResourceProvider<CommitInputs, CommitOutputs> = {
  configure,

  async check(olds, news) {
    sessionWith(news.firewall).updating = true;
    const declared = Object.keys(news.declared.rules);
    const removed = Object.keys(olds.declared?.rules ?? {}).filter(
      (name) => news.declared.rules[name] === undefined,
    );
    const reason = await refused(news, removed, declared.length);
    const { outOfForce = [], ...inputs } = news;
    const session = sessionWith(news.firewall);
    const advice = refreshAdvice(news.firewall, olds.declared, news.declared, outOfForce);
    session.outOfForce = advice !== undefined;
    if (advice !== undefined) tell("warn", advice);
    return { inputs, failures: reason === undefined ? [] : [{ property: "declared", reason }] };
  },

  async diff(_id, olds, news) {
    // Pulumi diffs this after everything it waits for has been staged, so what was staged is known here.
    const session = sessionWith(news.firewall);
    shown.set(session, olds);
    const adopts = Object.keys(news.adopt ?? {}).length > 0;
    const changes =
      adopts ||
      session.staged > 0 ||
      session.outOfForce ||
      session.unregistered.size > 0 ||
      olds.hash !== stateHash(news.declared, news);
    const places = placesOf(news.before, news.quarantineBefore);
    // A commit may outlive its run, or fail in what follows it: a refresh finds what it came to, and the rest is still open.
    const isOpen =
      olds.applied !== undefined && declarationHash(olds.applied) !== declarationHash(news.declared);
    if (changes || isOpen || (await isBehind(session, { ...news, ...places }))) return { changes: true };
    noteOutcome(session, UNCHANGED);
    return { changes: false };
  },

  async create(inputs) {
    const { lastCommit, applied } = shown.get(sessionWith(inputs.firewall)) ?? {};
    return { id: inputs.firewall, outs: await afterDiagnostics(() => noted(inputs, lastCommit, applied)) };
  },

  async update(_id, olds, inputs) {
    return { outs: await afterDiagnostics(() => noted(inputs, olds.lastCommit, olds.applied)) };
  },

  /** Finds what differs from the last commit, in either configuration; whoever made it differ. */
  async read(id, olds) {
    if (olds === undefined) return {};
    shown.set(sessionWith(olds.firewall), olds);
    const known: dynamic.ReadResult<CommitOutputs> = { id, props: olds };
    return sessionWith(olds.firewall).reading(NAME, known, () => read(id, olds));
  },

  // Removing rules is the business of whoever declares fewer of them, or of Firewall in a destroy.
  delete(_id, { firewall }) {
    shown.delete(sessionWith(firewall));
    return Promise.resolve();
  },
};

/** How it is called where resources are named. */
const NAME = "commit";

async function read(id: string, olds: CommitOutputs): Promise<dynamic.ReadResult<CommitOutputs>> {
  const { firewall, ownerId } = olds;
  const places = placesOf(olds.before, olds.quarantineBefore);
  const session = sessionWith(firewall);
  const [candidate, running, lockIsLeft] = await Promise.all([
    session.found(),
    session.read("running"),
    isOwnLockLeft(session),
  ]);
  const found = bothConfigurations(
    foundBesideLeft(ownerId, places, candidate, olds.applied),
    foundBesideLeft(ownerId, places, running, olds.applied),
  );
  const foundHash = stateHash(found, places);
  if (foundHash === olds.hash && !lockIsLeft) return { id, props: olds };
  const inputs = { firewall, ownerId, ...places, declared: found };
  return {
    id,
    props: { ...olds, hash: lockIsLeft ? LOCK_IS_LEFT : foundHash },
    inputs: inputs as unknown as CommitOutputs,
  };
}

/**
 * Commits, and notes how that ended for the table of all firewalls.
 * @param before the last commit before this one
 * @param applied what the last update brought into force
 */
async function noted(
  inputs: CommitInputs,
  before: LastCommit = {},
  applied?: Declaration,
): Promise<CommitOutputs> {
  const { firewall, ownerId, declared } = inputs;
  const session = sessionWith(firewall);
  try {
    const made = await session.reporting(NAME, () => commit(inputs, applied));
    const rules = counted(Object.keys(declared.rules).length, "rule");
    noteOutcome(session, made === undefined ? `${rules}, as they were` : `${rules}, commit job ${made.job}`);
    const places = placesOf(inputs.before, inputs.quarantineBefore);
    const hash = stateHash(declared, places);
    return { firewall, ownerId, ...places, hash, applied: declared, lastCommit: made ?? before };
  } catch (error) {
    noteOutcome(session, "FAILED", error);
    throw error;
  }
}

/** In place of a hash: makes the next update run Commit, which takes the lock over and lets it go. */
const LOCK_IS_LEFT = "a run that was killed has left its commit lock";

/** @returns what was committed; undefined: nothing needed to be */
async function commit(inputs: CommitInputs, applied?: Declaration): Promise<LastCommit | undefined> {
  const { firewall, ownerId, declared, stack } = inputs;
  const places = placesOf(inputs.before, inputs.quarantineBefore);
  const session = sessionWith(firewall);
  if (session.failures.length > 0) {
    throw new ProviderError(
      "RESOURCES_FAILED",
      `nothing was committed on ${firewall}, because ${session.failures.length} of its resources failed: ` +
        `${listed(session.failures)}. What was staged waits in the candidate for the next run`,
    );
  }
  const committed = await commitRevision(session, {
    ownerId,
    ...places,
    declared,
    applied,
    adopt: inputs.adopt,
    isolated: inputs.isolated,
    description: (counts) => `aws-panos-rules ${stack}: ${counts}`,
    allowRemoval: async (rules, kept) => {
      const reason = await refused(inputs, rules, kept);
      if (reason !== undefined) throw new ProviderError("TOO_MANY_REMOVALS", reason);
    },
  });
  if (committed === undefined) return undefined;
  const { job, rules } = committed;
  const { reviewPage } = currentRun();
  return {
    job: job.id,
    time: new Date().toISOString(),
    result: job.warnings.length === 0 ? "OK" : `OK, with ${counted(job.warnings.length, "warning")}`,
    rules,
    ...(reviewPage !== undefined && { review: reviewPage }),
  };
}

/** Why these rules may not go, which a person then has to decide; undefined: they may. */
async function refused(
  inputs: CommitInputs,
  rules: readonly string[],
  kept: number,
): Promise<string | undefined> {
  const { excused = [], suspicion } = inputs;
  const counted = suspicion === undefined ? rules.filter((name) => !excused.includes(name)) : rules;
  return heldRemoval(inputs, "rules", counted, kept);
}

function stateHash(declared: Declaration, { before, quarantineBefore }: Places): string {
  const places = [before, ...(quarantineBefore === undefined ? [] : [quarantineBefore])];
  return hash([declarationHash(declared), ...places]);
}
