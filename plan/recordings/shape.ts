/** The form of a recording of firewalls' rulebases, and what of a file has it. */
import {
  anyText,
  boolean,
  exactly,
  integer,
  list,
  mapOf,
  object,
  oneOf,
  text,
  type Shape,
} from "../../inventory/shape";
import { fleet } from "./fleet";
import type { Capacity } from "../../panos/capacity";
import type { Fleet } from "../../panos/group-rulebase";
import type { FoundOf } from "../../declaration/kinds/index";
import type {
  AddressObject,
  Ambiguous,
  ApplicationObject,
  ApplicationOverride,
  FoundRule,
  NatRule,
  PushedRules,
  Rulebase,
  RulebaseRule,
  RulesOnSome,
  ServiceObject,
  Tag,
  TakenNames,
} from "../../panos/policy";
import type { Registration } from "../../panos/registered";

/** Version of the shape. */
export const RECORDING_FORMAT = 1;

export interface Recording {
  format: typeof RECORDING_FORMAT;
  /** The moment, as "2026-01-31T12:00:00.000Z". */
  takenAt: string;
  /** By firewall, `name/vsys`. */
  firewalls: Record<string, RecordedFirewall>;
}

export interface RecordedFirewall {
  candidate: RecordedRulebase;
  running: RecordedRulebase;
  /** Of the running vsys; its rules are those of `running`. */
  objects: {
    addresses: FoundOf<"addresses">[];
    addressGroups: FoundOf<"addressGroups">[];
    services: FoundOf<"services">[];
    applications: FoundOf<"applications">[];
    tags: Tag[];
  };
  /** How many of each it takes, where it says so. */
  capacity: Partial<Record<keyof Capacity, number>>;
  /** What is registered with tags of the stack; absent: that was not asked, because rules name addresses. */
  registered?: Registration[];
  /** The same of each firewall of a device group. */
  registeredOn?: { on: string; found: Registration[] }[];
  /** Of a device group; absent in earlier recordings. */
  fleet?: Fleet;
}

type RecordedRulebase = Omit<Rulebase, "addresses" | "services" | "applications" | "overrides" | "names"> & {
  addresses: Record<string, AddressObject>;
  services: Record<string, ServiceObject>;
  /** Absent in earlier recordings, as are overrides: then no group of applications is known. */
  applications?: Record<string, ApplicationObject>;
  overrides?: ApplicationOverride[];
  /** Absent in earlier recordings. */
  names?: Record<keyof TakenNames, Record<string, string[]>>;
};

const texts = list(anyText);

const registrations = list(object<Registration>({ address: anyText, tag: anyText }));

/** A text that may only be this one. */
function one<T extends string>(word: T): Shape<T> {
  return oneOf(word);
}

/** One of several shapes, told apart by `kind`. */
function byKind<T extends { kind: string }>(shapes: { [K in T["kind"]]: Shape<T> }): Shape<T> {
  const kinds = Object.keys(shapes) as T["kind"][];
  return (value, path, problems) => {
    const kind = oneOf(...kinds)((value as { kind?: unknown } | null)?.kind, `${path}.kind`, problems);
    return kind === null ? null : shapes[kind](value, path, problems);
  };
}

const opaque = object<{ kind: "opaque"; why: string }>({ kind: one("opaque"), why: anyText });

/** Several objects of one name. */
function readings<T>(of: () => Shape<T>): Shape<Ambiguous<T>> {
  const each: Shape<T> = (value, path, problems) => of()(value, path, problems);
  return object<Ambiguous<T>>({ kind: one("ambiguous"), readings: list(each) });
}

const addressObject: Shape<AddressObject> = byKind<AddressObject>({
  "ip-netmask": object<{ kind: "ip-netmask"; value: string }>({ kind: one("ip-netmask"), value: anyText }),
  "ip-range": object<{ kind: "ip-range"; value: string }>({ kind: one("ip-range"), value: anyText }),
  "static-group": object<{ kind: "static-group"; members: string[] }>({
    kind: one("static-group"),
    members: texts,
  }),
  region: object<{ kind: "region"; addresses: string[] }>({ kind: one("region"), addresses: texts }),
  opaque,
  ambiguous: readings(() => addressObject),
});

const nameGroup = object<{ kind: "group"; members: string[] }>({ kind: one("group"), members: texts });

type PortObject = { kind: "tcp" | "udp"; port: string; sourcePort?: string };
const portObject = object<PortObject>({ kind: oneOf("tcp", "udp"), port: anyText, sourcePort: anyText }, [
  "sourcePort",
]);

const serviceObject: Shape<ServiceObject> = byKind<ServiceObject>({
  tcp: portObject,
  udp: portObject,
  group: nameGroup,
  opaque,
  ambiguous: readings(() => serviceObject),
});

