/** What was last applied, from the stack's state. */
import type { SecurityRule } from "../../panos/policy";
import type { Registration } from "../../panos/registered";
import type {
  CommitInputs,
  CommitOutputs,
  RegisteredAddressesInputs,
  RegisteredAddressesOutputs,
} from "../../provider/resource/inputs";
import type { Declaration } from "../../declaration/declaration";
import { declaredRegistrations } from "../../declaration/registrations";
import type { Place } from "../change/preview";

/** What the last update left on a firewall. */
export interface Applied {
  /** Undefined: there was none. */
  declared?: Declaration;
  registrations?: Registration[];
  /** Rules as the state has them: what was applied, or what a refresh has found since. */
  rules: Map<string, SecurityRule>;
}

/** The state can't be read. */
class StateError extends Error {
  override readonly name = "StateError";
  readonly code = "STATE_UNREADABLE";
}

interface Resource {
  type: string;
  delete?: boolean;
  inputs?: object;
  outputs?: object;
}

const TYPE = "pulumi-nodejs:dynamic/panos:";

/**
 * What a stack's state says was applied, by firewall.
 * @throws StateError, PulumiError
 */
export async function appliedOf(place: Place): Promise<Map<string, Applied>> {
  return appliedIn(await resourcesOf(place));
}

/** The same, from the state's resources. */
export function appliedIn(resources: readonly Resource[]): Map<string, Applied> {
  const applied = new Map<string, Applied>();
  const of = (firewall: string): Applied => {
    let found = applied.get(firewall);
    if (found === undefined) applied.set(firewall, (found = { rules: new Map() }));
    return found;
  };
  for (const { type, delete: isGoing, inputs, outputs } of resources) {
    if (isGoing || inputs === undefined || outputs === undefined) continue;
    if (type === `${TYPE}Commit`) {
      const [given, out] = [inputs as CommitInputs, outputs as Partial<CommitOutputs>];
      // Older versions kept it among the inputs alone, where a refresh puts what it finds.
      of(given.firewall).declared = out.applied ?? given.declared;
    } else if (type === `${TYPE}RegisteredAddresses`) {
      const given = inputs as RegisteredAddressesInputs;
      const { applied: last = given.registrations } = outputs as Partial<RegisteredAddressesOutputs>;
      of(given.firewall).registrations = declaredRegistrations(last);
    } else if (type === `${TYPE}SecurityRule`) {
      const rule = inputs as SecurityRule & { firewall: string };
      of(rule.firewall).rules.set(rule.name, rule);
    }
  }
  return applied;
}

async function resourcesOf({ engines, stack, folder, environment }: Place): Promise<Resource[]> {
  if (engines.isStandIn && environment["PULUMI_BACKEND_URL"]?.startsWith("file://") !== true) {
    throw new StateError(
      "PULUMI_BACKEND_URL is no file:// address, and without the Pulumi CLI no other state can be read: install " +
        "the CLI. What was last applied is in the stack's state",
    );
  }
  const engine = engines.at({ stack, projectDir: folder });
  const exported = JSON.parse(await engine.exportState(environment)) as {
    deployment?: { resources?: Resource[] };
  };
  return exported.deployment?.resources ?? [];
}
