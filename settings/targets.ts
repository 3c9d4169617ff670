import type { MappingOptions } from "../mapping/types";
import { PROJECT } from "./configuration";
import { isRecord } from "../lib/records";
import { SETTINGS } from "./table";
import { FIREWALL_IDS } from "./table/forms";
import type { Report } from "./problems";

/**
 * `firewall`: what AWS's routes send traffic to.
 * @param isNeeded nothing else says what is behind the firewall
 */
export function firewallTargets(
  value: unknown,
  isNeeded: boolean,
  report: Report,
): MappingOptions["firewall"] {
  const key = `${PROJECT}:firewall`;
  const targets: MappingOptions["firewall"] = {
    instanceIds: [],
    networkInterfaceIds: [],
    vpcEndpointIds: [],
  };
  const { example } = SETTINGS.firewall;
  if (value === undefined) {
    if (isNeeded) report(key, "is missing: it says what AWS's routes send traffic to", example);
    return targets;
  }
  if (!isRecord(value)) {
    report(key, "is not an object of lists of ids", example);
    return targets;
  }
  for (const [kind, ids] of Object.entries(value)) {
    const form = FIREWALL_IDS[kind as keyof typeof FIREWALL_IDS];
    if (form === undefined) {
      report(`${key}.${kind}`, `is none of ${Object.keys(FIREWALL_IDS).join(", ")}`, example);
    } else if (!Array.isArray(ids)) {
      report(`${key}.${kind}`, "is not a list", `["${form.example}"]`);
    } else {
      const wrong = ids.filter((id) => typeof id !== "string" || !form.pattern.test(id));
      for (const id of wrong)
        report(`${key}.${kind}`, `${JSON.stringify(id)} is not such an id`, form.example);
      targets[kind as keyof typeof FIREWALL_IDS] = ids.map(String);
    }
  }
  if (Object.values(targets).every((ids) => ids.length === 0)) report(key, "names no id", example);
  return targets;
}
