import type { dynamic } from "@pulumi/pulumi";
import { stackTag } from "../declaration/declaration";
import { eachPart } from "../declaration/kinds/index";
import type { FirewallInputs, FirewallOutputs } from "./resource/inputs";
import { requireNothingLeft } from "./revision/left-behind";
import { requireNamesFree } from "./revision/names-free";
import { requireCleanupRule } from "../declaration/objects";
import { requireNotTakenOver, requireOwnTag } from "./resource/stack-tag";
import { unregisterUnused } from "./resource/registered";
import { isStillDeclared } from "./resource/dropped";
import { commitRevision } from "./revision/commit-revision";
import { noteDeclared } from "./session/declared-beside";
import { isUpdate } from "./session/engine-client";
import { firewallIdentity } from "./session/identity";
import { configure, sessionWith } from "./session/session";
import { afterDiagnostics } from "./session/tell";

/**
 * Firewall: what everything else depends on, so that it is the first to be created and the last to go. In a
 * destroy, or when it was dropped from the program, its delete commits the removal of everything.
 */
export const provider: dynamic.ResourceProvider<FirewallInputs, FirewallOutputs> = {
  configure,

  check(olds, news) {
    const session = sessionWith(firewallIdentity(news));
    session.updating = true;
    noteDeclared(session.firewall);
    session.refusal = news.refusal;
    const failures = (["name", "vsys", "ownerId"] as const)
      .filter((key) => olds[key] !== undefined && olds[key] !== news[key])
      .map((key) => ({
        property: key,
        reason:
          `can't change from ${JSON.stringify(olds[key])} to ${JSON.stringify(news[key])} while rules are declared: ` +
          "the old ones would stay behind. Set it back and run `pulumi destroy`, then change it and run `pulumi up`",
      }));
    // With --continue-on-error Pulumi goes on to Commit, which must not.
    if (failures.length > 0) session.failures.push(session.firewall);
    return Promise.resolve({ inputs: news, failures });
  },

  diff(_id, olds, news) {
    const changes =
      olds.hostname !== news.hostname || olds.stack !== news.stack || news.refusal !== undefined;
    return Promise.resolve({ changes });
  },

  async create(inputs) {
    return { id: firewallIdentity(inputs), outs: await meet(inputs) };
  },

  async update(_id, _olds, inputs) {
    return { outs: await meet(inputs) };
  },

  read: (id, olds) => Promise.resolve({ id, ...(olds !== undefined && { props: olds }) }),

  async delete(_id, { firewall, ownerId, stack }) {
    const session = sessionWith(firewall);
    // An update runs: this is the old place of a firewall that lives on.
    if (session.updating) return;
    if (await isUpdate()) {
      const isLeft = () => session.reporting(firewall, () => isStillDeclared(session));
      if (await afterDiagnostics(isLeft)) return;
    }
    const none = eachPart(() => ({}));
    const remove = async () => {
      await requireNotTakenOver(session, ownerId, stack);
      return commitRevision(session, {
        ownerId,
        before: "",
        declared: none,
        description: (counts) => `aws-panos-rules ${stack}: everything removed (${counts})`,
        // More than the state knows may be left: of a run that was killed, or of a destroy that had to leave it.
        allowRemoval: () => Promise.resolve(),
      });
    };
    await afterDiagnostics(() => session.reporting(firewall, remove));
    // Not before: until the commit, the rules that let in to these addresses are in force.
    await afterDiagnostics(() => session.reporting(firewall, () => unregisterUnused(session, ownerId, true)));
    await afterDiagnostics(() => session.reporting(firewall, () => requireNothingLeft(session, ownerId)));
  },
};

/** Makes sure that this is a firewall that can be worked with, before anything is written to it. */
async function meet(inputs: FirewallInputs): Promise<FirewallOutputs> {
  const firewall = firewallIdentity(inputs);
  const { hostname, ownerId, stack, cleanupRule, acceptRename } = inputs;
  const session = sessionWith(firewall);
  await session.attempt(firewall, async () => {
    await session.prepare();
    const objects = await session.objects();
    requireCleanupRule(objects, cleanupRule, firewall);
    // Everything waits for this, also what takes effect without a commit.
    if (acceptRename !== true) requireOwnTag(firewall, objects, stackTag(ownerId, stack));
    // The tag of a copy in a group above or below is read nowhere else before something is registered.
    await requireNamesFree(session, { ownerId, declared: eachPart(() => ({})) });
  });
  return { firewall, hostname, ownerId, stack };
}