const applicationObject: Shape<ApplicationObject> = byKind<ApplicationObject>({
  custom: object<{ kind: "custom" }>({ kind: one("custom") }),
  group: nameGroup,
  opaque,
  ambiguous: readings(() => applicationObject),
});

const foundRule = object<FoundRule>(
  {
    name: anyText,
    description: anyText,
    tag: texts,
    from: texts,
    to: texts,
    source: texts,
    destination: texts,
    application: texts,
    service: texts,
    action: anyText,
    profileGroup: anyText,
    logSetting: anyText,
    extras: texts,
  },
  ["profileGroup", "logSetting"],
);

const ends = {
  name: anyText,
  from: texts,
  to: texts,
  source: texts,
  negateSource: boolean,
  destination: texts,
  negateDestination: boolean,
  unknown: texts,
};

const rule = object<RulebaseRule>(
  {
    ...ends,
    disabled: boolean,
    action: anyText,
    application: texts,
    ruleType: oneOf("universal", "intrazone", "interzone"),
    service: texts,
    tag: texts,
    conditions: texts,
    found: foundRule,
    panorama: anyText,
    firewall: anyText,
  },
  ["unknown", "panorama", "firewall"],
);

const override = object<ApplicationOverride>(
  { ...ends, protocol: anyText, port: anyText, application: anyText },
  ["unknown"],
);

const natRule = object<NatRule>(
  {
    name: anyText,
    disabled: boolean,
    from: texts,
    to: texts,
    source: texts,
    destination: texts,
    service: anyText,
    reverse: anyText,
    conditions: texts,
    translation: object<NonNullable<NatRule["translation"]>>(
      { address: anyText, port: anyText, isDynamic: boolean },
      ["port"],
    ),
  },
  ["translation", "reverse"],
);

const rulebase = object<RecordedRulebase>(
  {
    rules: list(rule),
    addresses: mapOf(addressObject),
    taggedAddresses: list(object<{ name: string; tag: string[] }>({ name: anyText, tag: texts })),
    services: mapOf(serviceObject),
    applications: mapOf(applicationObject),
    overrides: list(override),
    ...{ zones: texts, uncommittedZones: texts, profileGroups: texts, logSettings: texts },
    interzoneDefault: anyText,
    nat: list(natRule),
    pushed: object<PushedRules>(
      {
        above: texts,
        below: texts,
        nat: texts,
        overrides: texts,
        unread: anyText,
        rules: object<NonNullable<PushedRules["rules"]>>({ above: list(rule), below: list(rule) }),
        tags: mapOf(anyText),
      },
      ["nat", "overrides", "rules", "tags", "unread"],
    ),
    inherited: list(rule),
    behind: list(rule),
    between: list(object<RulesOnSome>({ on: texts, rules: list(rule) })),
    ignoresIpv6: exactly(true),
    names: object<NonNullable<RecordedRulebase["names"]>>({
      addresses: mapOf(texts),
      services: mapOf(texts),
      applications: mapOf(texts),
    }),
  },
  [
    "applications",
    "overrides",
    "interzoneDefault",
    "nat",
    "uncommittedZones",
    "pushed",
    "inherited",
    "between",
    "behind",
    "ignoresIpv6",
    "names",
  ],
);

const named = { name: anyText, tag: texts };
const count = integer(0, 1e9);
/** JSON has no NaN: what somebody's application has in place of a number. */
const number: Shape<number> = (value, path, problems) =>
  value === null ? Number.NaN : count(value, path, problems);

const firewall = object<RecordedFirewall>(
  {
    candidate: rulebase,
    running: rulebase,
    objects: object<RecordedFirewall["objects"]>({
      addresses: list(object<FoundOf<"addresses">>({ ...named, value: anyText, extras: texts })),
      addressGroups: list(
        object<FoundOf<"addressGroups">>({ ...named, filter: anyText, members: texts, extras: texts }),
      ),
      services: list(
        object<FoundOf<"services">>({ ...named, protocol: anyText, port: anyText, description: anyText }),
      ),
      applications: list(
        object<FoundOf<"applications">>(
          { name: anyText, description: anyText, identifiedBy: anyText, number, code: number, extras: texts },
          ["code"],
        ),
      ),
      tags: list(object<Tag>({ name: anyText, comments: anyText })),
    }),
    capacity: object<RecordedFirewall["capacity"]>(
      { rules: count, services: count, addresses: count, addressGroups: count },
      ["rules", "services", "addresses", "addressGroups"],
    ),
    registered: registrations,
    registeredOn: list(object<{ on: string; found: Registration[] }>({ on: anyText, found: registrations })),
    fleet,
  },
  ["registered", "registeredOn", "fleet"],
);

/** Reads a parsed JSON document as a recording. */
export const recording: Shape<Recording> = object<Recording>({
  format: exactly(RECORDING_FORMAT),
  takenAt: text("a moment", "2026-01-31T12:00:00.000Z", (value) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)),
  firewalls: mapOf(firewall),
});
