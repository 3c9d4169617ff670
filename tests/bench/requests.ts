import type { Executable } from "../../packages/pulumi/stack";
import type { RequestRecord } from "../../packages/simulator";
import { serialDepth } from "../support/serial-depth";
import { Trial } from "./trial";

/** What one update cost the firewall. */
export interface Cost {
  requests: number;
  /** Requests that change the candidate. */
  writes: number;
  commits: number;
  /** How many of them came one after the other; where that was measured. */
  depth?: number;
  /** The provider's requests before its first write; undefined where it writes nothing. */
  preflight?: number;
}

/** What updates of one size cost, and what Pulumi keeps of them. */
export interface SizeResult {
  rules: number;
  first: Cost;
  /** One rule gets one more source. */
  oneChanged: Cost;
  unchanged: Cost;
  /** Bytes for each rule. */
  state: {
    /** The whole state file. */
    file: number;
    /** The rule's own text: its inputs as JSON, once, without the provider's code. */
    text: number;
    /** What the file holds beyond that text, what is there once for a stack included. */
    beyond: number;
    /** What the rule's own entry in the file holds beyond that text. */
    entryBeyond: number;
  };
}

/** How long answers are held back where it is measured how many come one after the other. */
const DELAY_MS = 150;

/**
 * Counts an update that makes so many rules, one that changes one of them, and one that changes none; without the preview
 * that `pulumi up` may show first, which asks as much as the last of them.
 */
export async function measureSize(rules: number, executable: Executable): Promise<SizeResult> {
  const trial = await Trial.rules(rules, { executable, skipCheckpoints: true, skipPreview: true });
  try {
    const first = await costOfUpdate(trial);
    const state = stateSize(await trial.stateFile());
    trial.firewall?.addFault({ probability: 1, effect: { do: "delay", ms: DELAY_MS } });
    const unchanged = await costOfUpdate(trial, DELAY_MS);
    await trial.setAccount(rules, "source");
    const oneChanged = await costOfUpdate(trial, DELAY_MS);
    return { rules, first, oneChanged, unchanged, state };
  } finally {
    await trial.close();
  }
}

/** @param delayMs how long each answer is held back; 0: not at all */
async function costOfUpdate(trial: Trial, delayMs = 0): Promise<Cost> {
  const { requests: served = [], jobs = [] } = trial.firewall ?? {};
  const [firstRequest, firstJob] = [served.length, jobs.length];
  await trial.timed("up");
  const requests = (trial.firewall?.requests ?? []).slice(firstRequest);
  const firstWrite = requests.findIndex(isWrite);
  // The program has asked with a login of its own before.
  const login = requests.slice(0, firstWrite).findLastIndex(({ type }) => type === "keygen");
  return {
    requests: requests.length,
    writes: requests.filter(isWrite).length,
    ...(delayMs > 0 && { depth: serialDepth(requests, delayMs) }),
    ...(firstWrite >= 0 && { preflight: firstWrite - login }),
    commits: (trial.firewall?.jobs ?? []).slice(firstJob).filter(({ type }) => type === "Commit").length,
  };
}

function isWrite({ type, action }: RequestRecord): boolean {
  return type === "config" && action !== "get" && action !== "show";
}

interface State {
  checkpoint: { latest: { resources: { type: string; inputs: Record<string, unknown> }[] } };
}

function stateSize(file: string): SizeResult["state"] {
  const { resources } = (JSON.parse(file) as State).checkpoint.latest;
  const rules = resources.filter(({ type }) => type.endsWith(":SecurityRule"));
  const text = rules.reduce((sum, { inputs }) => {
    return sum + Buffer.byteLength(JSON.stringify({ ...inputs, __provider: undefined }));
  }, 0);
  const entries = rules.reduce((sum, rule) => sum + Buffer.byteLength(JSON.stringify(rule)), 0);
  const bytes = Buffer.byteLength(file);
  return {
    file: bytes / rules.length,
    text: text / rules.length,
    beyond: (bytes - text) / rules.length,
    entryBeyond: (entries - text) / rules.length,
  };
}
