/** The firewalls of a device group, as a recording has them. */
import { anyText, boolean, list, object } from "../../inventory/shape";
import type { ManagedFirewall } from "../../panos/device-groups";
import type { Fleet } from "../../panos/group-rulebase";

export const fleet = object<Fleet>({
  firewalls: list(
    object<ManagedFirewall>(
      {
        serial: anyText,
        vsys: anyText,
        group: anyText,
        name: anyText,
        isConnected: boolean,
        isInSync: boolean,
        lastPush: anyText,
      },
      ["isInSync"],
    ),
  ),
  notes: list(anyText),
});
