import { textOf } from "../lib/text";
import type { MappingOptions } from "../mapping/types";
import { PROJECT } from "./configuration";
import { isRecord } from "../lib/records";
import { reportUnlessKnown } from "./keys";
import { SETTINGS } from "./table";
import { FIREWALL_IDS, SUBNET, VPC } from "./table/forms";
import type { Report } from "./problems";
import type { TableReader } from "./reader";
import type { Targets } from "./types";

/** What AWS's routes send traffic to, and what is behind the firewall besides. */
export function targetSettings(read: TableReader, report: Report): Targets {
  const places = protectedPlaces(read, report);
  const isNeeded = [...(places.protectedSubnets ?? []), ...(places.protectedVpcs ?? [])].length === 0;
  return { ...places, firewall: firewallTargets(read.json("firewall"), isNeeded, report) };
}

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
    const form = Object.hasOwn(FIREWALL_IDS, kind)
      ? FIREWALL_IDS[kind as keyof typeof FIREWALL_IDS]
      : undefined;
    if (form === undefined) {
      reportUnlessKnown(kind, `${key}.${kind}`, Object.keys(FIREWALL_IDS), report);
    } else if (!Array.isArray(ids)) {
      report(`${key}.${kind}`, "is not a list", `["${form.example}"]`);
    } else {
      const wrong = ids.filter((id) => typeof id !== "string" || !form.pattern.test(id));
      for (const id of wrong)
        report(`${key}.${kind}`, `${JSON.stringify(id)} is not such an id`, form.example);
      targets[kind as keyof typeof FIREWALL_IDS] = ids.map(textOf);
    }
  }
  if (Object.values(targets).every((ids) => ids.length === 0)) report(key, "names no id", example);
  return targets;
}

/** Subnets and VPCs that are behind the firewall though no route table of theirs says so. */
function protectedPlaces(
  read: TableReader,
  report: Report,
): Pick<MappingOptions, "protectedSubnets" | "protectedVpcs"> {
  const ids = (
    name: "protectedSubnets" | "protectedVpcs",
    form: RegExp,
    example: string,
  ): string[] | undefined => {
    const key = `${PROJECT}:${name}`;
    const value = read.json(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) {
      report(key, "is not a list", `["${example}"]`);
      return [];
    }
    for (const id of value as unknown[]) {
      if (typeof id !== "string" || !form.test(id))
        report(key, `${JSON.stringify(id)} is not such an id`, example);
    }
    return value.map(textOf);
  };
  const protectedSubnets = ids("protectedSubnets", SUBNET, "subnet-0123456789abcdef0");
  const protectedVpcs = ids("protectedVpcs", VPC, "vpc-0123456789abcdef0");
  return { ...(protectedSubnets && { protectedSubnets }), ...(protectedVpcs && { protectedVpcs }) };
}
