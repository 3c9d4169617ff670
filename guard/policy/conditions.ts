import { given } from "../../lib/records";
import { parseCidr, type Cidr } from "../../lib/net/cidr";
import type { Path } from "../../lib/yaml";
import type { GuardedTraffic } from "../../mapping/guardrails";
import { freezeWindows, type FreezeWindow } from "../../settings/freeze";
import { ANY, traffic } from "../../settings/guardrails";
import type { Conditions, Kind, SourceConditions } from "./types";
import { choice, filled, object, TAG, texts, type Wrong } from "./values";

const KINDS: readonly Kind[] = ["opens", "closes"];
const CONDITIONS = [
  "change",
  "direction",
  "principal",
  "group",
  "vpc",
  "account",
  "traffic",
  "source",
  "time",
  "withoutEnd",
];

/** `when`: what a change has to be for a rule of the policy to match. */
export function conditions(value: unknown, path: Path, wrong: Wrong): Conditions {
  const when = object(value, path, CONDITIONS, "{traffic: [tcp/22]}", wrong);
  const at = (key: string) => [...path, key];
  const named = (key: string, keys: readonly string[], example: string) => {
    if (when[key] === undefined) return undefined;
    const fields = object(when[key], at(key), keys, example, wrong);
    if (Object.keys(fields).length === 0) wrong(at(key), "says nothing", example);
    return Object.fromEntries(
      keys.flatMap((each) => {
        const pattern = each === "tags" ? TAG : /^\S.*$/su;
        const list = texts(fields[each], [...at(key), each], pattern, "[name-*]", wrong);
        return list === undefined ? [] : [[each, list]];
      }),
    );
  };
  const { change, direction } = when;
  return {
    change:
      change === undefined
        ? ["opens"]
        : filled(change, at("change"), "[opens]", wrong).map((kind) =>
            choice(kind, at("change"), KINDS, wrong),
          ),
    ...given({
      direction:
        direction === undefined
          ? undefined
          : choice(direction, at("direction"), ["ingress", "egress"] as const, wrong),
      principal: named("principal", ["user", "role", "session", "federated"], "{role: [deploy-*]}"),
      group: named("group", ["ids", "names", "tags"], "{tags: [env=prod]}"),
      vpc: texts(when["vpc"], at("vpc"), /^vpc-[0-9a-f*]+$/, "[vpc-0123abcd]", wrong),
      account: texts(when["account"], at("account"), /^\d{12}$/, '["123456789012"]', wrong),
      traffic: when["traffic"] === undefined ? undefined : traffics(when["traffic"], at("traffic"), wrong),
      source: when["source"] === undefined ? undefined : source(when["source"], at("source"), wrong),
      time: when["time"] === undefined ? undefined : windows(when["time"], at("time"), wrong),
      withoutEnd: texts(when["withoutEnd"], at("withoutEnd"), /^[^=]{1,128}$/s, "firewall-ends", wrong)?.[0],
    }),
  };
}

function traffics(value: unknown, path: Path, wrong: Wrong): GuardedTraffic[] {
  return filled(value, path, "[tcp/22]", wrong).flatMap((text, index) =>
    text === "any"
      ? [ANY]
      : (traffic(text, "", (_, problem, example) => wrong([...path, index], problem, `[${example}]`)) ?? []),
  );
}

const SOURCES = ["widerThan", "inside", "outside", "prefixLists", "groups"];

function source(value: unknown, path: Path, wrong: Wrong): SourceConditions {
  const example = "{widerThan: {IPv4: 24, IPv6: 56}}";
  const fields = object(value, path, SOURCES, example, wrong);
  if (Object.keys(fields).length === 0) wrong(path, "says nothing", example);
  const { widerThan } = fields;
  const width = object(widerThan ?? {}, [...path, "widerThan"], ["IPv4", "IPv6"], example, wrong);
  const isLength = (length: unknown, most: number) =>
    Number.isInteger(length) && Number(length) >= 0 && Number(length) <= most;
  if (widerThan !== undefined && !(isLength(width["IPv4"], 32) && isLength(width["IPv6"], 128))) {
    wrong(
      [...path, "widerThan"],
      "is not one prefix length for IPv4 and one for IPv6",
      "{IPv4: 24, IPv6: 56}",
    );
  }
  return given({
    widerThan:
      widerThan === undefined ? undefined : { IPv4: Number(width["IPv4"]), IPv6: Number(width["IPv6"]) },
    inside: cidrs(fields["inside"], [...path, "inside"], wrong),
    outside: cidrs(fields["outside"], [...path, "outside"], wrong),
    prefixLists: texts(
      fields["prefixLists"],
      [...path, "prefixLists"],
      /^pl-[0-9a-f]+$/,
      "[pl-0123abcd]",
      wrong,
    ),
    groups: texts(
      fields["groups"],
      [...path, "groups"],
      /^(\d{12}\/)?sg-[0-9a-f*]+$/,
      "[sg-0123abcd]",
      wrong,
    ),
  });
}

function cidrs(value: unknown, path: Path, wrong: Wrong): Cidr[] | undefined {
  if (value === undefined) return undefined;
  const list = filled(value, path, "[10.0.0.0/8, 2001:db8::/32]", wrong);
  return list.flatMap((text, index) => {
    const cidr = parseCidr(String(text));
    if (cidr === undefined)
      wrong([...path, index], `${JSON.stringify(text)} is no CIDR block`, "[10.0.0.0/8]");
    return cidr ?? [];
  });
}

function windows(value: unknown, path: Path, wrong: Wrong): FreezeWindow[] {
  if (Array.isArray(value)) filled(value, path, "[{days: [sat, sun]}]", wrong);
  return freezeWindows(value, (place, problem, example) => {
    const [, index, , key] = /^(?:\[(\d+)\])?(\.(\w+))?/.exec(place) ?? [];
    const inner = [...(index === undefined ? [] : [Number(index)]), ...(key === undefined ? [] : [key])];
    wrong([...path, ...inner], problem, example);
  });
}
