import { settingsFrom } from "../../settings/index";
import { type Settings } from "../../settings/types";
import { FIREWALL_INTERFACE } from "./account";

/** The settings of a stack for the small account and a firewall that nobody asks; more, by full key. */
export function settingsOf(more: Record<string, unknown> = {}): Settings {
  const values = {
    "panos:hostname": "127.0.0.1",
    "panos:apiKey": "none",
    "aws-panos-rules:inventory": "snapshot",
    "aws-panos-rules:snapshot": "account.json",
    "aws-panos-rules:firewall": { networkInterfaceIds: [FIREWALL_INTERFACE] },
    "aws-panos-rules:cleanupRule": "cleanup",
    "aws-panos-rules:untrustZone": "untrust",
    "aws-panos-rules:trustZone": "trust",
    "aws-panos-rules:ownerId": "test1234",
    ...more,
  };
  const texts = Object.entries(values).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const stack = "organization/aws-panos-rules/dev";
  return settingsFrom(Object.fromEntries(texts) as Record<string, string>, () => true, stack, {});
}
