import { PROFILE_KINDS } from "./kinds";
import { entries, leaf, members, oneOf, open, references, struct, text, yesNo } from "./schema";
import type { Schema } from "./schema";
import { objects, tag } from "./objects";

/*
 * The part of a firewall's schema that security policy touches; limits are PAN-OS's. Everything else
 * is open: kept as written.
 */

const addresses = members(
  { rule: "reference", to: "address", keywords: ["any"], addresses: true },
  "address",
  ["any"],
);

const zones = (keywords: string[]): Schema =>
  members({ rule: "reference", to: "zone", keywords, at: "commit" }, "zone", keywords);

const anyAlone = members({ rule: "any" }, "value", ["any"]);

const profileSetting = struct(
  {
    group: references("profile-group"),
    profiles: struct(Object.fromEntries(PROFILE_KINDS.map((kind) => [kind, references(kind)]))),
  },
  { choice: { of: ["group", "profiles"], one: false } },
);

const ruleActions = oneOf("allow", "deny", "drop", "reset-client", "reset-server", "reset-both");

const common = {
  action: ruleActions,
  "profile-setting": profileSetting,
  "log-setting": leaf({ rule: "reference", to: "log-setting", keywords: [] }),
  "log-start": yesNo,
  "log-end": yesNo,
  "icmp-unreachable": yesNo,
  tag,
  "group-tag": leaf({ rule: "reference", to: "tag", keywords: [] }),
};

const securityRule = struct(
  {
    ...common,
    from: zones(["any"]),
    to: zones(["any", "multicast"]),
    source: addresses,
    destination: addresses,
    "source-user": anyAlone,
    category: members({ rule: "reference", to: "category", keywords: ["any"] }, "category", ["any"]),
    application: members({ rule: "reference", to: "application", keywords: ["any"] }, "application", ["any"]),
    service: members(
      { rule: "reference", to: "service", keywords: ["any", "application-default"] },
      "service",
      ["any", "application-default"],
    ),
    "source-hip": anyAlone,
    "destination-hip": anyAlone,
    "source-imei": anyAlone,
    "source-imsi": anyAlone,
    "source-nw-slice": anyAlone,
    "saas-user-list": anyAlone,
    "saas-tenant-list": anyAlone,
    "rule-type": oneOf("universal", "intrazone", "interzone"),
    description: text(1024),
    disabled: yesNo,
    "disable-inspect": yesNo,
    "negate-source": yesNo,
    "negate-destination": yesNo,
    option: struct({ "disable-server-response-inspection": yesNo }),
    qos: struct({ marking: open }),
    schedule: leaf({ rule: "reference", to: "schedule", keywords: [] }),
    saml: open,
  },
  { required: ["from", "to", "source", "destination", "application", "service", "action"] },
);

const defaultRule = struct(common);

const otherRules = struct({ rules: entries(open, { uuid: true }) });

const rulebase = struct({
  security: struct({ rules: entries(securityRule, { uuid: true }) }),
  "default-security-rules": struct({ rules: entries(defaultRule, { uuid: true }) }),
  ...Object.fromEntries(
    [
      "nat",
      "pbf",
      "qos",
      "decryption",
      "application-override",
      "authentication",
      "captive-portal",
      "dos",
      "tunnel-inspect",
      "network-packet-broker",
      "sdwan",
    ].map((name) => [name, otherRules]),
  ),
});

const vsys = struct({
  ...objects,
  zone: entries(open, { object: "zone", maxName: 31 }),
  rulebase,
  "display-name": text(31),
  import: open,
  setting: open,
  "global-protect": open,
  captive: open,
  "captive-portal": open,
  "group-mapping": open,
  "redistribution-agent": open,
  "redistribution-collector": open,
  "user-id-agent": open,
  "ts-agent": open,
  "vm-info-source": open,
  "user-id-ssl-auth": open,
  "dns-proxy": open,
  "email-scheduler": open,
  "url-admin-override": open,
  "device-object": open,
});

/** On Panorama a rule can be for some of a group's firewalls only. */
const pushedRulebase = struct({
  ...rulebase.children,
  security: struct({
    rules: entries(
      struct({ ...securityRule.children, target: open }, { required: securityRule.required ?? [] }),
      {
        uuid: true,
      },
    ),
  }),
});

const pushedRulebases = { "pre-rulebase": pushedRulebase, "post-rulebase": pushedRulebase };

/** An object of a device group, which groups below may override unless it says otherwise. */
function overridable(schema: Schema): Schema {
  if (schema.kind !== "entries" || schema.of.kind !== "struct") return schema;
  const { children, ...rest } = schema.of;
  return { ...schema, of: { ...rest, children: { ...children, "disable-override": yesNo } } };
}

const deviceGroup = struct({
  ...Object.fromEntries(Object.entries(objects).map(([name, schema]) => [name, overridable(schema)])),
  ...pushedRulebases,
  description: text(255),
  devices: open,
  "reference-templates": open,
  "authorization-code": open,
});

/** What a Panorama has beside a firewall's parts, as a commit names them. */
export const MANAGED: ReadonlySet<string> = new Set([
  "device-group",
  "template",
  "template-stack",
  "log-collector",
  "log-collector-group",
  "wildfire-appliance",
  "wildfire-appliance-cluster",
]);

/** Shared holds objects; rulebases only on Panorama. */
const shared = struct({
  ...objects,
  ...pushedRulebases,
  "admin-role": open,
  "access-domain": open,
  "alg-override": open,
  "application-status": open,
  botnet: open,
  "content-preview": open,
  "ssl-decrypt": open,
  "ssl-exclude-cert": open,
  "response-page": open,
  override: open,
});

const device = struct({
  ...Object.fromEntries([...MANAGED].map((name) => [name, entries(open)])),
  "device-group": entries(deviceGroup),
  vsys: entries(vsys, { maxName: 31 }),
  network: open,
  deviceconfig: open,
  platform: open,
});

/** The schema of `/config`, a firewall's and Panorama's: which of the two has what, see config/targets.ts. */
export const FIREWALL: Schema = struct({
  shared,
  devices: entries(device),
  "mgt-config": open,
  panorama: open,
});
