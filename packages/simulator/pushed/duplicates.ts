import type { XmlElement } from "../xml/element";
import type { Pushed } from "./pushed";

/** Containers whose objects share one set of names within a scope. */
const NAMESPACES: readonly (readonly (readonly string[])[])[] = [
  [["address"], ["address-group"], ["external-list"]],
  [["service"], ["service-group"]],
  [["tag"]],
  [["profile-group"]],
  [["log-settings", "profiles"]],
  [["application-group"], ["application-filter"]],
  [["region"]],
  [["schedule"]],
];

/**
 * What a firewall says where Panorama has pushed an object and the firewall has one of the same name in the same
 * scope, as a recorded push that failed has it. A custom application has one name on the whole device.
 */
export function duplicates(config: XmlElement, pushed: Pushed, rulesToo = false): string[] {
  const systems = config.child("devices")?.entries()[0]?.child("vsys")?.entries() ?? [];
  const shared = config.child("shared");
  const inVsys = systems.flatMap((scope) =>
    twice([scope], pushed.own(scope.name) ? [pushed.own(scope.name)!] : [], NAMESPACES).flatMap((line) => [
      ...line,
      ` ${scope.name ?? ""}`,
    ]),
  );
  const local = [...(shared ? [shared] : []), ...systems];
  const everywhere = [...pushed.vsys.flatMap((vsys) => pushed.own(vsys) ?? []), ...pushed.shared];
  return [
    ...inVsys,
    ...(shared ? twice([shared], pushed.shared, NAMESPACES).flat() : []),
    ...twice(local, everywhere, [[["application"]]]).flat(),
    ...(rulesToo ? systems.flatMap((scope) => sameRules(scope, pushed)) : []),
  ];
}

function sameRules(scope: XmlElement, pushed: Pushed): string[] {
  const vsys = scope.name ?? "";
  const names = new Set(
    [...pushed.rules(vsys, "pre-rulebase"), ...pushed.rules(vsys, "post-rulebase")].map(({ name }) => name),
  );
  return (scope.at("rulebase", "security", "rules")?.entries() ?? []).flatMap(({ name = "" }) =>
    names.has(name) ? [` rules -> ${name} '${name}' is already in use`, " rules is invalid"] : [],
  );
}

function twice(
  local: readonly XmlElement[],
  pushed: readonly XmlElement[],
  namespaces: typeof NAMESPACES,
): string[][] {
  return namespaces.flatMap((homes) => {
    const taken = new Set(pushed.flatMap((scope) => homes.flatMap((home) => namesIn(scope, home))));
    return local.flatMap((scope) =>
      homes.flatMap((home) => {
        const kind = home[0] ?? "";
        return namesIn(scope, home)
          .filter((name) => taken.has(name))
          .map((name) => [
            ` ${kind} -> ${name} '${name}' is already in use`,
            ` ${kind} is invalid`,
            `    Error: Duplicate ${kind} name '${name}'`,
            "(Module: device)",
          ]);
      }),
    );
  });
}

function namesIn(scope: XmlElement, home: readonly string[]): string[] {
  return (
    scope
      .at(...home)
      ?.entries()
      .map(({ name = "" }) => name) ?? []
  );
}
