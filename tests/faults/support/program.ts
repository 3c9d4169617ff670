import { NO_CONTENT } from "../../../declaration/declaration";
import {
  applicationsOf,
  mapInventory,
  prefixListGroupsOf,
  prefixListObjects,
  servicesOf,
} from "../../../mapping";
import { alreadyAllowed } from "../../../mapping/coverage";
import { ownerTag } from "../../../declaration/names";
import type { MappingOptions } from "../../../mapping/types";
import type { Connection } from "../../../panos/connection";
import type { FirewallPolicyArgs } from "../../../provider/policy";
import { account, FIREWALL_INTERFACE, type Permission } from "../../support/account";
import type { ProviderProcess } from "./process";

export const OWNER = "test1234";
export const TAG = ownerTag(OWNER);
export const CLEANUP = "cleanup";

const MAPPING: MappingOptions = {
  ownerId: OWNER,
  firewall: { instanceIds: [], networkInterfaceIds: [FIREWALL_INTERFACE], vpcEndpointIds: [] },
  applications: {},
  untrustZone: "untrust",
  trustZone: "trust",
  ruleMode: "application",
  destinations: "addresses",
  prefixListGroups: 1,
};

type Mapped = ReturnType<typeof mapInventory>;

/** What the program declares of an account whose groups let this in over TCP. */
export function declarationOf(permissions: readonly Permission[], vsys = "vsys1"): FirewallPolicyArgs {
  const mapped = mapInventory(account(permissions), MAPPING);
  return { ...declared(mapped.rules), vsys };
}

/** The same, after the program has asked the firewall what its administrators allow already. */
export async function askedDeclarationOf(
  process: ProviderProcess,
  connection: Connection,
  permissions: readonly Permission[],
): Promise<FirewallPolicyArgs> {
  const { askActive, readRulebases, systemInfo } = process.program;
  const mapped = mapInventory(account(permissions), MAPPING);
  const { client, answer } = await askActive(connection, (asked) =>
    Promise.all([readRulebases(asked), systemInfo(asked)]),
  );
  const [rulebases] = await answer.finally(() => client.close());
  const zones = { cleanupRule: CLEANUP, untrustZone: "untrust", trustZone: "trust" };
  return declared(alreadyAllowed(mapped, rulebases, { ...zones, enabled: true }).needed);
}

function declared(rules: Mapped["rules"]): FirewallPolicyArgs {
  return {
    name: "firewall",
    vsys: "vsys1",
    hostname: "127.0.0.1",
    ownerId: OWNER,
    cleanupRule: CLEANUP,
    stack: "test/dev",
    ...NO_CONTENT,
    rules: rules.map(({ rule }) => rule),
    services: servicesOf(rules, OWNER),
    applications: applicationsOf(rules, OWNER),
    ...prefixListObjects(prefixListGroupsOf(rules), OWNER),
    registrations: undefined,
    acceptRename: false,
    maxRemovals: 100,
    suspicion: undefined,
    listed: false,
  };
}
