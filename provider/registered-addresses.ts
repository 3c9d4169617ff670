import type { dynamic } from "@pulumi/pulumi";
import { registrationsHash } from "../declaration/hashes";
import type { RegisteredAddressesInputs, RegisteredAddressesOutputs } from "./resource/inputs";
import { closingRefused } from "./resource/closing";
import { lacksRegistrations, ownRegistrations, register, unregisterUnused } from "./resource/registered";
import { declaredRegistrations } from "../declaration/registrations";
import { configure, sessionWith } from "./session/session";
import { afterDiagnostics } from "./session/tell";

/**
 * RegisteredAddresses: who is in the address groups that rules name. Registered through User-ID, which acts
 * at once and beside all configuration, so it is no part of Commit's declaration: an instance that stopped
 * is out before anything is staged, also in a run that then commits nothing.
 *
 * A failure makes Commit refuse nevertheless, as that of any other resource. An address that could not be
 * registered only lets in less. But one that could not be unregistered lets in more, for every rule that is
 * then committed on its group; and rules that change from addresses to groups without members would close
 * every door at once.
 */
export const provider: dynamic.ResourceProvider<RegisteredAddressesInputs, RegisteredAddressesOutputs> = {
  configure,

  async check(olds, news) {
    const session = sessionWith(news.firewall);
    session.updating = true;
    session.registering = true;
    const failures: { property: string; reason: string }[] = (["firewall", "ownerId"] as const)
      .filter((key) => olds[key] !== undefined && olds[key] !== news[key])
      .map((key) => ({
        property: key,
        reason: `can't change from ${JSON.stringify(olds[key])} to ${JSON.stringify(news[key])}: the old addresses would stay registered`,
      }));
    const reason = await closingRefused(
      news,
      declaredRegistrations(olds.registrations ?? {}),
      new Set(tagsIn(news.registrations)),
    );
    if (reason !== undefined) failures.push({ property: "registrations", reason });
    // With --continue-on-error Pulumi goes on to Commit, which must not.
    if (failures.length > 0) session.failures.push(NAME);
    return { inputs: news, failures };
  },

  async diff(_id, olds, news) {
    if (olds.hash !== registrationsHash(news.registrations)) return { changes: true };
    return { changes: await lacksRegistrations(sessionWith(news.firewall), news, olds) };
  },

  async create(inputs) {
    return { id: inputs.firewall, outs: await registered(inputs) };
  },

  async update(_id, olds, inputs) {
    return { outs: await registered(inputs, olds) };
  },

  /** Finds what somebody registered or unregistered with our tags, and what a restart has lost. */
  async read(id, olds) {
    if (olds === undefined) return {};
    const { firewall, ownerId } = olds;
    const session = sessionWith(firewall);
    const registrations = await session.reading(NAME, undefined, () => ownRegistrations(session, olds));
    if (registrations === undefined) return { id, props: olds };
    const hash = registrationsHash(registrations);
    if (hash === olds.hash) return { id, props: olds };
    const inputs = { firewall, ownerId, registrations };
    return { id, props: { ...olds, hash }, inputs: inputs as unknown as RegisteredAddressesOutputs };
  },

  async delete(_id, { firewall, ownerId }) {
    const session = sessionWith(firewall);
    session.hasRegistered = true;
    // In a destroy, Firewall unregisters after its commit. In an update this may be the old place of what
    // lives on; otherwise destinations are addresses again, and Pulumi deletes after Commit is done.
    if (!session.updating || session.registering) return;
    await afterDiagnostics(() => session.reporting(NAME, () => unregisterUnused(session, ownerId, false)));
  },
};

/** How it is called where failed resources are named. */
const NAME = "registered-addresses";

async function registered(
  inputs: RegisteredAddressesInputs,
  olds?: RegisteredAddressesOutputs,
): Promise<RegisteredAddressesOutputs> {
  const { firewall, ownerId, registrations } = inputs;
  const session = sessionWith(firewall);
  const missing = await afterDiagnostics(() => session.attempt(NAME, () => register(session, inputs, olds)));
  const hash = registrationsHash(registrations);
  return { firewall, ownerId, hash, applied: registrations, ...(missing.length > 0 && { missing }) };
}

function tagsIn(registrations: Record<string, string[]>): string[] {
  return Object.entries(registrations)
    .filter(([, addresses]) => addresses.length > 0)
    .map(([tag]) => tag);
}
