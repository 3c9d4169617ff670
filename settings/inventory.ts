import type { InventorySource } from "../inventory";
import { PROJECT } from "../provider/configuration";
import { awsAccess } from "./aws";
import type { Report } from "./problems";
import type { Reader } from "./reader";

/** `inventory` and `snapshot`: where what AWS has is read from. */
export function inventorySource(read: Reader, report: Report): InventorySource {
  const kind = read.choice("inventory", ["lookups", "ec2", "snapshot"] as const);
  if (kind === "lookups") return { kind };
  if (kind === "ec2") return { kind, access: awsAccess(read, report) };
  const file = read.text("snapshot", /./, "account.json", "optional");
  if (file === undefined) {
    report(`${PROJECT}:snapshot`, "is missing, although inventory is snapshot", "account.json");
  }
  return { kind, file: file ?? "" };
}
