import type { Executable } from "../../packages/pulumi/stack";
import type { RequestRecord } from "../../packages/simulator";
import { Trial } from "./trial";

/** What one update cost the firewall. */
export interface Cost {
  requests: number;
  /** Requests that change the candidate. */
  writes: number;
  commits: number;
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

/** Counts an update that makes so many rules, one that changes one of them, and one that changes none. */
export async function measureSize(rules: number, executable: Executable): Promise<SizeResult> {
  const trial = await Trial.rules(rules, { executable, skipCheckpoints: true });
  try {
    const first = await costOfUpdate(trial);
    const state = stateSize(await trial.stateFile());
    const unchanged = await costOfUpdate(trial);
    await trial.setAccount(rules, "source");
    const oneChanged = await costOfUpdate(trial);
    return { rules, first, oneChanged, unchanged, state };
  } finally {
    await trial.close();
  }
}

async function costOfUpdate(trial: Trial): Promise<Cost> {
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
