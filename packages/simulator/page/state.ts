import { componentOf } from "../config/journal";
import { objectPath, xpathOf } from "../config/paths";
import type { Firewall } from "../firewall";
import type { HaLink } from "../ha/link";
import { fleetOf } from "../panorama/fleet";
import { isPanorama, scopesOf } from "../schema/hierarchy";
import type { RequestRecord } from "../http/record";
import { print } from "../xml/print";
import type { XmlElement } from "../xml/element";
import type { PageState, PairView, RuleView } from "./types";

const LISTS = ["tag", "from", "source", "to", "destination", "application", "service"];
const SHOWN = 40;

export function pageState(firewall: Firewall, requests: readonly RequestRecord[]): PageState {
  const { candidate, jobs } = firewall;
  return {
    hostname: firewall.hostname,
    swVersion: firewall.swVersion,
    vsys: placesOf(firewall).map(({ name, path }) => ({ name, ...rulebases(firewall, path) })),
    ...(firewall.ha && { pair: pairOf(firewall, firewall.ha) }),
    ...(firewall.panorama && { fleet: fleetOf(firewall.panorama, firewall) }),
    pending: candidate.journal.entries.slice(-200).map((entry) => ({
      admin: entry.admin,
      action: entry.action,
      component: componentOf(entry.path),
      xpath: xpathOf(objectPath(entry.path)),
    })),
    locks: [...firewall.locks.list("config"), ...firewall.locks.list("commit")].map(
      ({ kind, admin, scope, comment }) => ({ kind, admin, scope, comment }),
    ),
    jobs: jobs.jobs
      .slice(-SHOWN)
      .reverse()
      .map((job) => ({
        id: job.id,
        type: job.type,
        user: job.user,
        status: job.status,
        result: job.result,
        progress: jobs.progress(job),
        text: [job.description, ...job.details, ...job.warnings].filter((line) => line !== "").join("\n"),
      })),
    requests: requests
      .slice(-SHOWN)
      .reverse()
      .map(({ element, cmd, ...rest }) => ({
        ...rest,
        ...(cmd !== undefined && { cmd: cmd.slice(0, 300) }),
        ...(element !== undefined && { element: element.slice(0, 300) }),
      })),
  };
}

function pairOf(firewall: Firewall, link: HaLink): PairView {
  const peer = link.peerOf(firewall);
  const { address, isReachable } = peer.firewall;
  const hostname = hostOf(peer.firewall.running) ?? address;
  return {
    state: link.member(firewall).state,
    peer: { hostname, state: peer.state, reachable: isReachable },
    sync: link.sync,
  };
}

function hostOf(config: XmlElement): string | undefined {
  return config.child("devices")?.entries()[0]?.at("deviceconfig", "system")?.value("hostname");
}

/** Each rulebase of security rules: one for a vsys; those of shared and of every device group of Panorama's. */
function placesOf({ running }: Firewall): { name: string; path: string[] }[] {
  const names = scopesOf(running).map(({ name = "" }) => name);
  const device = ["devices", "entry:localhost.localdomain"];
  if (!isPanorama(running))
    return names.map((name) => ({ name, path: [...device, "vsys", `entry:${name}`, "rulebase"] }));
  const scopes = [
    { name: "shared", path: ["shared"] },
    ...names.map((name) => ({ name, path: [...device, "device-group", `entry:${name}`] })),
  ];
  return ["pre", "post"].flatMap((side) =>
    scopes.map(({ name, path }) => ({ name: `${name} ${side}`, path: [...path, `${side}-rulebase`] })),
  );
}

function rulebases(firewall: Firewall, path: string[]): { candidate: RuleView[]; running: RuleView[] } {
  const rules = (config: XmlElement): XmlElement | undefined => config.at(...path, "security", "rules");
  const candidate = rules(firewall.candidate.root);
  const running = rules(firewall.running);
  const moved = movedNames(names(candidate), names(running));
  return {
    candidate: views(candidate, running, "new", moved),
    running: views(running, candidate, "removed", moved),
  };
}

function names(rules: XmlElement | undefined): string[] {
  return rules?.entries().map((rule) => rule.name ?? "") ?? [];
}

/** Rules whose neighbours among the rules that both have are others than before. */
function movedNames(candidate: string[], running: string[]): Set<string> {
  const inCandidate = new Set(candidate);
  const inRunning = new Set(running);
  const before = running.filter((name) => inCandidate.has(name));
  const after = candidate.filter((name) => inRunning.has(name));
  return new Set(after.filter((name, index) => before[index] !== name));
}

function views(
  rules: XmlElement | undefined,
  other: XmlElement | undefined,
  alone: "new" | "removed",
  moved: Set<string>,
): RuleView[] {
  return (rules?.entries() ?? []).map((rule) => {
    const name = rule.name ?? "";
    const counterpart = other?.entry(name);
    const cells = cellsOf(rule);
    const otherCells = counterpart && cellsOf(counterpart);
    const differs = otherCells ? Object.keys(cells).filter((key) => cells[key] !== otherCells[key]) : [];
    const isChanged = counterpart !== undefined && print(rule) !== print(counterpart);
    const mark = !counterpart ? alone : isChanged ? "changed" : moved.has(name) ? "moved" : "";
    return { name, disabled: rule.value("disabled") === "yes", cells, mark, differs };
  });
}

function cellsOf(rule: XmlElement): Record<string, string> {
  const cells = Object.fromEntries(LISTS.map((tag) => [tag, rule.members(tag).join("\n")]));
  for (const side of ["source", "destination"]) {
    if (rule.value(`negate-${side}`) === "yes") cells[side] = `not\n${cells[side] ?? ""}`;
  }
  return { ...cells, action: rule.value("action") ?? "", description: rule.value("description") ?? "" };
}
