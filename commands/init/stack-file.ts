import { randomInt } from "node:crypto";
import { parse, stringify } from "yaml";
import { CA_FILE, FIREWALL, firewallIds, PANORAMA, PORT, structureOf, VSYS } from "./questions";
import type { Values } from "./questions";

/** Short enough for every name on the firewall, and random enough that two stacks won't share one. */
export function newOwnerId(): string {
  const characters = "abcdefghijklmnopqrstuvwxyz0123456789";
  return Array.from({ length: 8 }, () => characters[randomInt(characters.length)]).join("");
}

/** The ownerId in a stack file's text, if it has one. */
export function ownerIdIn(content: string): string | undefined {
  const document = parse(content) as { config?: Record<string, unknown> } | null;
  const ownerId = document?.config?.["aws-panos-rules:ownerId"];
  return typeof ownerId === "string" ? ownerId : undefined;
}

function groupSetting(deviceGroup: string): string {
  return `  # It is Panorama: the device group that rules go into (docs/device-groups.md).
  ${PANORAMA}:
${stringify(structureOf(PANORAMA, deviceGroup)).trimEnd().replace(/^/gm, "    ")}`;
}

/** A stack's configuration, with what else could stand in it as comments. */
export function stackFile(values: Values, ownerId: string, schemaLine: string): string {
  const targets = firewallIds(values[FIREWALL] ?? "") ?? {};
  const setting = (key: string) => `  ${key}: ${stringify(values[key] ?? "").trim()}`;
  const maybe = (key: string, example: string) => (values[key] ? setting(key) : `  # ${key}: ${example}`);
  return `${schemaLine}
# Configuration of one stack; docs/settings.md has them all.
config:
  # The region whose security groups and instances count.
${setting("aws:region")}

  # The firewall. Its API key is a secret: npm run keygen makes and stores it
  # (or panos:username, and pulumi config set --secret panos:password).
${setting("panos:hostname")}
${values[PANORAMA] ? groupSetting(values[PANORAMA]) : setting(VSYS)}
  # Of its API, where that isn't 443.
${maybe(PORT, "8443")}
  # Where the key is kept instead, in AWS Secrets Manager: name or ARN.
  # panos:apiKeySecret: production/firewall
  # PEM certificates to trust, where the firewall's isn't signed by a public authority.
${maybe(CA_FILE, "firewall-ca.pem")}
  # Hold PAN-OS's commit lock while committing.
  # panos:takeLock: "true"

  # What AWS route tables send internet traffic to: the firewall as AWS sees it.
  ${FIREWALL}:
${stringify(targets).trimEnd().replace(/^/gm, "    ")}

  # New rules go above this one; nothing else is moved.
${setting("aws-panos-rules:cleanupRule")}
${setting("aws-panos-rules:untrustZone")}
${setting("aws-panos-rules:trustZone")}
  # What new rules carry: security profile group and log forwarding profile.
${maybe("aws-panos-rules:profileGroup", "inbound")}
${maybe("aws-panos-rules:logSetting", "to-siem")}

  # Whose network interfaces rules lead to: instances, all that carry security groups (load balancers, databases,
  # functions and the like), or a list of kinds (docs/interfaces.md).
  aws-panos-rules:interfaces: all

  # application: App-ID where the port is known; service: any application on a service object.
  # aws-panos-rules:ruleMode: application
  # addresses: rules name the instances' addresses; dynamic: address groups, whose members are registered
  # without a commit (docs/dynamic-addresses.md).
  # aws-panos-rules:destinations: addresses
  # Applications by protocol and port, beyond the known ones; null for none.
  # aws-panos-rules:applications:
  #   tcp/8443: ssl
  # Leave out what an administrator's rule allows already.
  # aws-panos-rules:skipAlreadyAllowed: "true"
  # A run that would remove more rules than this fails (default: the larger of 10 and a quarter of them).
  # aws-panos-rules:maxRemovals: "10"
  # Where the inventory comes from: EC2's own API (ec2), which sees most and needs no plugin; the AWS provider's
  # data sources (lookups), or whichever is quick enough (auto); or a file of npm run snapshot (snapshot).
  aws-panos-rules:inventory: ec2
  # aws-panos-rules:snapshot: account.json

  # Marks this stack's objects on the firewall. Made once; never change it.
  aws-panos-rules:ownerId: ${stringify(ownerId).trim()}
`;
}
