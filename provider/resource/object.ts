import type { dynamic } from "@pulumi/pulumi";
import type { Operation } from "../../panos/client";
import { PanosError } from "../../panos/error";
import type { Checked, ObjectOutputs, Placed } from "./inputs";
import type { PolicyObjects } from "../../declaration/objects";
import { arrived, noteArrival } from "../session/arrivals";
import { ProviderError } from "../error";
import { isUpdate } from "../session/engine-client";
import { engineCommand } from "../session/engine-command";
import { configure, sessionWith, type Session } from "../session/session";
import { afterDiagnostics, tell } from "../session/tell";

/** What makes one kind of PAN-OS object different from the others. */
export interface ObjectKind<Inputs extends Placed & Checked & { name: string }> {
  /** Whether each of its operations is right by itself, so that they need not go in one transaction. */
  isMany?: true;
  /** A hash of everything that may differ between what is declared and what is found. */
  hash(inputs: Inputs): string;
  /** What read and delete need to know, besides the hash. */
  outputs(inputs: Inputs): Omit<ObjectOutputs, "hash">;
  /** What the candidate still needs, to be as declared. Throws where that must not be. */
  plan(inputs: Inputs, objects: PolicyObjects, session: Session, operation: "create" | "update"): Operation[];
  /** What a configuration has of it, as inputs; undefined: it is gone; "left": it is no longer ours to mend. */
  found(
    id: string,
    outputs: ObjectOutputs,
    objects: PolicyObjects,
    session: Session,
  ): Inputs | undefined | "left";
  /** The removal, where it is still there and ours. */
  removal(id: string, outputs: ObjectOutputs, objects: PolicyObjects, session: Session): Operation[];
}

/**
 * The life of an object on a firewall, the same for every kind: create and update stage it in the candidate
 * and Commit commits. Check and diff do no I/O: Pulumi calls them one at a time.
 */
export function objectProvider<Inputs extends Placed & Checked & { name: string }>(
  kind: ObjectKind<Inputs>,
): dynamic.ResourceProvider<Inputs, ObjectOutputs> {
  const stage = async (inputs: Inputs, operation: "create" | "update"): Promise<ObjectOutputs> => {
    const session = sessionWith(inputs.firewall);
    await afterDiagnostics(() =>
      session.attempt(inputs.name, () =>
        arrived(() =>
          session.stage((objects) => kind.plan(inputs, objects, session, operation), kind.isMany),
        ),
      ),
    );
    return { ...kind.outputs(inputs), hash: kind.hash(inputs) };
  };

  return {
    configure,

    check(olds, news) {
      noteArrival();
      sessionWith(news.firewall).updating = true;
      const { unmarked = [], ...inputs } = news;
      // Of one that is to be created the engine knows no inputs.
      if (olds.name === undefined) for (const text of unmarked) tell("warn", text);
      return Promise.resolve({ inputs: inputs as unknown as Inputs });
    },

    diff(id, olds, news) {
      noteArrival();
      const renamed = id !== news.name;
      const changes = renamed || olds.hash !== kind.hash(news);
      return Promise.resolve({ changes, replaces: renamed ? ["name"] : [] });
    },

    async create(inputs) {
      return { id: inputs.name, outs: await stage(inputs, "create") };
    },

    async update(_id, _olds, inputs) {
      return { outs: await stage(inputs, "update") };
    },

    async read(id, olds) {
      if (olds === undefined) return {};
      const session = sessionWith(olds.firewall);
      const inputs = await session.reading<Inputs | undefined | "left">(id, "left", () =>
        afterDiagnostics(async () => kind.found(id, olds, await session.found(), session)),
      );
      if (inputs === undefined) return {};
      const known = { ...olds };
      delete known.found;
      // Without inputs in the answer the state keeps those it has, spelled as the program spells them.
      if (inputs === "left" || kind.hash(inputs) === olds.hash) return { id, props: known };
      return {
        id,
        // A refresh shows how outputs differ, and nothing of inputs.
        props: { ...known, hash: kind.hash(inputs), found: inputs },
        // The SDK's types have one type for outputs and for the inputs that read finds.
        inputs: inputs as unknown as ObjectOutputs,
      };
    },

    async delete(id, olds) {
      const session = sessionWith(olds.firewall);
      // In an update removal belongs to Commit's sweep, or Firewall's: this may be the old name of an object that lives on.
      if (session.updating || (await isUpdate())) return;
      await session.reporting(id, () => Promise.resolve().then(() => requireCommitToCome(session)));
      const remove = async () => {
        // What uses many objects is gone by now, or stays: that tells which of them can go.
        const now = kind.isMany && (await session.read("candidate"));
        await unlessInUse(id, session, () =>
          session.stage((objects) => kind.removal(id, olds, now || objects, session), kind.isMany),
        );
      };
      await afterDiagnostics(() => session.reporting(id, () => arrived(remove)));
    },
  };
}

/**
 * A destroy's removals are committed as the firewall itself goes, which everything depends on. One that leaves out what is
 * protected ends well without coming to that, and what it had staged would go with anybody's next commit.
 * @throws ProviderError
 */
function requireCommitToCome({ firewall }: Session): void {
  if (engineCommand().excludesProtected !== true) return;
  throw new ProviderError(
    "EXCLUDES_PROTECTED",
    `nothing of ${firewall} was removed: a destroy with --exclude-protected keeps the firewall in the state as long as ` +
      "anything that needs it is protected, and never comes to the commit. Run it without that flag; what is protected, " +
      "`pulumi state unprotect` lets go",
  );
}

/**
 * Runs a removal. An object of ours that somebody's rule uses stays, with a warning: the device refuses to
 * remove it (code 10), and it does no harm.
 * @returns whether it was removed
 */
export async function unlessInUse(
  name: string,
  session: Session,
  removal: () => Promise<void>,
): Promise<boolean> {
  try {
    await removal();
    return true;
  } catch (error) {
    if (!(error instanceof PanosError) || error.panosCode !== "10") throw error;
    tell("warn", `${name} on ${session.firewall} stays, because it is in use: ${error.lines.join("; ")}`);
    return false;
  }
}
