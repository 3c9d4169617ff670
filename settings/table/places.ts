import type { Setting } from "./setting";
import * as structure from "./structures";

/** Settings of the project's namespace that say what of AWS counts, where it is, and how it is seen at the firewall. */
export const PLACE_SETTINGS = {
  interfaces: {
    type: "structured",
    schema: structure.INTERFACES,
    default: "instances",
    example: '["application_load_balancer", "rds"]',
    text: "whose [network interfaces](interfaces.md) rules lead to: `instances` alone, `all` that carry security groups (load balancers, databases, functions, containers, endpoints), or a list of kinds beside the instances': `[application_load_balancer, rds]`. What is left out is counted by kind in every run",
  },
  directions: {
    type: "structured",
    schema: structure.DIRECTIONS,
    default: "[ingress]",
    example: '["ingress", "egress"]',
    text: "which permissions become rules: `[ingress]`, `[egress]` or both",
  },
  references: {
    type: "choice",
    choices: ["skip", "expand"],
    example: "skip",
    text: "references to groups: `skip` (AWS doesn't match them through a middlebox), or `expand` them to the private addresses of the groups' interfaces",
  },
  prefixListGroups: {
    type: "text",
    pattern: /^(\d{1,6}|never)$/,
    default: "50",
    example: "50",
    text: "a prefix list with more entries than this becomes an [address group](rules.md#prefix-lists-and-large-groups); `0`: every list; `never`: none",
  },
  destinationAddress: {
    type: "choice",
    choices: ["private", "public", "nat"],
    example: "private",
    text: "`public` where the firewall itself translates the instances' public addresses: rules then name those. `private`: rules name the instances, and beside them what the firewall's NAT rules translate to them alone, on the same ports. `nat`: in place of them, with the ports before translation; what no NAT rule surely translates is withheld",
  },
  overlaps: {
    type: "choice",
    choices: ["warn", "refuse"],
    example: "warn",
    text: "where interfaces of two VPCs in one zone have the same address, a rule opens both: `warn`, or `refuse`",
  },
  protectedSubnets: {
    type: "structured",
    schema: structure.SUBNETS,
    otherwise: "none",
    example: '["subnet-0123456789abcdef0"]',
    text: "subnets that are behind the firewall though [what is read of the way there](ways.md) doesn't say so: a list of ids; not with `lookups`",
  },
  protectedVpcs: {
    type: "structured",
    schema: structure.VPCS,
    otherwise: "none",
    example: '["vpc-0123456789abcdef0"]',
    text: "the same for whole VPCs",
  },
  ways: {
    type: "choice",
    choices: ["read", "told"],
    example: "read",
    text: "[ways beyond a VPC](ways.md), by transit gateways and endpoints of Gateway Load Balancers: `read`, or `told`: only routes to what `firewall` names, `protectedSubnets` and `protectedVpcs` count",
  },
  zones: {
    type: "structured",
    ofEach: true,
    schema: structure.ZONES,
    otherwise: "none",
    example: '{"vpcs": {"vpc-0123456789abcdef0": "dmz"}, "sources": {"10.0.0.0/8": "internal"}}',
    text: 'other zones than trust and untrust: of instances by `subnets`, `vpcs` or `tags`, of everything else by CIDR in `sources`; `{vpcs: {vpc-0a1b: dmz}, tags: {"tier=web": web}, sources: {10.0.0.0/8: internal}}`. Tags of an instance win over its subnet, a subnet over its VPC, the longest CIDR over shorter ones. A source that is a known interface has that interface\'s zone; a VPC that leads to the firewall is trust unless named',
  },
} as const satisfies Record<string, Setting>;
