import { parseCidr } from "../lib/net/cidr";
import type { MappingOptions, ZoneOptions } from "../mapping/types";
import { PROJECT } from "./configuration";
import { isRecord } from "../lib/records";
import { applicationOverrides } from "./applications";
import { SETTINGS } from "./table";
import { PANOS_NAME, SUBNET, TAG, VPC } from "./table/forms";
import type { Report } from "./problems";
import { type TableReader } from "./reader";

/** What decides which permissions become rules, the same for every firewall. */
export function mappingScope(
  read: TableReader,
  report: Report,
): Pick<
  MappingOptions,
  "directions" | "references" | "destinationAddress" | "overlaps" | "applicationsByTag" | "prefixListGroups"
> {
  const byTag = read.json("applicationsByTag");
  const above = read.text("prefixListGroups");
  return {
    references: read.choice("references"),
    destinationAddress: read.choice("destinationAddress"),
    ...(above !== "never" && { prefixListGroups: Number(above ?? SETTINGS.prefixListGroups.default) }),
    directions: directions(read.json("directions"), report),
    ...(byTag !== undefined && { applicationsByTag: applicationsByTag(byTag, report) }),
  };
}

/** Subnets and VPCs that are behind the firewall though no route table of theirs says so. */
export function protectedPlaces(
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
    return value.map(String);
  };
  const protectedSubnets = ids("protectedSubnets", SUBNET, "subnet-0123456789abcdef0");
  const protectedVpcs = ids("protectedVpcs", VPC, "vpc-0123456789abcdef0");
  return { ...(protectedSubnets && { protectedSubnets }), ...(protectedVpcs && { protectedVpcs }) };
}

const ZONE_KEYS: Record<
  keyof ZoneOptions,
  { what: string; example: string; accepts: (key: string) => boolean }
> = {
  subnets: { what: "a subnet's id", example: "subnet-0123456789abcdef0", accepts: (key) => SUBNET.test(key) },
  vpcs: { what: "a VPC's id", example: "vpc-0123456789abcdef0", accepts: (key) => VPC.test(key) },
  tags: { what: "a tag", example: "tier=web", accepts: (key) => TAG.test(key) },
  sources: {
    what: "a CIDR block",
    example: "10.0.0.0/8",
    accepts: (key) => parseCidr(key)?.text === key,
  },
};

/**
 * `zones`: other zones than trust and untrust.
 * @param key where the setting is, for messages
 */
export function zoneOptions(value: unknown, key: string, report: Report): ZoneOptions | undefined {
  const { example } = SETTINGS.zones;
  if (value === undefined) return undefined;
  if (!isRecord(value)) {
    report(key, "is not an object of subnets, vpcs, tags and sources", example);
    return undefined;
  }
  for (const [kind, zones] of Object.entries(value)) {
    if (!Object.hasOwn(ZONE_KEYS, kind)) {
      report(`${key}.${kind}`, `is none of ${Object.keys(ZONE_KEYS).join(", ")}`, example);
      continue;
    }
    const { what, example: wanted, accepts } = ZONE_KEYS[kind as keyof ZoneOptions];
    if (!isRecord(zones)) {
      report(`${key}.${kind}`, `is not an object of zones by ${what}`, `{"${wanted}": "dmz"}`);
      continue;
    }
    for (const [place, zone] of Object.entries(zones)) {
      const at = `${key}.${kind}["${place}"]`;
      if (!accepts(place)) report(at, `is not ${what} as it has to be written`, wanted);
      if (typeof zone !== "string" || !PANOS_NAME.test(zone)) {
        report(at, `${JSON.stringify(zone)} is not a zone's name`, "dmz");
      }
    }
  }
  return value;
}

function directions(value: unknown, report: Report): NonNullable<MappingOptions["directions"]> {
  const { example } = SETTINGS.directions;
  const key = `${PROJECT}:directions`;
  if (value === undefined) return ["ingress"];
  if (!Array.isArray(value) || value.length === 0) {
    report(key, "is not a list of directions", example);
    return [];
  }
  const unknown = value.filter((each) => each !== "ingress" && each !== "egress") as unknown[];
  for (const each of unknown)
    report(key, `has ${JSON.stringify(each)}, which is neither ingress nor egress`, example);
  return (["ingress", "egress"] as const).filter((each) => value.includes(each));
}

function applicationsByTag(value: unknown, report: Report): NonNullable<MappingOptions["applicationsByTag"]> {
  const key = `${PROJECT}:applicationsByTag`;
  const { example } = SETTINGS.applicationsByTag;
  if (!isRecord(value)) {
    report(key, "is not an object of overrides by tag", example);
    return {};
  }
  for (const [tag, overrides] of Object.entries(value)) {
    const at = `${key}["${tag}"]`;
    if (!TAG.test(tag)) report(at, "is not a tag", "team=billing");
    applicationOverrides(overrides, report, at);
  }
  return value as NonNullable<MappingOptions["applicationsByTag"]>;
}
