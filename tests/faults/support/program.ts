import { mapInventory, servicesOf } from "../../../mapping";
import { alreadyAllowed } from "../../../mapping/coverage";
import { ownerTag } from "../../../mapping/names";
import type { MappingOptions } from "../../../mapping/types";
import type { Connection } from "../../../panos/connection";
import type { SecurityRule, Service } from "../../../panos/policy";
import { ruleHash, serviceHash, tagHash } from "../../../provider/content";
import type { CommitInputs, Declaration } from "../../../provider/inputs";
import { account, FIREWALL_INTERFACE, type Permission } from "../../support/account";
import type { Resource } from "./deployment";
import type { ProviderProcess } from "./process";

export const OWNER = "test1234";
export const TAG = ownerTag(OWNER);
const [FIREWALL, STACK, CLEANUP] = ["firewall/vsys1", "test/dev", "cleanup"];

const MAPPING: MappingOptions = {
  ownerId: OWNER,
  firewall: { instanceIds: [], networkInterfaceIds: [FIREWALL_INTERFACE], vpcEndpointIds: [] },
  applications: {},
  untrustZone: "untrust",
  trustZone: "trust",
  ruleMode: "application",
};

/** What a program declares. */
export interface Policy {
  rules: SecurityRule[];
  services: Service[];
}

/** The policy that mirrors what an account's security groups let in over TCP. */
export function policyOf(permissions: readonly Permission[]): Policy {
  const { rules } = mapInventory(account(permissions), MAPPING);
  return { rules: rules.map(({ rule }) => rule), services: servicesOf(rules, OWNER) };
}

/** What the program declares, after it has asked the firewall what its administrators allow already. */
export async function programOf(
  process: ProviderProcess,
  connection: Connection,
  permissions: readonly Permission[],
): Promise<Policy> {
  const { openActive, readRulebases, systemInfo } = process.program;
  const mapped = mapInventory(account(permissions), MAPPING);
  const client = await openActive(connection);
  const [rulebases] = await Promise.all([readRulebases(client), systemInfo(client)]).finally(() =>
    client.close(),
  );
  const coverage = alreadyAllowed(mapped.rules, mapped.services, rulebases, {
    cleanupRule: CLEANUP,
    untrustZone: "untrust",
    trustZone: "trust",
    enabled: true,
  });
  return {
    rules: coverage.needed.map(({ rule }) => rule),
    services: servicesOf(coverage.needed, OWNER),
  };
}

/** The hashes by which declared and found are compared. */
export function declarationOf({ rules, services }: Policy): Declaration {
  return {
    rules: Object.fromEntries(rules.map((rule) => [rule.name, ruleHash(rule)])),
    services: Object.fromEntries(services.map((service) => [service.name, serviceHash(service)])),
    tags: { [TAG]: tagHash({ name: TAG, comments: STACK }) },
  };
}

/** The resources that FirewallPolicy declares for a policy. */
export function resourcesOf(policy: Policy): Resource[] {
  const common = { firewall: FIREWALL, ownerId: OWNER };
  const commit: CommitInputs = {
    ...common,
    before: CLEANUP,
    stack: STACK,
    declared: declarationOf(policy),
    maxRemovals: 100,
  };
  return [
    {
      kind: "firewall",
      name: "firewall",
      inputs: {
        name: "firewall",
        vsys: "vsys1",
        hostname: "127.0.0.1",
        ownerId: OWNER,
        cleanupRule: CLEANUP,
        stack: STACK,
      },
      dependsOn: [],
    },
    {
      kind: "tag",
      name: TAG,
      inputs: { firewall: FIREWALL, name: TAG, comments: STACK, acceptRename: false },
      dependsOn: ["firewall"],
    },
    ...policy.services.map((service): Resource => ({
      kind: "service",
      name: service.name,
      inputs: { ...common, ...service },
      dependsOn: [TAG],
    })),
    ...policy.rules.map((rule): Resource => {
      const used = rule.service.filter((name) => policy.services.some((service) => service.name === name));
      return {
        kind: "rule",
        name: rule.name,
        inputs: { ...common, before: CLEANUP, ...rule },
        dependsOn: used.length > 0 ? used : [TAG],
      };
    }),
    { kind: "commit", name: "commit", inputs: commit, dependsOn: [] },
  ];
}
