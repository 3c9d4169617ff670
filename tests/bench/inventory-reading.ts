/**
 * Reads a fleet once, in a process of its own so that memory is its own, and prints what that cost as JSON.
 * Arguments: the source, the number of interfaces, and for `ec2` where it is.
 */
import { checkedInventory } from "../../inventory/checked";
import { collectEc2 } from "../../inventory/ec2/read";
import { readLookups } from "../../inventory/lookups";
import { silent } from "../../inventory/tell";
import type { Inventory } from "../../inventory/types";
import { TestClock } from "../inventory/account";
import { fleetLists } from "./fleet";
import { FleetLookups } from "./fleet-lookups";

export interface Reading {
  calls: number;
  /** What the machine was busy or waiting for answers; EC2's request rates not counted. */
  seconds: number;
  /** What EC2's request rates would make of it, with answers that take no time. */
  pacedSeconds: number;
  /** The process's most, its programs included. */
  megabytes: number;
}

async function main([source, count = "0", url = ""]: string[]): Promise<Reading> {
  const interfaces = Number(count);
  const lookups = source === "lookups" ? new FleetLookups(fleetLists(interfaces)) : undefined;
  await lookups?.use();
  const clock = new TestClock();
  const started = performance.now();
  let calls: number;
  let inventory: Inventory;
  if (lookups !== undefined) {
    inventory = await readLookups({}, clock);
    ({ calls } = lookups);
  } else {
    const access = {
      region: "eu-central-1",
      accessKey: "AKIABENCH",
      secretKey: "secret",
      endpoints: { ec2: url, sts: url },
    };
    const read = await collectEc2({ access }, clock);
    inventory = checkedInventory(read.answers, "ec2", silent);
    calls = [...read.calls.values()].reduce((sum, each) => sum + each, 0);
  }
  const seconds = (performance.now() - started) / 1000;
  if (inventory.networkInterfaces.length !== interfaces + 1) throw new Error("not all interfaces were read");
  return {
    calls,
    seconds,
    pacedSeconds: clock.now() / 1000,
    megabytes: process.resourceUsage().maxRSS / 1024,
  };
}

void main(process.argv.slice(2)).then((reading) => process.stdout.write(JSON.stringify(reading)));
