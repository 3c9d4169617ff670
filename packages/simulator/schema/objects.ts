/** The objects that rules name, with PAN-OS's limits; what isn't policy's stays open. */
import { PROFILE_KINDS } from "./kinds";
import { entries, leaf, members, oneOf, open, references, struct, text } from "./schema";
import type { Schema } from "./schema";

/** The web interface takes 64 of them on a rule or an object. */
export const tag = references("tag", { most: 64 });

const address = struct(
  {
    "ip-netmask": leaf({ rule: "ip-netmask" }),
    "ip-range": leaf({ rule: "ip-range" }),
    "ip-wildcard": leaf(),
    fqdn: leaf({ rule: "fqdn" }),
    description: text(1023),
    tag,
  },
  { choice: { of: ["ip-netmask", "ip-range", "ip-wildcard", "fqdn"], one: true } },
);

const addressGroup = struct(
  {
    static: references("address"),
    dynamic: struct({ filter: text(2047) }, { required: ["filter"] }),
    description: text(1023),
    tag,
  },
  { choice: { of: ["static", "dynamic"], one: true } },
);

const portProtocol = struct(
  { port: leaf({ rule: "ports" }), "source-port": leaf({ rule: "ports" }), override: open },
  { required: ["port"] },
);

const service = struct(
  {
    protocol: struct(
      { tcp: portProtocol, udp: portProtocol, sctp: portProtocol },
      { choice: { of: ["tcp", "udp", "sctp"], one: true } },
    ),
    description: text(1023),
    tag,
  },
  { required: ["protocol"] },
);

const identByType = struct(
  { type: leaf({ rule: "integer", min: 0, max: 255 }), code: leaf({ rule: "integer", min: 0, max: 255 }) },
  { required: ["type"] },
);

/** A custom application; how it recognises traffic beyond its default is open. */
const application = struct(
  {
    category: leaf(),
    subcategory: leaf(),
    technology: leaf(),
    risk: leaf({ rule: "integer", min: 1, max: 5 }),
    description: text(1023),
    default: struct(
      {
        port: members(),
        "ident-by-ip-protocol": leaf({ rule: "integer", min: 0, max: 255 }),
        "ident-by-icmp-type": identByType,
        "ident-by-icmp6-type": identByType,
      },
      {
        choice: {
          of: ["port", "ident-by-ip-protocol", "ident-by-icmp-type", "ident-by-icmp6-type"],
          one: true,
        },
      },
    ),
    "parent-app": leaf(),
    signature: open,
    tag,
    ...Object.fromEntries(
      [
        "timeout",
        "tcp-timeout",
        "udp-timeout",
        "tcp-half-closed-timeout",
        "tcp-time-wait-timeout",
        "evasive-behavior",
        "consume-big-bandwidth",
        "used-by-malware",
        "able-to-transfer-file",
        "has-known-vulnerability",
        "tunnel-other-application",
        "tunnel-applications",
        "prone-to-misuse",
        "pervasive-use",
        "file-type-ident",
        "virus-ident",
        "data-ident",
        "alg-disable-capability",
        "no-appid-caching",
      ].map((name) => [name, open]),
    ),
  },
  { required: ["category", "subcategory", "technology"] },
);

const profileGroup = struct({
  ...Object.fromEntries(PROFILE_KINDS.map((kind) => [kind, references(kind)])),
});

const colors = Array.from({ length: 42 }, (_, index) => index + 1)
  .filter((number) => ![11, 18].includes(number))
  .map((number) => `color${number}`);

export const objects: Record<string, Schema> = {
  address: entries(address, { object: "address" }),
  "address-group": entries(addressGroup, { object: "address" }),
  "external-list": entries(open, { object: "address" }),
  service: entries(service, { object: "service" }),
  "service-group": entries(struct({ members: references("service"), tag }, { required: ["members"] }), {
    object: "service",
  }),
  application: entries(application, { object: "application", maxName: 31 }),
  "application-group": entries(
    struct({ members: references("application"), tag }, { required: ["members"] }),
    {
      object: "application",
    },
  ),
  "application-filter": entries(open, { object: "application" }),
  tag: entries(struct({ color: oneOf(...colors), comments: text(1023) }), { object: "tag", maxName: 127 }),
  "profile-group": entries(profileGroup, { object: "profile-group" }),
  profiles: struct({
    ...Object.fromEntries(PROFILE_KINDS.map((kind) => [kind, entries(open, { object: kind })])),
    "custom-url-category": entries(open, { object: "category" }),
    ...Object.fromEntries(
      [
        "hip-objects",
        "hip-profiles",
        "data-objects",
        "dos-protection",
        "decryption",
        "packet-broker",
        "sdwan",
        "spyware-custom",
      ].map((name) => [name, open]),
    ),
  }),
  "log-settings": struct({
    profiles: entries(open, { object: "log-setting" }),
    ...Object.fromEntries(
      [
        "snmptrap",
        "email",
        "syslog",
        "http",
        "system",
        "config",
        "userid",
        "hipmatch",
        "iptag",
        "globalprotect",
        "correlation",
      ].map((name) => [name, open]),
    ),
  }),
  schedule: entries(open, { object: "schedule" }),
  region: entries(open, { object: "region", maxName: 31 }),
  threats: open,
  reports: open,
  "report-group": open,
  "server-profile": open,
  "authentication-profile": open,
  "authentication-sequence": open,
  "authentication-object": open,
  certificate: open,
  "ssl-tls-service-profile": open,
  "certificate-profile": open,
  "local-user-database": open,
  "dynamic-user-group": open,
  "user-id-collector": open,
};
