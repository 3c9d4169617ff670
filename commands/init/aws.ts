/** What AWS says of the firewall: to what its route tables send internet traffic. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AwsAccess } from "../../aws/access";
import { readInventory } from "../../inventory";
import type { Inventory, Route } from "../../inventory/types";
import { grouped } from "../../lib/grouped";
import { given } from "../../lib/records";
import { counted, listed, plainText } from "../../lib/text";
import { destinationOf } from "../../mapping/routes";
import { protectedInterfaces } from "../../mapping/routing";
import type { Looked } from "./found";
import { FIREWALL, firewallIds } from "./questions";

/** What says as whom AWS is asked, in AWS's own names. */
const VARIABLES = [
  "AWS_ACCESS_KEY_ID",
  "AWS_PROFILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONFIG_FILE",
  "AWS_SHARED_CREDENTIALS_FILE",
] as const;

/** Whether anything says as whom to ask. Without, a machine's own role would be looked for, for seconds. */
export function hasCredentials(environment: NodeJS.ProcessEnv): boolean {
  const { HOME: home } = environment;
  return (
    VARIABLES.some((name) => environment[name]) ||
    (home !== undefined && ["credentials", "config"].some((file) => existsSync(join(home, ".aws", file))))
  );
}

/** The credentials' account in one region. @throws InventoryError */
export async function lookAtAws(environment: NodeJS.ProcessEnv, region: string): Promise<Looked> {
  const inventory = await readInventory({ kind: "ec2", access: accessIn(environment, region) });
  return {
    at: `AWS account ${inventory.accountId ?? "(unknown)"}, ${region}`,
    findings: { [FIREWALL]: targetsIn(inventory) },
  };
}

function accessIn(environment: NodeJS.ProcessEnv, region: string): AwsAccess {
  const { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey } = environment;
  return given({
    region,
    ...(accessKey && secretKey ? { accessKey, secretKey } : {}),
    token: environment["AWS_SESSION_TOKEN"] || undefined,
    profile: accessKey ? undefined : environment["AWS_PROFILE"] || undefined,
    endpoints: given({
      ec2: environment["AWS_ENDPOINT_URL_EC2"] || undefined,
      sts: environment["AWS_ENDPOINT_URL_STS"] || undefined,
    }),
  });
}

/** All addresses of a family, as one destination or as two halves that lead to the same. */
const EVERYWHERE = [["0.0.0.0/0"], ["0.0.0.0/1", "128.0.0.0/1"], ["::/0"], ["::/1", "8000::/1"]];

/**
 * What default routes lead to and packets could be filtered at: interfaces, instances and Gateway Load Balancers'
 * endpoints, but no AWS gateway. Those with most behind them come first.
 */
function targetsIn(inventory: Inventory): { value?: string; because: string } {
  const subnets = new Map<string, number>();
  for (const { id, routes } of inventory.routeTables) {
    const led = destinationsByTarget(routes);
    const ids = [...led].flatMap(([id, destinations]) =>
      EVERYWHERE.some((all) => all.every((each) => destinations.includes(each))) ? [id] : [],
    );
    const users = inventory.subnets.filter(({ routeTableId }) => routeTableId === id).length;
    for (const target of ids) subnets.set(target, (subnets.get(target) ?? 0) + users);
  }
  const targets = [...subnets].map(([id, led]) => ({ id, led, behind: behindOf(inventory, id) }));
  targets.sort((a, b) => b.behind - a.behind || (a.id < b.id ? -1 : 1));
  if (targets.length === 0)
    return { because: "no route table sends 0.0.0.0/0 or ::/0 to an interface, an instance or an endpoint" };
  const each = targets.map(
    ({ id, led, behind }) =>
      `${id}${nameOf(inventory, id)} takes the default route of ${counted(led, "subnet")}, ` +
      `with ${counted(behind, "instance's interface", "instances' interfaces")} behind it`,
  );
  const ids = targets.map(({ id }) => id).join(" ");
  return { ...(targets.every(({ behind }) => behind > 0) && { value: ids }), because: listed(each, 8) };
}

function destinationsByTarget(routes: readonly Route[]): Map<string, string[]> {
  const live = routes.filter(({ state }) => state !== "blackhole");
  return grouped(
    live.flatMap((route) => {
      const target = route.networkInterfaceId ?? route.instanceId ?? route.vpcEndpointId;
      return target === undefined ? [] : [[target, destinationOf(route)] as const];
    }),
  );
}

/** How many interfaces of instances would be behind the firewall, if that were it. */
function behindOf(inventory: Inventory, id: string): number {
  const options = {
    ownerId: "",
    untrustZone: "untrust",
    trustZone: "trust",
    ruleMode: "application" as const,
    applications: {},
  };
  const ids = firewallIds(id) ?? {};
  const firewall = { instanceIds: [], networkInterfaceIds: [], vpcEndpointIds: [], ...ids };
  return protectedInterfaces(inventory, { ...options, destinations: "addresses", firewall }).interfaces
    .length;
}

/** Of what it is: " (fw-a)", where something there has a name. */
function nameOf(inventory: Inventory, id: string): string {
  const found = inventory.networkInterfaces.find((each) => each.id === id);
  const instance = inventory.instances.find((each) => each.id === (found?.instanceId ?? id));
  const name = instance?.name ?? found?.tags?.["Name"] ?? (found ? instance?.id : undefined);
  return name === undefined ? "" : ` (${plainText(name)})`;
}
