import type { InventorySource } from "../inventory";
import { PROJECT } from "../provider/configuration";
import type { Report } from "./problems";
import type { Reader } from "./reader";

/** `inventory` and `snapshot`: where what AWS has is read from. */
export function inventorySource(read: Reader, report: Report): InventorySource {
  const kind = read.choice("inventory", ["lookups", "snapshot"] as const);
  if (kind === "lookups") return { kind };
  const file = read.text("snapshot", /./, "account.json", "optional");
  if (file === undefined) {
    report(`${PROJECT}:snapshot`, "is missing, although inventory is snapshot", "account.json");
  }
  return { kind, file: file ?? "" };
}
