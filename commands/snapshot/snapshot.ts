import { resolve } from "node:path";
import { counted } from "../../lib/text";
import { makePlaceFor } from "../../lib/saving";
import { command, prose, refuse } from "../framework";
import { savedBy } from "../saved-by";
import { recordAccount } from "./account";
import { recordFirewalls } from "./firewalls";
import { snapshotTable } from "./table";

export const snapshot = command(snapshotTable, async (given, terminal) => {
  const { output, errors, folder, environment } = terminal;
  const [say, complain] = [prose(output, environment), prose(errors, environment)];
  const { stack, rulebase } = given;
  const [file] = given.operands;
  refuse(
    file === undefined && rulebase === undefined && "give FILE: where to write",
    rulebase !== undefined &&
      stack === undefined &&
      "--rulebase takes a stack whose firewalls they are: give --stack NAME too",
  );
  if (file !== undefined) await savedBy("FILE", () => makePlaceFor(resolve(folder, file)));
  if (rulebase !== undefined) await savedBy("--rulebase", () => makePlaceFor(resolve(folder, rulebase)));
  if (rulebase !== undefined && stack !== undefined)
    say(await recordFirewalls(rulebase, stack, folder, environment));
  if (file === undefined) return "fine";
  const { vpcs, instances, networkInterfaces, securityGroups } = await recordAccount(
    resolve(folder, file),
    given,
    terminal,
    complain,
  );
  const counts = [
    counted(vpcs.length, "VPC"),
    counted(instances.length, "running or pending instance"),
    counted(networkInterfaces.length, "network interface"),
    counted(securityGroups.length, "security group"),
  ];
  say(`${file}: ${counts.join(", ")}`);
  return "fine";
});
