import { textOf } from "../lib/text";
import { parseCidr } from "../lib/net/cidr";
import { nearest } from "../lib/nearest";
import { KINDS, KINDS_WITHOUT_GROUPS } from "../aws/interface-kinds";
import type { MappingOptions, ZoneOptions } from "../mapping/types";
import { PROJECT } from "./configuration";
import { isRecord } from "../lib/records";
import { applicationOverrides } from "./applications";
import { reportUnlessKnown } from "./keys";
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
  | "directions"
  | "interfaces"
  | "ways"
  | "references"
  | "destinationAddress"
  | "overlaps"
  | "applicationsByTag"
  | "prefixListGroups"
> {
  const byTag = read.json("applicationsByTag");
  const above = read.text("prefixListGroups");
  const interfaces = wantedInterfaces(read.json("interfaces"), report);
  return {
    ...(interfaces !== "instances" && { interfaces }),
    ...(read.choice("ways") === "told" && { ways: "told" }),
    references: read.choice("references"),
    destinationAddress: read.choice("destinationAddress"),
    ...(above !== "never" && { prefixListGroups: Number(above ?? SETTINGS.prefixListGroups.default) }),
    directions: directions(read.json("directions"), report),
    ...(byTag !== undefined && { applicationsByTag: applicationsByTag(byTag, report) }),
  };
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
      reportUnlessKnown(kind, `${key}.${kind}`, Object.keys(ZONE_KEYS), report);
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

/** Whose interfaces rules lead to. A kind that is misspelt would leave out what it means, and nobody would know. */
function wantedInterfaces(value: unknown, report: Report): NonNullable<MappingOptions["interfaces"]> {
  const { example } = SETTINGS.interfaces;
  const key = `${PROJECT}:interfaces`;
  if (value === undefined || value === "instances") return "instances";
  if (value === "all") return "all";
  if (!Array.isArray(value)) {
    report(key, `${JSON.stringify(value)} is neither instances, nor all, nor a list of kinds`, example);
    return "instances";
  }
  for (const each of value as unknown[]) {
    if (KINDS.some((kind) => kind === each)) continue;
    const kind = textOf(each);
    if (KINDS_WITHOUT_GROUPS.some((other) => other === kind)) {
      report(key, `names ${kind}, which carries no security group, so no rule can lead to it`, example);
    } else if (kind === "all" || kind === "instances") {
      report(key, `has ${kind} in a list: instances' interfaces always count, and all stands alone`, kind);
    } else {
      const meant = nearest(kind, KINDS);
      const advice = meant === undefined ? "" : `: did you mean ${meant}?`;
      report(
        key,
        `has ${JSON.stringify(each)}, which is no kind of interface${advice}`,
        meant ?? KINDS.join(", "),
      );
    }
  }
  const kinds = KINDS.filter((kind) => value.includes(kind));
  return kinds.length === 0 ? "instances" : kinds;
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
