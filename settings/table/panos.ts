import { CONNECTION_ENVIRONMENT, SECRET_ID, VSYS } from "../../panos/connection";
import { HOSTNAME } from "../../panos/hostname";
import { PANOS_NAME } from "./forms";
import { PANORAMA } from "./structures";
import type { Setting } from "./setting";

/** Settings of the namespace `panos:`: one firewall, or what several have in common. */
export const PANOS_SETTINGS = {
  hostname: {
    type: "text",
    variable: CONNECTION_ENVIRONMENT.hostname,
    pattern: HOSTNAME,
    example: "fw1.example.com",
    text: "the firewall's management address",
  },
  peerHostname: {
    type: "text",
    variable: CONNECTION_ENVIRONMENT.peerHostname,
    pattern: HOSTNAME,
    example: "fw2.example.com",
    text: "the other one of an HA pair; the active one is used, a passive one never written to",
  },
  port: {
    type: "number",
    variable: CONNECTION_ENVIRONMENT.port,
    least: 1,
    otherwise: "443, with `http` 80",
    example: "443",
    text: "of its API",
  },
  protocol: {
    type: "choice",
    variable: CONNECTION_ENVIRONMENT.protocol,
    choices: ["https", "http"],
    example: "https",
    text: "`http` is warned about on every run",
  },
  apiKey: {
    type: "text",
    variable: CONNECTION_ENVIRONMENT.apiKey,
    secret: true,
    pattern: /^\s*[\x21-\x7e]+\s*$/,
    example: "LUFRPT1…",
    text: "the administrator's key; or `apiKeySecret`, or `username` and `password`",
  },
  apiKeySecret: {
    type: "text",
    variable: CONNECTION_ENVIRONMENT.apiKeySecret,
    pattern: SECRET_ID,
    example: "prod/firewall",
    text: "the secret of AWS Secrets Manager that holds the key: name or ARN",
  },
  username: {
    type: "text",
    variable: CONNECTION_ENVIRONMENT.username,
    pattern: /./,
    example: "aws-panos",
    text: "logs in for a key, with `password`; it is renewed shortly before its end, and when it is refused",
  },
  password: {
    type: "text",
    variable: CONNECTION_ENVIRONMENT.password,
    secret: true,
    pattern: /./,
    example: "a long one",
    text: "that of `username`",
  },
  vsys: {
    type: "text",
    variable: CONNECTION_ENVIRONMENT.vsys,
    pattern: VSYS,
    default: "vsys1",
    example: "vsys1",
    text: "part of the firewall's identity: fixed while rules are declared",
  },
  panorama: {
    type: "structured",
    schema: PANORAMA,
    otherwise: "a firewall",
    example: '{"deviceGroup": "cloud", "rulebase": "pre-rulebase"}',
    text: "`hostname` is a Panorama: rules go into this device group's `pre-rulebase` (the default) or `post-rulebase`, and are pushed to its firewalls. `onUnreachable`: `fail` or `warn` where one could not be reached; `pushScope`: `own`, or `full` where it pushes no single administrator's changes. See [device groups](device-groups.md)",
  },
  name: {
    type: "text",
    pattern: PANOS_NAME,
    default: "firewall",
    example: "edge-fw",
    text: "the firewall's identity beside the vsys; the hostname is only where it is today",
  },
  caFile: {
    type: "text",
    variable: CONNECTION_ENVIRONMENT.caFile,
    pattern: /./,
    otherwise: "the system's",
    example: "firewall-ca.pem",
    text: "PEM certificates to trust; a file without one is an error",
  },
  skipVerifyCertificate: {
    type: "boolean",
    variable: CONNECTION_ENVIRONMENT.skipVerifyCertificate,
    default: false,
    example: "false",
    text: "`true` is warned about on every run",
  },
  takeLock: {
    type: "boolean",
    default: true,
    example: "true",
    text: "hold the commit lock from the last check to the end of the commit",
  },
  lockTimeout: {
    type: "number",
    least: 0,
    default: 120,
    example: "25",
    text: "seconds to wait for other administrators' locks before the first write",
  },
  commitTimeout: {
    type: "number",
    least: 1,
    default: 1800,
    example: "25",
    text: "seconds to wait for the commit's job",
  },
  auditComment: {
    type: "text",
    variable: "PANOS_AUDIT_COMMENT",
    pattern: /^[^\n\r]{0,256}$/u,
    otherwise: "none",
    example: "https://git.example.com/network/pull/42",
    text: "archived with each rule that the commit makes or changes: a pull request's address, an event's id; at most 256 characters. One request for each such rule",
  },
  commitScope: {
    type: "choice",
    choices: ["own", "full"],
    example: "own",
    text: "`own`: only our administrator's changes; `full`: everybody's, where the device allows no other. One that refuses a commit of ours gets a full one by itself where nobody else has anything pending, under a lock on writing",
  },
} as const satisfies Record<string, Setting>;
