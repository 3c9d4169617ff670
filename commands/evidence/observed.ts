/** What the logs show of the interfaces in question. */
import { resolve } from "node:path";
import { readFlowLogs } from "../../aws/flow-logs/read";
import type { Inventory } from "../../inventory/types";
import { waitingFor } from "../../lib/terminal/progress";
import { addressTexts } from "../../mapping/routing";
import type { EvidenceGiven } from "../../review/evidence/judged";
import { Tally } from "../../review/evidence/tally";
import type { Observed } from "../../review/evidence/types";
import type { GivenTo, Terminal } from "../framework";
import type { evidenceTable } from "./table";

export function observedIn(
  { logs, profile }: GivenTo<typeof evidenceTable>,
  known: EvidenceGiven,
  terminal: Terminal,
): Promise<Observed> {
  const tally = tallyFor(known);
  const place = logs.startsWith("s3://") ? logs : resolve(terminal.folder, logs);
  return waitingFor(
    "reading flow logs",
    async (waiting) => {
      const onFile = (at: number, count: number) =>
        waiting.for(`reading flow logs, file ${at + 1} of ${count}`);
      return tally.observed(await readFlowLogs(place, tally.take, onFile, profile));
    },
    terminal,
  );
}

/** Counts what comes to interfaces behind the firewall, and to all others that carry one of their groups. */
function tallyFor({ inventory, mapped }: EvidenceGiven): Tally {
  const { networkInterfaces, vpcs } = inventory;
  const behind = new Set(mapped.protectedInterfaces);
  const groups = new Set(
    networkInterfaces.flatMap(({ id, securityGroupIds }) => (behind.has(id) ? securityGroupIds : [])),
  );
  const inQuestion = networkInterfaces.filter(({ securityGroupIds }) =>
    securityGroupIds.some((id) => groups.has(id)),
  );
  const accountIds = accountsOf(inventory);
  return new Tally(new Map(inQuestion.map((each) => [each.id, addressTexts(each)])), {
    interfaceIds: new Set(networkInterfaces.map(({ id }) => id)),
    vpcIds: new Set(vpcs.map(({ id }) => id)),
    ...(accountIds.length > 0 && { accountIds: new Set(accountIds) }),
  });
}

/** Whose interfaces the inventory has: in shared subnets also those of other accounts. */
function accountsOf({ accountId, accounts = [], networkInterfaces }: Inventory): string[] {
  const read = [accountId, ...accounts.map((each) => each.accountId)].filter((id) => id !== undefined);
  const owners = networkInterfaces.flatMap(({ ownerId }) => ownerId ?? []);
  return read.length === 0 ? [] : [...read, ...owners];
}
