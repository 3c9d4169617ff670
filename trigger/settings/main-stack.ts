import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import path from "node:path";
import { parse } from "yaml";
import type { MappingOptions } from "../../mapping/types";
import { readingsOf, tagParts } from "../../mapping/tags";
import { PROJECT } from "../../settings/configuration";
import { isRecord } from "../../lib/records";
import { collector, type Report } from "../../settings/problems";
import { guardSettings, type GuardSettings } from "../../settings/guard";
import { guardrailSettings } from "../../settings/guardrails";
import { quarantineSettings } from "../../settings/quarantine";
import { readStackFile } from "../../settings/stack-file";
import { firewallTargets } from "../../settings/targets";

/** What the trigger needs to know of the configuration of the stack that it runs. */
export interface MainStack {
  /** What AWS's routes send traffic to: the way to AWS must not lead there. */
  firewall: MappingOptions["firewall"];
  inventory: "auto" | "lookups" | "ec2" | "snapshot";
  /** The roles in `accounts` and `aws:assumeRoles`. */
  roles: string[];
  /** Regions that are read by EC2's API, as far as they are named. */
  regions: string[];
  /** Names or ARNs in `apiKeySecret`: the program reads them itself. */
  keySecrets: string[];
  /** The firewalls' management addresses; undefined where one is given by name. */
  managementCidrs: string[] | undefined;
  managementPorts: number[];
  /** A file of the repository that the connection needs. */
  caFile: string | undefined;
  /** The keys of the tags that isolate instances; empty: none does. */
  quarantineKeys: string[];
  /** Whether its `interfaces` names more than instances', so that services' own calls count. */
  watchesServices: boolean;
  /** The keys of tags that end permissions: their changes start a run. */
  expiryKeys: string[];
  /** The keys of groups' and rules' tags that guardrails look at. */
  approvalKeys: string[];
  /** What of it waits for approvals. */
  guard: GuardSettings | undefined;
  secretsProvider: "passphrase" | "awskms" | "service" | "other";
}

const NOTHING: MainStack = {
  firewall: { instanceIds: [], networkInterfaceIds: [], vpcEndpointIds: [] },
  // Whatever needs least beside it: that the stack can't be read is said already.
  inventory: "ec2",
  roles: [],
  regions: [],
  keySecrets: [],
  managementCidrs: undefined,
  managementPorts: [443],
  caFile: undefined,
  quarantineKeys: [],
  watchesServices: false,
  expiryKeys: [],
  approvalKeys: [],
  guard: undefined,
  secretsProvider: "other",
};

/** Other accounts are only ever read by EC2's own API. */
function inventorySource(inventory: string | undefined, hasAccounts: boolean): MainStack["inventory"] {
  if (inventory === "snapshot") return inventory;
  if (hasAccounts) return "ec2";
  return inventory === "lookups" || inventory === "ec2" ? inventory : "auto";
}

/** Reads `Pulumi.STACK.yaml`. Whether it is right is checked by the program itself, in each run. */
export async function readMainStack(
  folder: string,
  stack: string,
  key: string,
  report: Report,
): Promise<MainStack> {
  let config: Record<string, string>;
  let document: unknown;
  try {
    config = await readStackFile(folder, stack);
    document = parse(await readFile(path.join(folder, `Pulumi.${stack}.yaml`), "utf8"));
  } catch (error) {
    report(key, `can't be used: ${(error as Error).message}`, "prod");
    return NOTHING;
  }
  const json = (name: string) => jsonOf(config[name]);
  const entries = (name: string) => {
    const value = json(name);
    return (Array.isArray(value) ? (value as unknown[]) : value === undefined ? [] : [value]).filter(
      isRecord,
    );
  };
  const firewalls = entries(`${PROJECT}:firewalls`);
  const accounts = entries(`${PROJECT}:accounts`);
  const given = (name: string) => [config[`panos:${name}`], ...firewalls.map((each) => each[name])];
  const all = (name: string) => given(name).filter(isText);
  const hosts = [...all("hostname"), ...all("peerHostname")];
  const ports = given("port").map(Number).filter(Number.isInteger);
  return {
    firewall: firewallTargets(json(`${PROJECT}:firewall`), false, collector().report),
    inventory: inventorySource(config[`${PROJECT}:inventory`], accounts.length > 0),
    roles: [
      ...accounts.map(({ role }) => role),
      ...[...entries("aws:assumeRoles"), ...entries("aws:assumeRole")].map(({ roleArn }) => roleArn),
    ].filter(isText),
    regions: [
      ...new Set([
        ...[config["aws:region"]].filter(isText),
        ...accounts.flatMap(({ regions }) => (Array.isArray(regions) ? regions.filter(isText) : [])),
      ]),
    ],
    keySecrets: [...new Set(all("apiKeySecret"))],
    managementCidrs: hosts.every((host) => isIP(host) !== 0) ? [...new Set(hosts.map(cidrOf))] : undefined,
    managementPorts: ports.length > 0 ? [...new Set(ports)] : [443],
    caFile: config["panos:caFile"],
    quarantineKeys: quarantineKeys([
      json(`${PROJECT}:quarantine`),
      ...firewalls.map(({ quarantine }) => quarantine),
    ]),
    watchesServices: isMoreThanInstances(json(`${PROJECT}:interfaces`)),
    expiryKeys: [config[`${PROJECT}:expiryTag`]].filter(isText),
    approvalKeys: [
      ...approvalKeys(json(`${PROJECT}:guardrails`)),
      ...[config[`${PROJECT}:expiryTag`]].filter(isText),
    ],
    guard: guardSettings(json(`${PROJECT}:guard`), (name) => config[name], collector().report),
    secretsProvider: secretsProvider(isRecord(document) ? document : {}),
  };
}

function isMoreThanInstances(interfaces: unknown): boolean {
  return interfaces === "all" || (Array.isArray(interfaces) && interfaces.length > 0);
}

function secretsProvider(document: Record<string, unknown>): MainStack["secretsProvider"] {
  const provider = document["secretsprovider"];
  if (typeof provider === "string" && provider.startsWith("awskms:")) return "awskms";
  if (document["encryptionsalt"] !== undefined) return "passphrase";
  return provider === undefined ? "service" : "other";
}

/** Of every firewall's `quarantine`. */
function quarantineKeys(values: readonly unknown[]): string[] {
  const keys = values.flatMap((value) =>
    Object.keys(quarantineSettings(value, collector().report)?.tags ?? {}),
  );
  return [...new Set(keys)].sort();
}

/** Of `guardrails`: by whose tags groups and rules are opened, or left out. */
function approvalKeys(value: unknown): string[] {
  const { approvalTag, exclude } = guardrailSettings(value, collector().report);
  const keys = [
    ...(approvalTag === undefined ? [] : [tagParts(approvalTag).key]),
    ...exclude.securityGroups.flatMap(readingsOf).map(({ key }) => key),
  ];
  return [...new Set(keys)].sort();
}

function jsonOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function cidrOf(address: string): string {
  return `${address}/${isIP(address) === 4 ? 32 : 128}`;
}
