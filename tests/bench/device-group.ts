import { benchAccount, FIREWALL_INTERFACE } from "./account";
import { table } from "./statistics";
import { FleetLab } from "../support/fleet";
import { groupRules } from "../support/rules";
import { succeeded } from "../support/lab";
import type { Executable } from "../../packages/pulumi/stack";

/** What one update of a device group cost. */
interface FleetCost {
  seconds: number;
  /** Requests that Panorama answers itself. */
  panorama: number;
  /** Requests that it hands on to a firewall: of the one that gets the most. */
  eachFirewall: number;
  commits: number;
  pushes: number;
}

export interface DeviceGroupResult {
  rules: number;
  firewalls: number;
  first: FleetCost;
  /** One rule gets one more source. */
  oneChanged: FleetCost;
  unchanged: FleetCost;
}

/** Updates of one device group with so many rules and firewalls; commits and pushes take no time. */
export async function measureDeviceGroup(
  rules: number,
  firewalls: number,
  executable: Executable,
): Promise<DeviceGroupResult> {
  const fleet = await FleetLab.open({
    firewalls,
    commitSeconds: 0,
    groups: (serials) => [{ name: "cloud", serials: [...serials], content: groupRules() }],
  });
  try {
    const stack = await fleet.stack({
      executable,
      settings: { "aws-panos-rules:firewall": { networkInterfaceIds: [FIREWALL_INTERFACE] } },
    });
    const { panorama } = fleet.fleet;
    const update = async (change?: "source"): Promise<FleetCost> => {
      await fleet.lab.setAccount(benchAccount(rules, change));
      const [from, commits, pushes] = [
        panorama.requests.length,
        fleet.jobs("Commit"),
        fleet.jobs("CommitAll"),
      ];
      const start = performance.now();
      succeeded(await stack.up());
      const seconds = (performance.now() - start) / 1000;
      const counts = new Map<string, number>();
      for (const { target = "" } of panorama.requests.slice(from)) {
        counts.set(target, (counts.get(target) ?? 0) + 1);
      }
      const own = counts.get("") ?? 0;
      counts.delete("");
      return {
        ...{ seconds, panorama: own, eachFirewall: Math.max(0, ...counts.values()) },
        commits: fleet.jobs("Commit") - commits,
        pushes: fleet.jobs("CommitAll") - pushes,
      };
    };
    const first = await update();
    const oneChanged = await update("source");
    return { rules, firewalls, first, oneChanged, unchanged: await update("source") };
  } finally {
    await fleet.close();
  }
}

export function deviceGroupText(results: readonly DeviceGroupResult[]): string {
  const cost = ({ seconds, panorama, eachFirewall, commits, pushes }: FleetCost) =>
    `${panorama} / ${eachFirewall} / ${commits} / ${pushes} / ${seconds.toFixed(1)} s`;
  const rows = results.map(({ rules, firewalls, first, oneChanged, unchanged }) => [
    `${rules} × ${firewalls}`,
    ...[first, oneChanged, unchanged].map(cost),
  ]);
  return (
    "A device group: requests to Panorama itself / to each firewall through it / commits / pushes / time\n" +
    table([["rules × firewalls", "all new", "one changed", "none changed"], ...rows])
  );
}
