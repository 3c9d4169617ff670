/**
 * What the application names of a firewall's rules stand for: applications, groups of them, and filters, whose
 * content only the firewall knows.
 */
import type { ApplicationObject, Rulebase } from "../panos/policy";
import { knownApplication } from "../panos/applications";
import { isTakenFor } from "./traffic";

/** Applications by name, "any" among them. */
export interface NamedApplications {
  surely: ReadonlySet<string>;
  /** A filter, or what can't be read, stands here by its own name. */
  possibly: ReadonlySet<string>;
  /** Whether there may be any others among them: those of a filter, or of a container that PAN-OS knows. */
  maybeMore: boolean;
}

const ANY: NamedApplications = { surely: new Set(["any"]), possibly: new Set(["any"]), maybeMore: false };

/** Resolves the names of a rule, groups in groups too. */
export function namedApplications(
  names: readonly string[],
  objects: Rulebase["applications"],
): NamedApplications {
  if (names.includes("any")) return ANY;
  return union(names.map((name) => member(name, objects, new Set())));
}

/** Whether a rule with these names takes an application, for sure. */
export function surelyMeans({ surely }: NamedApplications, application: string): boolean {
  return surely.has("any") || (application !== "any" && surely.has(application));
}

/**
 * Whether a rule with these names may take an application. Without our own application for an ICMP type PAN-OS
 * would take its packets for `icmp`: who denies that means them too.
 */
export function mayMean({ possibly, maybeMore }: NamedApplications, application: string): boolean {
  return (
    (application === "any" && possibly.size > 0) ||
    maybeMore ||
    possibly.has("any") ||
    possibly.has(application) ||
    [...possibly].some((name) => isTakenFor(application, name))
  );
}

function member(
  name: string,
  objects: Rulebase["applications"],
  above: ReadonlySet<string>,
): NamedApplications {
  const object = objects.get(name);
  // A name that is no application we know may be a container of others.
  if (object === undefined) return itself(name, knownApplication(name) === undefined);
  // PAN-OS refuses a group that contains itself; a recording of one must not hang us.
  if (above.has(name)) return unknown(name);
  const meant = meaning(name, object, objects, new Set([...above, name]));
  return knownApplication(name) ? oneOf([itself(name, false), meant]) : meant;
}

function meaning(
  name: string,
  object: ApplicationObject,
  objects: Rulebase["applications"],
  above: ReadonlySet<string>,
): NamedApplications {
  switch (object.kind) {
    case "custom":
      return itself(name, false);
    case "group":
      return union(object.members.map((each) => member(each, objects, above)));
    case "ambiguous":
      return oneOf(object.readings.map((reading) => meaning(name, reading, objects, above)));
    case "opaque":
      return unknown(name);
  }
}

function itself(name: string, maybeMore: boolean): NamedApplications {
  return { surely: new Set([name]), possibly: new Set([name]), maybeMore };
}

function unknown(name: string): NamedApplications {
  return { surely: new Set(), possibly: new Set([name]), maybeMore: true };
}

function union(parts: readonly NamedApplications[]): NamedApplications {
  return {
    surely: new Set(parts.flatMap(({ surely }) => [...surely])),
    possibly: new Set(parts.flatMap(({ possibly }) => [...possibly])),
    maybeMore: parts.some(({ maybeMore }) => maybeMore),
  };
}

/** Of several readings, of which one is meant. */
function oneOf(readings: readonly NamedApplications[]): NamedApplications {
  const { surely, ...all } = union(readings);
  return {
    ...all,
    surely: new Set([...surely].filter((name) => readings.every((each) => each.surely.has(name)))),
  };
}
