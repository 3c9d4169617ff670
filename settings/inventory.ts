import type { InventorySource } from "../inventory";
import type { Ec2Access } from "../inventory/auto";
import { PROJECT } from "../provider/configuration";
import { accountsFrom } from "./accounts";
import { awsAccess } from "./aws";
import { collector, type Report } from "./problems";
import type { Get, Reader } from "./reader";

/** `inventory`, `snapshot`, `accounts` and `onUnreadable`: where what AWS has is read from. */
export function inventorySource(get: Get, read: Reader, report: Report): InventorySource {
  const kind = read.choice("inventory", ["auto", "lookups", "ec2", "snapshot"] as const);
  const onUnreadable = read.choice("onUnreadable", ["stop", "keep"] as const);
  const accounts = read.json("accounts");
  if (accounts !== undefined) {
    if (kind === "lookups" || kind === "snapshot") {
      report(
        `${PROJECT}:accounts`,
        `can't be read with inventory: ${kind}`,
        "aws-panos-rules:inventory: ec2",
      );
    }
    return {
      kind: "accounts",
      onUnreadable,
      accounts: accountsFrom(accounts, awsAccess(get, report), report),
    };
  }
  if (kind === "auto") return { kind, access: accessOrObstacle(get) };
  if (kind === "lookups") return { kind };
  if (kind === "ec2") return { kind, access: awsAccess(get, report) };
  const file = read.text("snapshot", /./, "account.json", "optional");
  if (file === undefined) {
    report(`${PROJECT}:snapshot`, "is missing, although inventory is snapshot", "account.json");
  }
  return { kind, file: file ?? "" };
}

/** What keeps EC2's own API from being asked is no problem as long as data sources are. */
function accessOrObstacle(get: Get): Ec2Access {
  const { problems, report } = collector();
  const access = awsAccess(get, report);
  return problems.length === 0
    ? access
    : { obstacle: problems.map(({ key, problem }) => `${key} ${problem}`).join("; ") };
}
