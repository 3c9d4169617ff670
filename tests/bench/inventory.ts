import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Ec2Server } from "../support/ec2-server";
import { fleetLists } from "./fleet";
import type { Reading } from "./inventory-reading";
import { table } from "./statistics";

/** What it costs to read a fleet of so many interfaces, through each source. */
export interface FleetResult {
  interfaces: number;
  lookups: Reading;
  ec2: Reading;
}

/** Reads fleets of growing size through each source: EC2 over HTTP, data sources answered at once. */
export async function measureInventory(
  sizes: readonly number[],
  progress: (text: string) => void,
): Promise<FleetResult[]> {
  const results: FleetResult[] = [];
  for (const interfaces of sizes) {
    progress(`reading ${interfaces} interfaces`);
    const server = await Ec2Server.start();
    try {
      for (const [action, items] of fleetLists(interfaces)) server.lists.set(action, items);
      const lookups = await reading("lookups", interfaces);
      const ec2 = await reading("ec2", interfaces, server.url);
      results.push({ interfaces, lookups, ec2 });
    } finally {
      await server.close();
    }
  }
  return results;
}

async function reading(...args: (string | number)[]): Promise<Reading> {
  const program = join(__dirname, "inventory-reading.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...["--require", "./typescript.cjs", program],
    ...args.map(String),
  ]);
  return JSON.parse(stdout) as Reading;
}

export function inventoryText(results: readonly FleetResult[]): string {
  const row = ({ calls, seconds, pacedSeconds, megabytes }: Reading) => [
    String(calls),
    pacedSeconds.toFixed(0),
    seconds.toFixed(1),
    megabytes.toFixed(0),
  ];
  const rows = results.flatMap(({ interfaces, lookups, ec2 }) => [
    [`${interfaces} through lookups`, ...row(lookups)],
    [`${interfaces} through ec2`, ...row(ec2)],
  ]);
  return (
    "Reading interfaces, with half as many security-group rules. Paced: within EC2's request rates, had its answers\n" +
    "taken no time; busy: this machine, had there been no rates\n" +
    table([["interfaces", "calls", "paced s", "busy s", "MB at most"], ...rows])
  );
}
