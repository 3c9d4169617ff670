/** What a million records of flow logs cost, read and held against the policy. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { stringify } from "yaml";
import { account, FIREWALL_INTERFACE } from "../support/account";
import { flowLine, FULL_FORMAT, parquetLog, START, textLog, type FlowLine } from "../support/flow-logs";
import { PROJECT_DIR } from "../support/lab";
import { table } from "./statistics";

interface FlowLogsResult {
  format: "text" | "parquet";
  records: number;
  seconds: number;
  /** The most memory that the process had. */
  megabytes: number;
}

const GROUPS = 200;
const PER_FILE = 50_000;

/** So many records of 200 instances and 50,000 peers, in files as AWS writes them, through the command itself. */
export async function measureFlowLogs(records: number): Promise<FlowLogsResult[]> {
  const folder = await mkdtemp(join(tmpdir(), "bench-flow-logs-"));
  try {
    const permissions = Array.from({ length: GROUPS }, (_, group) => ({
      group,
      port: 443,
      cidr: "0.0.0.0/0",
    }));
    writeFileSync(join(folder, "account.json"), JSON.stringify(account(permissions)));
    const results: FlowLogsResult[] = [];
    writeFileSync(join(folder, "Pulumi.dev.yaml"), stringify({ config: CONFIG }));
    for (const format of ["text", "parquet"] as const) {
      const logs = join(folder, format);
      await mkdir(logs);
      writeLogs(logs, format, records);
      results.push({ format, records, ...(await timed(folder, logs)) });
    }
    return results;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function writeLogs(folder: string, format: FlowLogsResult["format"], records: number): void {
  for (let from = 0; from < records; from += PER_FILE) {
    const lines = Array.from({ length: Math.min(PER_FILE, records - from) }, (_, at) => lineOf(from + at));
    const file = join(folder, String(from).padStart(9, "0"));
    if (format === "parquet") writeFileSync(`${file}.parquet`, parquetLog(lines, FULL_FORMAT));
    else writeFileSync(`${file}.log.gz`, gzipSync(textLog(lines, FULL_FORMAT)));
  }
}

function lineOf(at: number): FlowLine {
  const group = at % GROUPS;
  const peer = `198.51.${(at >> 8) % 200}.${at & 255}`;
  return flowLine({
    ...{ "interface-id": `eni-0a${group.toString(16)}`, srcaddr: peer, dstaddr: `10.0.0.${group}` },
    ...{ "pkt-srcaddr": peer, "pkt-dstaddr": `10.0.0.${group}`, srcport: 32_768 + (at % 30_000) },
    ...{
      dstport: at % 50 === 0 ? 8443 : 443,
      "tcp-flags": 2,
      "flow-direction": "ingress",
      start: START + (at >> 4),
    },
  });
}

const CONFIG = {
  "panos:hostname": "127.0.0.1",
  ...Object.fromEntries(
    Object.entries({
      firewall: { networkInterfaceIds: [FIREWALL_INTERFACE] },
      ...{ cleanupRule: "cleanup", untrustZone: "untrust", trustZone: "trust", ownerId: "bench123" },
    }).map(([key, value]) => [`aws-panos-rules:${key}`, value]),
  ),
};

/** The command as a person starts it, in a process of its own. */
async function timed(folder: string, logs: string): Promise<Pick<FlowLogsResult, "seconds" | "megabytes">> {
  const args = [
    "evidence",
    "--stack",
    "dev",
    "--logs",
    logs,
    "--inventory",
    join(folder, "account.json"),
    "--json",
  ];
  const program = `
    process.on("exit", () => process.stderr.write("MAX " + process.resourceUsage().maxRSS));
    process.argv.splice(1, 1, ...${JSON.stringify(["aws-panos", ...args])});
    require(${JSON.stringify(join(PROJECT_DIR, "commands/aws-panos.cjs"))});
  `;
  const started = process.hrtime.bigint();
  const errors = await new Promise<string>((done, fail) => {
    const env = { PATH: process.env["PATH"] };
    execFile(
      process.execPath,
      ["-e", program, "-"],
      { cwd: folder, env, maxBuffer: 1 << 28 },
      (error, _, stderr) =>
        // 2 says that something would be cut.
        error !== null && error.code !== 2 ? fail(new Error(stderr)) : done(stderr),
    );
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return { seconds, megabytes: Number(/MAX (\d+)/.exec(errors)?.[1]) / 1024 };
}

export function flowLogsText(results: readonly FlowLogsResult[]): string {
  return table([
    ["records", "format", "seconds", "memory"],
    ...results.map(({ format, records, seconds, megabytes }) => [
      ...[records.toLocaleString("en"), format, seconds.toFixed(1), `${megabytes.toFixed(0)} MB`],
    ]),
  ]);
}
