import type { ManagedFirewall } from "../../panos/device-groups";
import type { DeviceOutcome } from "../../panos/job";

/** From what is worst. */
const RANK: readonly DeviceOutcome["result"][] = ["FAIL", "PEND", "OK"];

/** How pushes ended, on each firewall and each vsys of it. */
export class Outcomes {
  private all: DeviceOutcome[] = [];

  /** Takes those of one push, in place of what an earlier one said of the same. */
  add(outcomes: readonly DeviceOutcome[]): void {
    const isSame = (one: DeviceOutcome) => (other: DeviceOutcome) =>
      one.serial === other.serial && one.vsys === other.vsys;
    this.all = [...this.all.filter((each) => !outcomes.some(isSame(each))), ...outcomes];
  }

  /**
   * How it ended on a member of a device group: what is said of its vsys, and where nothing is, the worst of what is said
   * of its firewall. Undefined: no push says anything of it.
   */
  of({ serial, vsys }: Pick<ManagedFirewall, "serial" | "vsys">): DeviceOutcome | undefined {
    const all = this.all.filter((each) => each.serial === serial);
    const own = all.filter((each) => each.vsys === vsys);
    const worst = (own.length > 0 ? own : all).toSorted(
      (a, b) => RANK.indexOf(a.result) - RANK.indexOf(b.result),
    );
    return worst[0];
  }
}
