/** What a review is made of: two snapshots, recordings, or a preview. */
import { resolve } from "node:path";
import { readSnapshot } from "../../inventory";
import { waitingFor } from "../../lib/terminal/progress";
import type { Seen } from "../../plan/reviewed/seen";
import { factsBetween } from "../../review/change/between";
import type { Facts } from "../../review/change/facts";
import { factsOfPreview } from "../../review/change/preview";
import { factsOfRecorded } from "../../review/change/recorded";
import { offlineSettings } from "../../settings/offline";
import { refuse, type GivenTo, type Terminal } from "../framework";
import { enginesOfPreview } from "../pulumi";
import type { reviewTable } from "./table";

type Given = GivenTo<typeof reviewTable>;

/** Files of an account, earlier and later. */
export interface Between {
  before: string;
  after: string;
}

/** Facts, and of what is now the hashes of what they rest on. */
interface Found {
  facts: Facts;
  seen?: Seen;
}

/** The two snapshots of `--between`, where it is given. */
export function snapshotsIn(
  { between, operands: [after], rulebase, inventory }: Given,
  folder: string,
): Between | undefined {
  if (between === undefined) {
    refuse(after !== undefined && `what is ${after} for?`);
    return undefined;
  }
  refuse(
    (rulebase ?? inventory) !== undefined &&
      "--between has no firewall: it goes with neither --rulebase nor --inventory",
    after === undefined && "give two snapshots: --between A.json B.json",
  );
  return { before: resolve(folder, between), after: resolve(folder, after!) };
}

/** @param between the snapshots that are compared; undefined: what is now */
export function factsFor(between: Between | undefined, given: Given, terminal: Terminal): Promise<Found> {
  return between === undefined ? factsNow(given, terminal) : factsOfSnapshots(between, given, terminal);
}

async function factsOfSnapshots(
  between: Between,
  { stack, configFile }: Given,
  { folder, environment }: Terminal,
): Promise<Found> {
  const [before, after] = await Promise.all(
    [between.before, between.after].map((file) => readSnapshot(file)),
  );
  const from = { snapshot: between.after, file: configFile };
  const settings = await offlineSettings(folder, stack, environment, from);
  return { facts: factsBetween(before!, after!, settings, stack) };
}

function factsNow(given: Given, terminal: Terminal): Promise<Found> {
  const { stack, rulebase, inventory, configFile } = given;
  const { folder, environment } = terminal;
  const place = { folder, stack, configFile, environment };
  if ((rulebase ?? inventory) !== undefined) return factsOfRecorded({ ...place, rulebase, inventory });
  const engines = enginesOfPreview(given, terminal);
  const preview = () => factsOfPreview({ ...place, engines });
  return waitingFor(`previewing stack ${stack}`, preview, terminal);
}
