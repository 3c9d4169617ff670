import type { InventorySource } from "../inventory";
import type { DataSourcesSource, Ec2Access } from "../inventory/auto";
import type { MappingOptions } from "../mapping/types";
import { PROJECT } from "./configuration";
import { accountsFrom } from "./accounts";
import { awsAccess, reportUnknownAws } from "./aws";
import type { GuardrailSettings } from "./guardrails";
import { given } from "../lib/records";
import { collector, type Report } from "./problems";
import type { Get, TableReader } from "./reader";

/** `inventory`, `snapshot`, `accounts` and `onUnreadable`: where what AWS has is read from. */
export function inventorySource(
  get: Get,
  read: TableReader,
  report: Report,
  keys: readonly string[] = [],
): InventorySource {
  const kind = read.choice("inventory");
  const onUnreadable = read.choice("onUnreadable");
  const accounts = read.json("accounts");
  const wanted: { withoutWays?: true } = read.choice("ways") === "told" ? { withoutWays: true } : {};
  // A key that the AWS provider doesn't know stops it, and EC2's own API would be asked as if it weren't there.
  if (accounts !== undefined || kind !== "snapshot") reportUnknownAws(keys, report);
  if (accounts !== undefined) {
    if (kind === "lookups" || kind === "snapshot") {
      report(
        `${PROJECT}:accounts`,
        `can't be read with inventory: ${kind}`,
        "aws-panos-rules:inventory: ec2",
      );
    }
    return {
      ...wanted,
      kind: "accounts",
      onUnreadable,
      accounts: accountsFrom(accounts, awsAccess(get, report), report),
    };
  }
  if (kind === "auto" || kind === "lookups") return { ...wanted, kind, access: accessOrObstacle(get) };
  if (kind === "ec2") return { ...wanted, kind, access: awsAccess(get, report) };
  const file = read.text("snapshot");
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

/** Settings of one stack that decide how much of AWS has to be seen. */
interface Demands {
  targets: Pick<MappingOptions, "firewall" | "protectedSubnets" | "protectedVpcs">;
  mappings: readonly MappingOptions[];
  guardrails: GuardrailSettings;
}

/**
 * The source that can tell what the settings ask for: data sources where they can, otherwise EC2's own API where
 * that can be asked.
 */
export function sufficientSource(
  source: InventorySource,
  demands: Demands,
  get: Get,
  report: Report,
): InventorySource {
  if (source.kind === "ec2" || source.kind === "accounts") return { ...source, ...stoppedFor(demands) };
  if (source.kind === "snapshot") return source;
  const { protectedSubnets = [], protectedVpcs = [] } = demands.targets;
  const key = `${PROJECT}:inventory`;
  if (source.kind === "lookups") {
    if ([...protectedSubnets, ...protectedVpcs].length > 0) {
      report(key, "is lookups, which don't see what protectedSubnets and protectedVpcs name", "ec2");
    }
    if (demands.mappings.some(({ quarantine }) => quarantine !== undefined)) {
      report(key, "is lookups, which don't see the instances' tags that quarantine needs", "ec2");
    }
  }
  const unseen = beyondDataSources(demands);
  const { access, withoutWays } = source;
  const wanted = { ...given({ withoutWays }), ...stoppedFor(demands) };
  const isRuledOut = rulesOutProvider(get("pulumi:disable-default-providers"));
  if (isRuledOut && (source.kind === "lookups" || access === undefined || "obstacle" in access)) {
    const because = access !== undefined && "obstacle" in access ? ` (${access.obstacle})` : "";
    report(
      key,
      `is ${source.kind}, and pulumi:disable-default-providers rules out the AWS provider, which data sources ask through${because}`,
      "ec2",
    );
  }
  if (access !== undefined && !("obstacle" in access)) {
    if (isRuledOut)
      return {
        ...wanted,
        kind: "ec2",
        access,
        because: "pulumi:disable-default-providers rules out the AWS provider",
      };
    if (unseen.length > 0)
      return { ...wanted, kind: "ec2", access, because: `data sources don't tell ${unseen.join(", ")}` };
  }
  return throughDataSources(source, demands, unseen);
}

function throughDataSources(
  source: DataSourcesSource,
  { targets: { firewall }, mappings }: Demands,
  unseen: readonly string[],
): DataSourcesSource {
  const { networkInterfaceIds, vpcEndpointIds } = firewall;
  const isDynamic = mappings.some(({ destinations }) => destinations === "dynamic");
  const namesSubnets = mappings.some(({ zones }) => Object.keys(zones?.subnets ?? {}).length > 0);
  return {
    ...source,
    ...(isDynamic && { withStopped: true }),
    ...(namesSubnets && { withSubnets: true }),
    ...(mappings.some(({ interfaces }) => interfaces !== undefined) && { withoutInstance: true }),
    firewall: { networkInterfaceIds, vpcEndpointIds },
    ...(unseen.length > 0 && { unseen }),
  };
}

/** Whether the tags of instances that don't run decide: with dynamic destinations, whose rules outlast their nights. */
function stoppedFor({ mappings, guardrails }: Demands): { withStopped?: true } {
  const isDecisive = mappings.some(
    ({ destinations, zones, policies = [], quarantine }) =>
      destinations === "dynamic" &&
      (guardrails.exclude.instances.length > 0 ||
        Object.keys(zones?.tags ?? {}).length > 0 ||
        policies.length > 0 ||
        quarantine !== undefined),
  );
  return isDecisive ? { withStopped: true } : {};
}

/** What the settings need that data sources hide or aren't asked for, in a person's words. */
function beyondDataSources({ targets, mappings, guardrails }: Demands): string[] {
  const { protectedSubnets = [], protectedVpcs = [] } = targets;
  const some = (asks: (options: MappingOptions) => boolean) => mappings.some(asks);
  const reasons: [boolean, string][] = [
    [[...protectedSubnets, ...protectedVpcs].length > 0, "what protectedSubnets and protectedVpcs name"],
    [guardrails.exclude.instances.length > 0, "the instances' tags that guardrails.exclude.instances needs"],
    [some(({ quarantine }) => quarantine !== undefined), "the instances' tags that quarantine needs"],
    [some(namesZones), "every interface and its tags, whose zones count as zones say"],
    [some(({ policies = [] }) => policies.length > 0), "the instances' tags that policies need"],
    [
      some(({ references }) => references === "expand"),
      "every member of the groups that references: expand needs",
    ],
    [
      some(({ directions = [] }) => directions.includes("egress")),
      "every interface that egress rules must not widen",
    ],
    [
      some(({ destinationAddress }) => destinationAddress === "public"),
      "the public addresses of secondary private ones, which destinationAddress: public needs",
    ],
  ];
  return reasons.flatMap(([isAsked, what]) => (isAsked ? [what] : []));
}

/** A known interface has the zone of its place, whatever zones.sources says of its address. */
function namesZones({ zones = {} }: MappingOptions): boolean {
  return Object.values(zones).some((named: object) => Object.keys(named).length > 0);
}

/** Pulumi's setting: a list of packages, "*" for all. */
function rulesOutProvider(value: string | undefined): boolean {
  if (value === undefined) return false;
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) && (list.includes("aws") || list.includes("*"));
  } catch {
    return false;
  }
}
