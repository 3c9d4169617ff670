import { listed } from "../../lib/text";
import { labelOf, type ManagedFirewall } from "../../panos/device-groups";
import { PanosError } from "../../panos/error";
import type { DeviceOutcome } from "../../panos/job";
import type { DeviceGroup } from "../../panos/location";
import { holdersBehind } from "../../panos/lock";
import type { Session } from "../session/session";
import { tell } from "../session/tell";
import { missingOn } from "./fleet";
import type { Outcomes } from "./push-outcomes";
import type { Revision } from "./revision";

/**
 * What became of a firewall: what it holds decides, whatever a job says that went well or hasn't ended.
 * @returns what is wrong; undefined: it holds the revision
 */
export async function verdict(
  session: Session,
  panorama: DeviceGroup,
  firewall: ManagedFirewall,
  outcomes: Outcomes,
  revision: Revision,
  exempt: ReadonlySet<string>,
): Promise<string | undefined> {
  const outcome = outcomes.of(firewall);
  try {
    const missing = await missingOn(session, panorama, firewall, revision, exempt);
    if (missing.length === 0) {
      // What it was pushed shows before its own commit of that has ended, and also where that has failed.
      if (outcome?.result === "FAIL") {
        return `${saidOf(outcome)}; it shows what is declared, which is not in force there`;
      }
      if (outcome?.result === "PEND") sayDoubt(firewall, outcome);
      return undefined;
    }
    const { client } = await session.open();
    const { serial, vsys } = firewall;
    const holders = await holdersBehind(client.forFirewall(serial, vsys), outcome?.errors ?? []);
    const said = [outcome === undefined ? "the push says nothing of it" : saidOf(outcome), ...holders].join(
      "; ",
    );
    return `${said}; it hasn't what is declared: ${listed(missing, 3)}`;
  } catch (error) {
    if (!(error instanceof PanosError)) throw error;
    const said = outcome === undefined ? "" : `${saidOf(outcome)}; `;
    return `${said}it could not be asked what it holds: ${error.message}`;
  }
}

/** A firewall may show what it was pushed before its own commit of that has ended. */
function sayDoubt(firewall: ManagedFirewall, outcome: DeviceOutcome): void {
  tell(
    "warn",
    `${labelOf(firewall)} shows what is declared, and Panorama says of the push to it: ${saidOf(outcome)}. ` +
      "Whether it is in force there, the firewall's own jobs tell",
  );
}

function saidOf({ status, errors }: DeviceOutcome): string {
  return [status, ...errors].filter((text) => text !== "").join(": ") || "the push ended without a word";
}
